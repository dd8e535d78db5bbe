"""Runs whose rows refuse what is decided about them, or about which nothing can be decided, as something in
them is not as it may be. Such a run is read again at once, which is enough where somebody's own SQL changed a
row; if that does not help, it rests for a time that grows.

While it rests it stays cached, so that what it holds counts against limits, but nothing is decided about it;
what happens to it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tradewind.domain.errors import (
    DagDefinitionError,
    IllegalMove,
    NotFound,
    ProtocolError,
    SpecVersionError,
)
from tradewind.domain.events import PastMoved
from tradewind.scheduler.dispatch import has_called
from tradewind.scheduler.inbox import Inbox, Incoming, RunKey
from tradewind.scheduler.timers import Timers
from tradewind.telemetry import events

FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=1)


ODD: Final = (
    IllegalMove,
    NotFound,
    DagDefinitionError,
    SpecVersionError,
    ProtocolError,
    LookupError,
    ValueError,
    TypeError,
)
"""What one run's rows, or its DAG, can bring about: errors of theirs, and not of the database as a whole."""


class Spoils:
    """What is raised inside is that run's: it leaves the turn. Entered for each event and each run."""

    __slots__ = ("_key", "_spoiled")

    def __init__(self, spoiled: dict[RunKey, str], key: RunKey) -> None:
        self._spoiled, self._key = spoiled, key

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Note what was raised, if it is of the kind that one run may cause."""
        if not isinstance(error, ODD):
            return False
        self._spoiled.setdefault(self._key, f"{type(error).__name__}: {error}")
        return True


class _Kept(msgspec.Struct, kw_only=True):
    """What came in for a run that rests."""

    events: dict[tuple[str, str, int | None], Incoming] = {}
    requeues: dict[str, None] = {}


class Withdrawn:
    """``suspects`` counts how often in a row each run refused; a run in ``resting`` is not decided about."""

    def __init__(
        self, *, inbox: Inbox, timers: Timers, emit: Callable[[events.Event], None] = lambda event: None
    ) -> None:
        self._inbox, self._timers, self._emit = inbox, timers, emit
        self.suspects: dict[RunKey, int] = {}
        self.resting: dict[RunKey, _Kept] = {}

    def refused(self, key: RunKey, reason: str, now: datetime) -> None:
        """It is not written: read it again, at the first time at once."""
        count = self.suspects[key] = self.suspects.get(key, 0) + 1
        pause = timedelta(0) if count == 1 else min(FIRST_PAUSE * 2 ** min(count - 2, 10), LONGEST_PAUSE)
        if pause:
            self.resting[key] = _Kept()
            self._timers.set(("rest", key), now + pause)
        told = events.RunWithdrawn(
            dag_id=key[0], run_id=key[1], reason=reason, count=count, seconds=pause.total_seconds()
        )
        self._emit(told)

    def written(self, keys: Iterable[RunKey]) -> None:
        """These runs were written: whatever was in the way is gone."""
        for key in keys:
            self.suspects.pop(key, None)

    def keep(self, incoming: Iterable[Incoming], requeues: Iterable[tuple[RunKey, str]]) -> None:
        """What happened to runs that rest. What is repeated meanwhile is kept once."""
        for each in incoming:
            if not isinstance(each.event, PastMoved):  # it is read anew with the run
                called = each.report is not None and has_called(each.report)
                kind = "TaskCalled" if called else type(each.event).__name__
                name = (kind, each.event.attempt_id, each.event.dispatch)
                self.resting[each.run].events.setdefault(name, each)
        for key, attempt_id in requeues:
            self.resting[key].requeues[attempt_id] = None

    def come_back(self, key: RunKey) -> None:
        """Its pause is over: read it again, and tell it what happened meanwhile."""
        kept = self.resting.pop(key, None)
        if kept is None:
            return
        self._inbox.give_back(list(kept.events.values()))
        for attempt_id in kept.requeues:
            self._inbox.requeue(key, attempt_id)
        self._inbox.look_at(key, reload=True)

    def gone(self, key: RunKey) -> None:
        """It is not active any more."""
        self.suspects.pop(key, None)
