"""Scheduler and worker host (or triggerer: ``deferral``), over one stream socket that the latter opens."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import FromTriggerer, ToTriggerer
from tradewind.domain.messages.report import Finished, Started


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A dispatch that a host runs, or whose unacknowledged result it keeps."""

    attempt_id: str
    dispatch: int
    dag_id: str
    run_id: str
    calling: bool = False
    """It has succeeded, and calls its callbacks yet."""


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The host's first message after each connect; unacknowledged Finished messages follow it.

    ``incarnation`` is new at each start of the host. ``slots`` is how many dispatches it takes at once.
    ``holds`` lists everything it runs or keeps, so that the scheduler can tell lost from living.
    """

    incarnation: str
    hostname: str
    pid: int
    slots: int
    queues: tuple[str, ...] = ()
    """Empty: takes any queue."""
    holds: tuple[Held, ...] = ()


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Sent every few seconds: these dispatches are alive."""

    incarnation: str
    at: datetime
    running: tuple[Held, ...] = ()


class Gone(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The host could not, or may not, take an assignment, or drains: hand it to somebody else."""

    attempt_id: str
    dispatch: int
    dag_id: str
    run_id: str
    reason: str


class Assign(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Work for the host, for this incarnation only."""

    incarnation: str
    assignments: tuple[Assignment, ...]


class Ack(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """These results are recorded, or refused for good: (attempt id, dispatch) pairs the host may forget."""

    done: tuple[tuple[str, int], ...]
    called: tuple[tuple[str, int], ...] = ()
    """The same of the word that the callbacks of these successes have ended, which comes after the result."""


class Stop(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End these dispatches: they were cleared, marked, timed out, or belong to an older attempt."""

    attempts: tuple[tuple[str, int], ...]
    reason: str


class Welcome(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The scheduler's answer to Hello."""

    scheduler: str


FromHost = Hello | Heartbeat | Started | Finished | Gone | FromTriggerer
ToHost = Welcome | Assign | Ack | Stop | ToTriggerer
