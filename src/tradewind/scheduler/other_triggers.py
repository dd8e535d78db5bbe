"""Triggers that no task waits for, of one kind: which triggerer has which, and what triggerers told of them.

Each duty that hands out such a kind has these books, and says which of its triggers are wanted.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from datetime import datetime

from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.scheduler.triggerers import Triggerers
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.transitions import triggers


class OtherTriggers(ABC):
    """``wanted`` says that there may be something to do."""

    def __init__(self, *, database: Database, triggerers: Triggerers, lease: leases.Lease | None) -> None:
        self._database, self._triggerers, self._lease = database, triggerers, lease
        self._handed: dict[int, str] = {}
        """Trigger to the triggerer that has it."""
        self._told: list[tuple[TriggerEvent, str]] = []
        """What triggerers told and is not recorded yet, with who did."""
        self.wanted = True
        self.needed = False
        """Whether triggers are to run and no triggerer serves them."""

    @abstractmethod
    def takes(self, event: TriggerEvent) -> bool:
        """Whether the event is of a trigger of this kind."""

    @abstractmethod
    def sweep(self, tx: Tx, now: datetime) -> list[int]:
        """Delete the rows that are not wanted any more; which they were."""

    @abstractmethod
    def _all_wanted(self, tx: Tx) -> set[int]:
        """The triggers of this kind that are to run."""

    # --- news -------------------------------------------------------------------------------------

    def still_wanted(self, tx: Tx, held: Collection[int]) -> set[int]:
        """Those of the triggers that a triggerer holds which are wanted, and which nobody else has."""
        loose = [each for each in held if each not in self._handed]
        return self._all_wanted(tx).intersection(loose) if loose else set()

    def keeps(self, incarnation: str, trigger_ids: Collection[int]) -> None:
        """That triggerer has these."""
        self._handed.update(dict.fromkeys(trigger_ids, incarnation))
        self.wanted, self.needed = True, False

    def lost(self, trigger_ids: Collection[int]) -> None:
        """The triggerer that had these is gone."""
        for each in trigger_ids:
            self._handed.pop(each, None)
        self.wanted = True

    def fired(self, event: TriggerEvent, incarnation: str) -> None:
        """A trigger fired, or has ended, well or badly; it is told again until that is recorded."""
        self._told.append((event, incarnation))
        self.wanted = True

    # --- work -------------------------------------------------------------------------------------

    def _check(self, tx: Tx) -> None:
        if self._lease is not None:
            leases.check_fence(tx, self._lease)

    def _hold(self, tx: Tx, incarnation: str, waits: Iterable[Wait]) -> None:
        """Have the rows say that it has these, before it is told."""
        triggers.hold(tx, [wait.trigger_id for wait in waits], self._triggerers.job(incarnation))

    def _give(self, incarnation: str, waits: Collection[Wait]) -> None:
        """Hand these out, whose rows say so already."""
        self._handed.update(dict.fromkeys((wait.trigger_id for wait in waits), incarnation))
        self._triggerers.give(incarnation, waits)

    def _end(self, trigger_ids: Iterable[int]) -> None:
        """Have whoever has them end these."""
        told: dict[str, list[int]] = {}
        for each in trigger_ids:
            incarnation = self._handed.pop(each, None)
            if incarnation is not None:
                told.setdefault(incarnation, []).append(each)
        self._triggerers.forget(told)
