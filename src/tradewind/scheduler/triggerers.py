"""The triggerers that are connected: who has room, and what each of them has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from datetime import datetime
from typing import Protocol

from tradewind.domain.messages.deferral import (
    Forget,
    Recorded,
    ToTriggerer,
    TriggererHello,
    TriggerEvent,
    Wait,
    WaitFor,
)


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
        """Does it take triggers of that queue?"""
        return queue in self.hello.queues if queue is not None else not self.hello.queues


class Triggerers:
    """All of them, by incarnation. Every kind of trigger is handed out through here."""

    def __init__(self) -> None:
        self._here: dict[str, Triggerer] = {}

    def __bool__(self) -> bool:
        return bool(self._here)

    def get(self, incarnation: str) -> Triggerer | None:
        """That one, if it is connected."""
        return self._here.get(incarnation)

    def add(self, triggerer: Triggerer) -> None:
        """It is connected."""
        self._here[triggerer.hello.incarnation] = triggerer

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

    def choose(self, queue: str | None, given: Mapping[str, Sized]) -> Triggerer | None:
        """The one of that queue with the most room, counting what was ``given`` to each meanwhile."""
        room = {it: it.free - len(given.get(it.hello.incarnation, ())) for it in self._here.values()}
        fitting = [it for it, left in room.items() if left > 0 and it.serves(queue)]
        return max(fitting, key=lambda it: room[it], default=None)

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
