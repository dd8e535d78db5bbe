"""Have the callbacks that are coroutines run in triggerers, as triggers of their own kind.

A callback's row and its trigger's row stay until its end is recorded, and the triggerer tells that end until
then. So each is recorded once and runs at least once: again where its triggerer died under it.

Files that deleted runs left in an object store are removed the same way, by code of ours: it needs a login
that no server process has. Where that fails it is tried again, for hours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.scheduler import callback_work
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.scheduler.other_triggers import OtherTriggers
from tradewind.scheduler.triggerers import Triggerers
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.transitions import callbacks, triggers
from tradewind.store.transitions.callbacks import CallbackRecord

AT_ONCE: Final = 100
"""How many are handed out in one transaction."""
AGAIN: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 60, 60, 60))
"""How long the removal of files that failed is left alone, by how often it did."""


class Called(msgspec.Struct, kw_only=True):
    """What one call did."""

    sent: int = 0
    done: int = 0


class CallInTriggerers(OtherTriggers):
    """Callbacks that wait in rows, and files that are to be removed."""

    def __init__(
        self,
        *,
        database: Database,
        runs: ActiveRuns,
        triggerers: Triggerers,
        time_limit: float,
        removes_files: bool,
        lease: leases.Lease | None = None,
    ) -> None:
        """``time_limit`` is how many seconds one callback may take; ``removes_files``: long XComs lie in an
        object store.
        """
        super().__init__(database=database, triggerers=triggerers, lease=lease)
        self._runs, self._time_limit, self._removes_files = runs, time_limit, removes_files
        self._not_before: dict[int, datetime] = {}

    # --- news -------------------------------------------------------------------------------------

    def request(self) -> None:
        """Callbacks were written."""
        self.wanted = True

    def takes(self, event: TriggerEvent) -> bool:
        """Whether it tells of the end of a callback."""
        return callback_work.number_of(event.attempt_id) is not None

    def _all_wanted(self, tx: Tx) -> set[int]:
        return callbacks.triggers_of(tx)

    # --- work -------------------------------------------------------------------------------------

    def run_once(self, now: datetime) -> Called:
        """Record what has ended, hand out what waits. Raises what the database raises; then it is wanted
        still, and nothing was sent.
        """
        self.wanted, called = False, Called()
        try:
            called.done = self._record(now)
            called.sent = self._share_out(now)
        except BaseException:
            self.wanted = True
            raise
        return called

    def sweep(self, tx: Tx, now: datetime) -> list[int]:
        """Delete the triggers of callbacks whose run is gone; which they were."""
        left = callbacks.sweep(tx)
        self._end(left)
        return left

    def _record(self, now: datetime) -> int:
        ended = list(self._told)
        if not ended:
            return 0
        with self._database.write() as tx:
            self._check(tx)
            again = self._fails(tx, [event for event, _ in ended if event.error is not None], now)
            over = {callback_work.number_of(event.attempt_id) for event, _ in ended}.difference(again)
            callbacks.over(tx, sorted(number for number in over if number is not None))
            triggers.release(tx, list(again.values()))
        del self._told[: len(ended)]
        for event, incarnation in ended:
            has = self._handed.pop(event.trigger_id, incarnation)
            if has != incarnation:
                self._triggerers.forget({has: [event.trigger_id]})
            self._triggerers.recorded(incarnation, event)
        return len(ended)

    def _fails(self, tx: Tx, events: list[TriggerEvent], now: datetime) -> dict[int, int]:
        """Those of callbacks that failed which are tried again, and their triggers."""
        numbers = [number for it in events if (number := callback_work.number_of(it.attempt_id)) is not None]
        failed = callbacks.by_number(tx, numbers).values()
        again = [row for row in failed if row.kind == callbacks.XCOM_FILES and row.dispatch <= len(AGAIN)]
        for row in again:
            self._not_before[row.id] = now + AGAIN[row.dispatch - 1]
        return {row.id: row.trigger_id for row in again if row.trigger_id is not None}

    def _share_out(self, now: datetime) -> int:
        with self._database.read() as tx:
            rows = self._due(tx, now)
        if not self._removes_files:
            rows = self._without_removals(rows)
        given = self._choose(rows)
        if not given:
            return 0
        waits: dict[str, list[Wait]] = {}
        with self._database.write() as tx:
            self._check(tx)
            for incarnation, records in given.items():
                waits[incarnation] = self._waits(tx, records)
                self._hold(tx, incarnation, waits[incarnation])
                callbacks.sent(tx, [record.id for record in records], now)
        for incarnation, begun in waits.items():
            self._give(incarnation, begun)
        self.wanted = self.wanted or len(rows) >= AT_ONCE
        return sum(map(len, waits.values()))

    def _without_removals(self, rows: list[CallbackRecord]) -> list[CallbackRecord]:
        """What has nothing to remove is done."""
        idle = [row.id for row in rows if row.kind == callbacks.XCOM_FILES]
        if idle:
            with self._database.write() as tx:
                self._check(tx)
                callbacks.over(tx, idle)
        return [row for row in rows if row.kind != callbacks.XCOM_FILES]

    def _due(self, tx: Tx, now: datetime) -> list[CallbackRecord]:
        """Those that need not wait, a bounded number: removals that failed hold up nobody behind them."""
        due: list[CallbackRecord] = []
        page = callbacks.unheld(tx, limit=AT_ONCE)
        while page:
            due += [row for row in page if self._not_before.get(row.id, now) <= now]
            if len(due) >= AT_ONCE or len(page) < AT_ONCE:
                break
            page = callbacks.unheld(tx, limit=AT_ONCE, after=page[-1].id)
        return due

    def _choose(self, rows: list[CallbackRecord]) -> dict[str, list[CallbackRecord]]:
        given: dict[str, list[CallbackRecord]] = {}
        loose = [row for row in rows if row.trigger_id not in self._handed]
        self.needed = self._triggerers.lack(None for _ in loose)
        for row in loose:
            best = self._triggerers.choose(None, given)
            if best is not None:
                given.setdefault(best.hello.incarnation, []).append(row)
        return given

    def _waits(self, tx: Tx, records: list[CallbackRecord]) -> list[Wait]:
        """What is told of these; those that nobody can run any more are forgotten."""
        found = []
        for record in records:
            self._not_before.pop(record.id, None)
            work = self._work(tx, record)
            if work is None or record.trigger_id is None:
                callbacks.over(tx, [record.id])
            else:
                wait = Wait(
                    trigger_id=record.trigger_id, classpath=callbacks.TRIGGER_CLASS, kwargs="{}", task=work
                )
                found.append(wait)
        return found

    def _work(self, tx: Tx, record: CallbackRecord) -> Assignment | None:
        if record.kind == callbacks.XCOM_FILES:
            return callback_work.without_file(record, limit=self._time_limit)
        return callback_work.assignment(tx, self._runs, record, limit=self._time_limit)
