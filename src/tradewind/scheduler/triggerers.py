"""The triggerers that are connected: who has room, and what each of them has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sized
from datetime import datetime, timedelta
from typing import Final, Protocol

from tradewind.domain.messages.deferral import (
    Forget,
    Recorded,
    ToTriggerer,
    TriggererHello,
    TriggerEvent,
    Wait,
    WaitFor,
)
from tradewind.telemetry import events

TELL_AFTER: Final = timedelta(seconds=15)
"""How long triggers wait for a triggerer before that is said: one may be starting."""


class Link(Protocol):
    """A connection to a triggerer."""

    def send(self, message: ToTriggerer) -> None:
        """Write a message; what cannot be delivered is found out by the next hello."""


class Triggerer:
    """One of them, with its row in ``job`` and the triggers that it has."""

    __slots__ = ("beaten", "has", "hello", "job", "link")

    def __init__(self, hello: TriggererHello, link: Link, job: int, now: datetime) -> None:
        self.hello, self.link, self.job, self.beaten = hello, link, job, now
        self.has: set[int] = set()

    @property
    def free(self) -> int:
        """For how many more triggers it has room."""
        return self.hello.capacity - len(self.has)

    def serves(self, queue: str | None) -> bool:
        """Was it started for triggers of that queue?"""
        return queue in self.hello.queues if queue is not None else not self.hello.queues


class Triggerers:
    """All of them, by incarnation. Every kind of trigger is handed out through here.

    The scheduler's own triggerer stands in for queues that no other has come for, so that one tree of
    processes needs no more. A queue that another one served waits for it: its triggers may need what only
    that one reaches.
    """

    def __init__(self) -> None:
        self._here: dict[str, Triggerer] = {}
        self._served: set[str] = set()
        """Queues that a triggerer has come for."""
        self.settled = False
        """Whether those that were there before a restart of this scheduler had the time to come back."""

    def __bool__(self) -> bool:
        return bool(self._here)

    def get(self, incarnation: str) -> Triggerer | None:
        """That one, if it is connected."""
        return self._here.get(incarnation)

    def add(self, triggerer: Triggerer) -> None:
        """It is connected."""
        self._here[triggerer.hello.incarnation] = triggerer
        self._served.update(triggerer.hello.queues)

    def remove(self, incarnation: str) -> None:
        """It is not any more."""
        del self._here[incarnation]

    def job(self, incarnation: str) -> int:
        """The ``job`` row of one that was chosen. Raises LookupError where it is not connected."""
        found = self._here.get(incarnation)
        if found is None:
            raise LookupError(f"triggerer {incarnation} was chosen, but is not connected")
        return found.job

    def jobs(self) -> set[int]:
        """The ``job`` rows of all of them."""
        return {triggerer.job for triggerer in self._here.values()}

    def lack(self, queues: Iterable[str | None]) -> bool:
        """Whether triggers of any of these queues wait, and for no triggerer that was there before."""
        return any(not self.serve(queue) and queue not in self._served for queue in set(queues))

    def serve(self, queue: str | None) -> bool:
        """Whether triggers of that queue wait for room at most."""
        return bool(self._fitting(queue))

    def choose(self, queue: str | None, given: Mapping[str, Sized]) -> Triggerer | None:
        """The one of that queue with the most room, counting what was ``given`` to each meanwhile."""
        room = {it: it.free - len(given.get(it.hello.incarnation, ())) for it in self._fitting(queue)}
        return max((it for it, left in room.items() if left > 0), key=lambda it: room[it], default=None)

    def _fitting(self, queue: str | None) -> list[Triggerer]:
        stands_in = self.settled and queue is not None and queue not in self._served
        return [it for it in self._here.values() if it.serves(queue) or (stands_in and it.hello.stands_in)]

    def give(self, incarnation: str, waits: Iterable[Wait]) -> None:
        """Hand these to it, whose rows say so already."""
        triggerer, waits = self._here[incarnation], tuple(waits)
        if not waits:
            return
        triggerer.has.update(wait.trigger_id for wait in waits)
        triggerer.link.send(WaitFor(triggers=waits))

    def forget(self, told: Mapping[str, Iterable[int]]) -> bool:
        """Have them end these; whether anybody got room by that."""
        freed = False
        for incarnation, ids in told.items():
            triggerer = self._here.get(incarnation)
            if triggerer is not None:
                triggerer.has.difference_update(ids)
                triggerer.link.send(Forget(trigger_ids=tuple(ids)))
                freed = True
        return freed

    def recorded(self, incarnation: str, event: TriggerEvent) -> None:
        """What it told is recorded, or refused for good."""
        triggerer = self._here.get(incarnation)
        if triggerer is None:
            return
        if not event.more:
            triggerer.has.discard(event.trigger_id)
        triggerer.link.send(Recorded(done=(event.key,)))


class UnservedQueues:
    """Says of each queue, once, that its triggers have waited for a triggerer for a while."""

    def __init__(self, emit: events.Emit) -> None:
        self._emit = emit
        self._since: dict[str | None, datetime] = {}
        self._told: set[str | None] = set()

    def look(self, queues: Collection[str | None], now: datetime) -> None:
        """Triggers of these wait, and no triggerer that is connected serves them."""
        self._since = {queue: self._since.get(queue, now) for queue in queues}
        self._told.intersection_update(queues)
        for queue, since in self._since.items():
            if queue not in self._told and now - since >= TELL_AFTER:
                self._told.add(queue)
                self._emit(events.QueueUnserved(queue=queue or ""))
