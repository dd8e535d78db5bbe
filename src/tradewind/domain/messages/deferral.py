"""Scheduler and triggerer, over the stream socket that worker hosts use too."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.report import XComValue

TRIGGER_PREFIX: Final = "trigger-"
"""``trigger-7`` is how trigger 7 names itself to the data server where no attempt stands behind it."""


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """One trigger: its row, and whose it is. ``kwargs`` is JSON text.

    A trigger that belongs to no ``task`` watches ``assets`` (name and uri of each), runs as long as it is
    wanted, and has its log at ``log_path``; its class may stand in the DAG file ``file``.
    """

    trigger_id: int
    classpath: str
    kwargs: str
    task: Assignment | None = None
    """The dispatch that waits, with where its log lies."""
    templates: tuple[str, ...] = ()
    """Arguments that are templates of the task: rendered before the trigger is made."""
    assets: tuple[tuple[str, str], ...] = ()
    file: str = ""
    log_path: str = ""

    @property
    def log(self) -> str:
        """Where what it says is written, below the log folder."""
        return self.log_path if self.task is None else self.task.log_path

    @property
    def asker(self) -> tuple[str, int]:
        """(attempt id, dispatch) by which it asks for variables and connections."""
        if self.task is None:
            return f"{TRIGGER_PREFIX}{self.trigger_id}", 0
        return self.task.attempt_id, self.task.dispatch

    @property
    def dag_file(self) -> str:
        """The DAG file that may define its class; empty where there is none."""
        return self.file if self.task is None else self.task.file


class TriggererHello(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The triggerer's first message after each connect; what it has to tell of triggers follows.

    ``holds`` lists the triggers that it runs or whose end is not recorded yet.
    """

    incarnation: str
    hostname: str
    pid: int
    capacity: int
    queues: tuple[str, ...] = ()
    """Trigger queues it serves; empty: those that name none."""
    stands_in: bool = False
    """Also those of queues that no other triggerer has come for."""
    holds: tuple[int, ...] = ()


class TriggererBeat(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Sent every few seconds: it lives."""

    incarnation: str


class TriggerEvent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A trigger fired, or failed (``error``). Sent again until it is recorded; harmless the second time.

    ``ends`` is the state in which the task ends by this event alone, ``xcoms`` what it leaves behind and
    ``lengths`` the lengths of those that a task may be mapped over.

    Of a trigger that belongs to no task those with ``more`` are its events, which ``number`` counts from when
    it was ``begun`` (new each time); one without says that it has ended.
    """

    trigger_id: int
    at: datetime
    attempt_id: str = ""
    dispatch: int = 0
    dag_id: str = ""
    run_id: str = ""
    payload: str = "null"
    error: str | None = None
    ends: str | None = None
    xcoms: tuple[XComValue, ...] = ()
    lengths: dict[str, int] = {}
    begun: str = ""
    number: int = 0
    more: bool = False

    @property
    def key(self) -> tuple[int, str, int]:
        """What names this event among all that a triggerer tells."""
        return self.trigger_id, self.begun, self.number


class WaitFor(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Triggers to run."""

    triggers: tuple[Wait, ...]


class Recorded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """These events are recorded, or refused for good: the ``key`` of each."""

    done: tuple[tuple[int, str, int], ...]


class Forget(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End these triggers: their tasks were cleared, marked, timed out, or have gone on; or nobody waits for
    the assets that they watch.
    """

    trigger_ids: tuple[int, ...]


FromTriggerer = TriggererHello | TriggererBeat | TriggerEvent
ToTriggerer = WaitFor | Recorded | Forget
