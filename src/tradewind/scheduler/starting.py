"""Which queued runs may start: the DAG's pause, ``run_after``, ``max_active_runs`` and a backfill's own
limit.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime

from tradewind.scheduler.active_runs import ActiveRuns, QueuedRuns
from tradewind.scheduler.inbox import RunKey
from tradewind.scheduler.timers import Timers
from tradewind.store.database import Tx
from tradewind.store.queries import scheduling
from tradewind.store.records import ActiveRun, DagScheduling


class Starting:
    """Picks queued runs in order: backfills last, then the oldest first (Airflow's order)."""

    def __init__(
        self, *, runs: ActiveRuns, queued: QueuedRuns, timers: Timers, ignore_pause: bool = False
    ) -> None:
        self._runs, self._queued, self._timers, self._ignore_pause = runs, queued, timers, ignore_pause

    def wanted(self, dag_ids: Iterable[str]) -> bool:
        """Whether looking at these DAGs needs the database: new queued runs may be there."""
        return bool(dag_ids)

    def allowed(
        self, tx: Tx, dag_ids: Iterable[str], now: datetime, *, without: Container[RunKey] = ()
    ) -> list[RunKey]:
        """Runs to start in this turn; not those in ``without``, which are in nobody's way either."""
        keys: list[RunKey] = []
        for dag_id in dag_ids:
            queued = scheduling.queued_runs(tx, dag_id)
            self._queued.replace(dag_id, (run for run in queued if (dag_id, run.run_id) not in without))
            # Fresh: a run must not start by a version, a pause or a limit that was changed without a wake-up.
            row = self._runs.dag(tx, dag_id, fresh=True)
            if row is not None and not row.is_stale:
                keys.extend(self._pick(tx, row, now))
        return keys

    def _unpaused(self, tx: Tx, row: DagScheduling) -> Iterable[ActiveRun]:
        """The queued runs that the DAG's pause does not hold."""
        queued = self._in_order(tx, row.dag_id)
        if self._ignore_pause or not row.is_paused or not queued:
            return queued
        free = scheduling.pause_free_runs(tx, row.dag_id)
        return [run for run in queued if run.run_id in free]

    def _in_order(self, tx: Tx, dag_id: str) -> list[ActiveRun]:
        """Queued runs, those of a backfill last and in its own order."""
        queued = self._queued.of_dag(dag_id)
        if not queued or queued[-1].backfill_id is None:
            return queued
        place = scheduling.backfill_order(tx, dag_id)
        return sorted(queued, key=lambda run: place.get(run.pk, 0) if run.backfill_id is not None else -1)

    def _pick(self, tx: Tx, row: DagScheduling, now: datetime) -> Iterable[RunKey]:
        running = [run.record for run in self._runs.of_dag(row.dag_id)]
        regular = sum(record.backfill_id is None for record in running)
        backfills: dict[int, int] = {}
        for record in running:
            if record.backfill_id is not None:
                backfills[record.backfill_id] = backfills.get(record.backfill_id, 0) + 1
        for run in self._due(self._unpaused(tx, row), row.dag_id, now):
            if run.backfill_id is not None:
                if backfills.get(run.backfill_id, 0) < self._backfill_limit(tx, run):
                    backfills[run.backfill_id] = backfills.get(run.backfill_id, 0) + 1
                    yield (run.dag_id, run.run_id)
            elif regular < row.max_active_runs:
                regular += 1
                yield (run.dag_id, run.run_id)

    def _due(self, queued: Iterable[ActiveRun], dag_id: str, now: datetime) -> list[ActiveRun]:
        """Those whose time has come; the timer is set to the next of the others."""
        queued = list(queued)
        later = min((run.run_after for run in queued if run.run_after > now), default=None)
        if later is not None:
            self._timers.set(("start", dag_id), later)
        return [run for run in queued if run.run_after <= now]

    def _backfill_limit(self, tx: Tx, run: ActiveRun) -> int:
        """A backfill's ``max_active_runs``; 0 while it is paused."""
        return scheduling.backfill_limit(tx, run.backfill_id) if run.backfill_id is not None else 0
