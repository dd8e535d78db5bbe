"""Have the callbacks that are coroutines run in triggerers, as triggers of their own kind.

A callback's row and its trigger's row stay until its end is recorded, and the triggerer tells that end until
then. So each is recorded once and runs at least once: again where its triggerer died under it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec

from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.scheduler import callback_work
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.scheduler.triggerers import Triggerers
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.transitions import callbacks, triggers
from tradewind.store.transitions.callbacks import CallbackRecord

AT_ONCE: Final = 100
"""How many are handed out in one transaction."""


class Called(msgspec.Struct, kw_only=True):
    """What one call did."""

    sent: int = 0
    done: int = 0


class CallInTriggerers:
    """``wanted`` says that there may be something to do."""

    def __init__(
        self,
        *,
        database: Database,
        runs: ActiveRuns,
        triggerers: Triggerers,
        time_limit: float,
        lease: leases.Lease | None = None,
    ) -> None:
        """``time_limit`` is how many seconds one callback may take."""
        self._database, self._runs, self._triggerers = database, runs, triggerers
        self._time_limit, self._lease = time_limit, lease
        self._handed: dict[int, str] = {}
        """Trigger to the triggerer that has it."""
        self._ended: list[tuple[TriggerEvent, str]] = []
        self.wanted = True
        self.needed = False
        """Whether callbacks wait and no triggerer is connected."""

    # --- news -------------------------------------------------------------------------------------

    def request(self) -> None:
        """Callbacks were written."""
        self.wanted = True

    def takes(self, event: TriggerEvent) -> bool:
        """Whether it tells of the end of a callback."""
        return callback_work.number_of(event.attempt_id) is not None

    def still_wanted(self, tx: Tx, held: Collection[int]) -> set[int]:
        """Those of the triggers that a triggerer holds which are callbacks, and which nobody else has."""
        loose = [each for each in held if each not in self._handed]
        return callbacks.triggers_of(tx).intersection(loose) if loose else set()

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
        """A callback has ended, well or badly."""
        self._ended.append((event, incarnation))
        self.wanted = True

    # --- work -------------------------------------------------------------------------------------

    def run_once(self, now: datetime) -> Called:
        """Record what has ended, hand out what waits. Raises what the database raises; then it is wanted
        still, and nothing was sent.
        """
        self.wanted, called = False, Called()
        try:
            called.done = self._record()
            called.sent = self._share_out(now)
        except BaseException:
            self.wanted = True
            raise
        return called

    def sweep(self, tx: Tx, now: datetime) -> list[int]:
        """Delete the triggers of callbacks whose run is gone; which they were."""
        left = callbacks.sweep(tx)
        told: dict[str, list[int]] = {}
        for each in left:
            incarnation = self._handed.pop(each, None)
            if incarnation is not None:
                told.setdefault(incarnation, []).append(each)
        self._triggerers.forget(told)
        return left

    def _record(self) -> int:
        ended = list(self._ended)
        if not ended:
            return 0
        numbers = [callback_work.number_of(event.attempt_id) for event, _ in ended]
        with self._database.write() as tx:
            self._check(tx)
            callbacks.over(tx, [number for number in numbers if number is not None])
        del self._ended[: len(ended)]
        for event, incarnation in ended:
            has = self._handed.pop(event.trigger_id, incarnation)
            if has != incarnation:
                self._triggerers.forget({has: [event.trigger_id]})
            self._triggerers.recorded(incarnation, event)
        return len(ended)

    def _share_out(self, now: datetime) -> int:
        with self._database.read() as tx:
            rows = callbacks.unheld(tx, limit=AT_ONCE)
        given = self._choose(rows)
        if not given:
            return 0
        waits: dict[str, list[Wait]] = {}
        with self._database.write() as tx:
            self._check(tx)
            for incarnation, records in given.items():
                waits[incarnation] = self._waits(tx, records)
                held = [wait.trigger_id for wait in waits[incarnation]]
                triggers.hold(tx, held, self._triggerers.job(incarnation))
                callbacks.sent(tx, [record.id for record in records], now)
        for incarnation, begun in waits.items():
            self._handed.update(dict.fromkeys((wait.trigger_id for wait in begun), incarnation))
            self._triggerers.give(incarnation, begun)
        self.wanted = self.wanted or len(rows) == AT_ONCE
        return sum(map(len, waits.values()))

    def _choose(self, rows: list[CallbackRecord]) -> dict[str, list[CallbackRecord]]:
        given: dict[str, list[CallbackRecord]] = {}
        loose = [row for row in rows if row.trigger_id not in self._handed]
        self.needed = bool(loose) and not self._triggerers
        for row in loose:
            best = self._triggerers.choose(None, given)
            if best is not None:
                given.setdefault(best.hello.incarnation, []).append(row)
        return given

    def _waits(self, tx: Tx, records: list[CallbackRecord]) -> list[Wait]:
        """What is told of these; those that nobody can run any more are forgotten."""
        found = []
        for record in records:
            work = callback_work.assignment(tx, self._runs, record, limit=self._time_limit)
            if work is None or record.trigger_id is None:
                callbacks.over(tx, [record.id])
            else:
                wait = Wait(
                    trigger_id=record.trigger_id, classpath=callbacks.TRIGGER_CLASS, kwargs="{}", task=work
                )
                found.append(wait)
        return found

    def _check(self, tx: Tx) -> None:
        if self._lease is not None:
            leases.check_fence(tx, self._lease)
