"""Backfills that people make, pause and cancel meanwhile, through the same store functions as the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from tradewind.domain import codec, keys
from tradewind.domain.access import SYSTEM
from tradewind.domain.messages.wake import Wake
from tradewind.domain.spec import DagSpec
from tradewind.store.queries import scheduling
from tradewind.store.records import NewRun
from tradewind.store.transitions import backfills
from tradewind.testing.simulate.acts import Acts
from tradewind.testing.simulate.backfill_rules import Plan
from tradewind.testing.simulate.rules import Broken
from tradewind.testing.simulate.shapes import START

Later = Callable[[float, Callable[[], None]], None]


class Backfilling(Acts):
    """What people do to backfills."""

    def make(self, plan: Plan, later: Later) -> None:
        """Make a backfill; pause it and cancel it later."""
        spec, now = self._history.shapes[plan.dag_id].spec, self._clock.now()
        wanted = [
            _new_run(spec, plan.dag_id, START - timedelta(days=day + 1), now) for day in range(plan.dates)
        ]
        with self._database.write() as tx:
            number = backfills.create(
                tx, plan.dag_id, from_date=START - timedelta(days=plan.dates), to_date=START,
                max_active_runs=plan.max_active_runs, now=now,
            )  # fmt: skip
            backfills.add_runs(
                tx, number, wanted, spec, reprocess_behavior="none",
                new_attempt=lambda at: keys.attempt_id(at, self._random.getrandbits(74)),
            )  # fmt: skip
        self._history.backfills.asked[number] = plan.dates
        self._wake(Wake(kind="dag", dag_id=plan.dag_id))
        if plan.pause is not None:
            for moment, paused in zip(plan.pause, (True, False), strict=True):
                later(moment, partial(self._pause, number, plan.dag_id, paused))
        if plan.cancel is not None:
            later(plan.cancel, lambda: self._cancel(number, plan.dag_id))

    def _pause(self, number: int, dag_id: str, paused: bool) -> None:
        with self._database.write() as tx:
            backfills.set_paused(tx, number, paused, self._clock.now())
        self._wake(Wake(kind="dag", dag_id=dag_id))

    def _cancel(self, number: int, dag_id: str) -> None:
        self._history.look()
        with self._database.write() as tx:
            known = backfills.get(tx, number, access=SYSTEM)
            if known is None or known.completed_at is not None:
                return
            waiting = [run.run_id for run in scheduling.queued_runs(tx, dag_id) if run.backfill_id == number]
            backfills.cancel(tx, number, self._clock.now())
            left = [run.run_id for run in scheduling.queued_runs(tx, dag_id) if run.backfill_id == number]
        if left:
            raise Broken(f"I15: {left[0]} waits after its backfill was cancelled")
        self._history.cancelled((dag_id, run_id) for run_id in waiting)
        self._history.accept()
        self._wake(Wake(kind="dag", dag_id=dag_id))


def _new_run(spec: DagSpec, dag_id: str, date: datetime, now: datetime) -> NewRun:
    return NewRun(
        dag_id=dag_id, run_id=f"backfill__{date.isoformat()}", run_type="backfill", run_after=date,
        queued_at=now, logical_date=date, data_interval_start=date, data_interval_end=date,
        version_hash=codec.digest(codec.encode(spec)),
    )  # fmt: skip
