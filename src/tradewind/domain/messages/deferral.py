"""Scheduler and triggerer, over the stream socket that worker hosts use too."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.report import XComValue


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """One trigger: its row, and whose it is. ``kwargs`` is JSON text."""

    trigger_id: int
    classpath: str
    kwargs: str
    task: Assignment | None = None
    """The dispatch that waits, with where its log lies; None for a trigger that belongs to no task."""


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
    holds: tuple[int, ...] = ()


class TriggererBeat(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Sent every few seconds: it lives."""

    incarnation: str


class TriggerEvent(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A trigger fired, or failed (``error``). Sent again until it is recorded; harmless the second time.

    ``ends`` is the state in which the task ends by this event alone, ``xcoms`` what it leaves behind and
    ``lengths`` the lengths of those that a task may be mapped over. ``number`` counts the events of a trigger
    that fires again and again; with ``more`` it goes on.
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
    number: int = 0
    more: bool = False


class WaitFor(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Triggers to run."""

    triggers: tuple[Wait, ...]


class Recorded(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """These events are recorded, or refused for good: (trigger id, number)."""

    done: tuple[tuple[int, int], ...]


class Forget(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End these triggers: their tasks were cleared, marked, timed out, or have gone on."""

    trigger_ids: tuple[int, ...]


FromTriggerer = TriggererHello | TriggererBeat | TriggerEvent
ToTriggerer = WaitFor | Recorded | Forget
