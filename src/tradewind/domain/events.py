"""Facts that the engine is told. An event may arrive twice, late or out of order: the fence tells.

``attempt_id`` names the try, ``dispatch`` counts how often that try was handed out (a sensor that
reschedules, a task resumed after deferral and a lost assignment sent again are new dispatches of one
try). An event whose pair is not the task instance's current one is refused.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Anything that happened."""


class TaskStarted(Event, frozen=True, kw_only=True):
    """User code of a task instance is about to run."""

    attempt_id: str
    dispatch: int
    at: datetime
    hostname: str = ""
    pid: int = 0
    unixname: str = ""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """How a dispatch ended."""


class Succeeded(Outcome, frozen=True, kw_only=True):
    """``execute`` returned.

    ``skip`` lists tasks that a branch or short circuit skips. ``lengths`` maps an XCom key to the length
    of its value, for values that a later task may be mapped over. ``silent``: it pushed no return value, so
    that what is mapped over all instances of its task leaves this one out. ``uncalled``: see ``Failed``.
    ``calling``: its process calls callbacks yet, and says so again when they have ended, then ``called``.
    """

    skip: tuple[str, ...] = ()
    skip_all_downstream: bool = False
    lengths: dict[str, int] = {}
    silent: bool = False
    uncalled: bool = False
    calling: bool = False
    called: bool = False


class Failed(Outcome, frozen=True, kw_only=True):
    """It raised, timed out or was killed. ``may_retry`` is False after AirflowFailException.

    ``uncalled``: its process died before it could call the task's callbacks; another one has to.
    """

    may_retry: bool = True
    reason: str = ""
    retry_delay: float | None = None
    uncalled: bool = False


class Skipped(Outcome, frozen=True, kw_only=True):
    """It raised AirflowSkipException. ``uncalled``: see ``Failed``."""

    reason: str = ""
    uncalled: bool = False


class Rescheduled(Outcome, frozen=True, kw_only=True):
    """A sensor gives its slot back until ``until``."""

    until: datetime


class Deferred(Outcome, frozen=True, kw_only=True):
    """It waits for a trigger. ``kwargs`` and ``next_kwargs`` are JSON texts; ``timeout`` is in seconds."""

    classpath: str
    kwargs: str = "{}"
    next_method: str = "execute_complete"
    next_kwargs: str = "{}"
    timeout: float | None = None
    queue: str | None = None


class AwaitingInput(Outcome, frozen=True, kw_only=True):
    """It asked a person, and waits for an answer without holding anything. ``timeout`` is in seconds.

    ``fallback`` (JSON text: ``domain.hitl.fallback``) is what it goes on with when that time is over; None:
    it is told that nobody answered.
    """

    next_method: str = "execute_complete"
    next_kwargs: str = "{}"
    timeout: float | None = None
    fallback: str | None = None


class Lost(Outcome, frozen=True, kw_only=True):
    """Nobody knows how it ended: its host died, or its claim ran out. Repeated without using a retry."""

    reason: str


AnyOutcome = Succeeded | Failed | Skipped | Rescheduled | Deferred | AwaitingInput | Lost


class TaskFinished(Event, frozen=True, kw_only=True):
    """A dispatch ended."""

    attempt_id: str
    dispatch: int
    at: datetime
    outcome: AnyOutcome


class TriggerFired(Event, frozen=True, kw_only=True):
    """A deferred task's trigger fired (or failed, ``error``); ``payload`` is a JSON text."""

    attempt_id: str
    at: datetime
    payload: str = "null"
    error: str | None = None
    """The traceback of a trigger that failed."""
    dispatch: int | None = None
    """The dispatch that deferred, where known: a late second firing is then told from the next deferral."""
    ends: str | None = None
    """The state in which the task ends by this event alone: success, failed or skipped."""
    lengths: dict[str, int] = {}
    """As in ``Succeeded``, of what such an event leaves behind."""
    silent: bool = False
    """As in ``Succeeded``."""


class InputGiven(Event, frozen=True, kw_only=True):
    """A person has answered what that dispatch asked; ``answer`` (JSON text) is the event for its method.

    A scheduler is not told: it reads answers with the rows of a run, whose version each of them raises.
    """

    attempt_id: str
    dispatch: int
    at: datetime
    answer: str


class PastMoved(Event, frozen=True, kw_only=True):
    """What the previous run says of a task that depends on it (``depends_on_past``)."""

    task_id: str
    met: bool


class RunEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event together with the run it belongs to."""

    dag_id: str
    run_id: str
    event: TaskStarted | TaskFinished | TriggerFired | PastMoved


JsonObject = dict[str, Any]
