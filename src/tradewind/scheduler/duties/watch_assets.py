"""Have the triggers of asset watchers run for as long as some DAG waits for their assets.

Which they are is asked of the rows again and again (a DAG was parsed, paused, deleted); those that are new
are handed out, those that are not wanted any more are ended. One that has ended by itself is begun anew: at
once where it had waited, later and later where it fails.

What a trigger tells is written as updates of its assets in one transaction, and only then acknowledged. Its
triggerer tells it until then, also to the next scheduler; so nothing that reached a triggerer is lost, and
nothing is written twice (``store/transitions/watchers``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.scheduler.other_triggers import OtherTriggers
from tradewind.scheduler.triggerers import Triggerers
from tradewind.secrets.cipher import CannotDecrypt
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.transitions import triggers, watchers
from tradewind.store.transitions.watchers import WatcherRecord
from tradewind.telemetry import events

AT_ONCE: Final = 500
"""Events that are recorded in one transaction."""
PACE: Final = timedelta(seconds=1)
"""From one beginning of a trigger to the next, at least."""
AGAIN: Final = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 5, 15, 60))
"""How long one that failed is left alone, by how often it did in a row."""
SILENT: Final = "it ended without an event"


class Watching(msgspec.Struct, kw_only=True):
    """What one call did."""

    recorded: int = 0
    begun: int = 0
    ended: int = 0


class _Life(msgspec.Struct, kw_only=True):
    """What is remembered of a trigger from one beginning to the next."""

    record: WatcherRecord
    began: datetime
    fired: bool = False
    failures: int = 0
    not_before: datetime | None = None


class WatchAssets(OtherTriggers):
    """``enabled`` False: nothing is watched."""

    def __init__(
        self,
        *,
        database: Database,
        triggerers: Triggerers,
        on_updated: Callable[[], None],
        enabled: bool = True,
        lease: leases.Lease | None = None,
        emit: events.Emit = events.log,
    ) -> None:
        """``on_updated`` is told when assets were updated."""
        super().__init__(database=database, triggerers=triggerers, lease=lease)
        self._on_updated, self._enabled, self._emit = on_updated, enabled, emit
        self._lives: dict[int, _Life] = {}

    # --- news -------------------------------------------------------------------------------------

    def changed(self) -> None:
        """A DAG was parsed, paused, edited or deleted."""
        self.wanted = True

    def takes(self, event: TriggerEvent) -> bool:
        """Whether it is an event of a trigger that no task and no callback stands behind."""
        return not event.attempt_id

    def _all_wanted(self, tx: Tx) -> set[int]:
        return set(watchers.wanted(tx)) if self._enabled else set()

    # --- work -------------------------------------------------------------------------------------

    def run_once(self, now: datetime) -> Watching:
        """Record what was told, end what is not wanted, hand out what is.

        Raises what the database raises; then nothing was sent, and what was told is kept.
        """
        self.wanted, done = False, Watching()
        try:
            done.recorded = self._record(now)
            self._share_out(now, done)
        except BaseException:
            self.wanted = True
            raise
        return done

    def sweep(self, tx: Tx, now: datetime) -> list[int]:
        """Delete the rows that no DAG names any more; which they were."""
        self.wanted = True
        return watchers.sweep(tx, now)

    # --- what was told ----------------------------------------------------------------------------

    def _record(self, now: datetime) -> int:
        told = self._told[:AT_ONCE]
        if not told:
            return 0
        fired = [event for event, _ in told if event.more]
        over = [event.trigger_id for event, by in told if not event.more and self._has(event, by)]
        with self._database.write() as tx:
            self._check(tx)
            recorded = watchers.record(tx, fired, now)
            watchers.end(tx, [event for event, _ in told if not event.more])
            triggers.release(tx, over)
        del self._told[: len(told)]
        for event, incarnation in told:
            self._follow(event, incarnation, now)
            self._triggerers.recorded(incarnation, event)
        if recorded:
            self._on_updated()
        self.wanted = self.wanted or bool(self._told)
        return recorded

    def _has(self, event: TriggerEvent, incarnation: str) -> bool:
        return self._handed.get(event.trigger_id) == incarnation

    def _follow(self, event: TriggerEvent, incarnation: str, now: datetime) -> None:
        """What an event means for when its trigger is begun again."""
        life = self._lives.get(event.trigger_id)
        if event.more:
            if life is not None:
                life.fired = True
            return
        if not self._has(event, incarnation):
            return
        del self._handed[event.trigger_id]
        self.wanted = True
        if life is None:
            return
        if life.fired and event.error is None:
            life.failures, life.not_before = 0, life.began + PACE
            return
        self._fails(life.record, event.error or SILENT, now)

    def _fails(self, record: WatcherRecord, error: str, now: datetime) -> None:
        """Leave it alone for a while, and say so."""
        life = self._lives.setdefault(record.id, _Life(record=record, began=now))
        delay = AGAIN[min(life.failures, len(AGAIN) - 1)]
        life.failures, life.not_before = life.failures + 1, now + delay
        first = record.watched[0]
        last = error.strip().rpartition("\n")[2]
        self._emit(
            events.WatcherFailed(
                asset=first.asset, watcher=first.watcher, error=last, seconds=delay.total_seconds()
            )
        )

    # --- who runs what ----------------------------------------------------------------------------

    def _share_out(self, now: datetime, done: Watching) -> None:
        if not self._enabled:
            return
        with self._database.read() as tx:
            wanted = watchers.wanted(tx)
        gone = [each for each in self._handed if each not in wanted]
        given = self._choose(wanted, now)
        if gone or given:
            waits = self._write(gone, given, now)
            self._end(gone)
            self._begin(waits, wanted, now)
            done.ended, done.begun = len(gone), sum(map(len, waits.values()))
        self._remember(wanted, now)

    def _write(
        self, gone: list[int], given: dict[str, list[WatcherRecord]], now: datetime
    ) -> dict[str, list[Wait]]:
        """Who has what from now on; what each triggerer is told."""
        waits: dict[str, list[Wait]] = {}
        with self._database.write() as tx:
            self._check(tx)
            triggers.release(tx, gone)
            for incarnation, records in given.items():
                waits[incarnation] = self._waits(tx, records, now)
                self._hold(tx, incarnation, waits[incarnation])
        return waits

    def _waits(self, tx: Tx, records: list[WatcherRecord], now: datetime) -> list[Wait]:
        """What is told of these, without those that nobody can read."""
        found = []
        for record in records:
            kwargs = triggers.open_kwargs(tx, record.id, record.kwargs)
            if isinstance(kwargs, CannotDecrypt):
                self._fails(record, str(kwargs), now)
            else:
                found.append(_wait(record, kwargs))
        return found

    def _choose(self, wanted: dict[int, WatcherRecord], now: datetime) -> dict[str, list[WatcherRecord]]:
        given: dict[str, list[WatcherRecord]] = {}
        loose = [it for it in wanted.values() if it.id not in self._handed and it.triggerer_id is None]
        self.needed = self._triggerers.lack(record.queue for record in loose)
        for record in loose:
            life = self._lives.get(record.id)
            if life is not None and life.not_before is not None and life.not_before > now:
                continue
            best = self._triggerers.choose(record.queue, given)
            if best is not None:
                given.setdefault(best.hello.incarnation, []).append(record)
        return given

    def _begin(self, waits: dict[str, list[Wait]], wanted: dict[int, WatcherRecord], now: datetime) -> None:
        for incarnation, begun in waits.items():
            for each in (wait.trigger_id for wait in begun):
                before = self._lives.get(each)
                failures = before.failures if before is not None else 0
                self._lives[each] = _Life(record=wanted[each], began=now, failures=failures)
            self._give(incarnation, begun)

    def _remember(self, wanted: dict[int, WatcherRecord], now: datetime) -> None:
        """Also those that an earlier scheduler handed out."""
        kept = {each: _Life(record=wanted[each], began=now) for each in self._handed if each in wanted}
        self._lives = kept | {each: life for each, life in self._lives.items() if each in wanted}


def _wait(record: WatcherRecord, kwargs: str) -> Wait:
    """Its log is one, from beginning to beginning; the triggerer bounds it."""
    return Wait(
        trigger_id=record.id,
        classpath=record.classpath,
        kwargs=kwargs,
        assets=tuple(dict.fromkeys((it.asset, it.uri) for it in record.watched)),
        file=record.file,
        log_path=f"asset_watchers/trigger_id={record.id}/watcher.log",
    )
