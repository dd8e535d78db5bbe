"""The newcomer's first run: lets a DAG run under services that have just started, and shows it succeed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tradewind.cli.progress import Lines
from tradewind.domain.access import SYSTEM
from tradewind.domain.states import FINISHED, DagRunState, TaskInstanceState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradewind.cli.bootstrap import App
    from tradewind.store.records import RunRecord, TaskInstanceRecord

APPEARS_WITHIN = 8.0
"""Seconds that the DAG processor gets to find the DAG."""
LOOK = 0.05


def show(app: App, dag_id: str) -> int:
    """Unpause the DAG, trigger it and show its tasks end. 0 where the run succeeded.

    Raises DagNotFound where no DAG file defines it.
    """
    from tradewind.cli import acting, handover
    from tradewind.cli.commands import dag_runs
    from tradewind.store.queries import dags

    _wait_for(app, dag_id)
    with app.database.write() as tx:
        dags.set_paused(tx, [dag_id], False, access=SYSTEM)
        acting.note(tx, app, "dag_unpause", dag_id=dag_id)
    app.wake("dag", dag_id=dag_id)
    run = dag_runs.make(app, dag_id, app.clock.now(), conf={})[1]
    print(f"A first run, of {dag_id}:\n", flush=True)
    (ended,) = handover.see_through(app, dag_id, [run.run_id], Tasks())
    return _tell(ended)


def _wait_for(app: App, dag_id: str) -> None:
    """Raises DagNotFound."""
    from tradewind.cli import acting
    from tradewind.store.queries import dags

    deadline = app.clock.monotonic() + APPEARS_WITHIN
    while app.clock.monotonic() < deadline:
        with app.database.read() as tx:
            if dags.get(tx, dag_id, access=SYSTEM) is not None:
                return
        time.sleep(LOOK)
    with app.database.read() as tx:
        acting.dag(tx, dag_id)


def _tell(run: RunRecord) -> int:
    took = ""
    if run.start_date and run.end_date:
        took = f" in {(run.end_date - run.start_date).total_seconds():.2f} s"
    well = run.state is DagRunState.SUCCESS
    print(f"\n{run.dag_id}: {run.state}{took}", end="\n\n", flush=True)
    return 0 if well else 1


class Tasks(Lines):
    """A line for each task that ended, with what it took."""

    def show(self, runs: Sequence[RunRecord], instances: Sequence[TaskInstanceRecord]) -> None:
        """Tell what ended since."""
        width = max((len(one.task_id) for one in instances), default=0)
        for one in sorted(instances, key=_when):
            key = (one.task_id, str(one.map_index))
            if one.state in FINISHED and key not in self._seen:
                self._seen[key] = one.state
                sign = "✔" if one.state is TaskInstanceState.SUCCESS else "✘"
                print(f"  {sign} {one.task_id:<{width}}  {one.state}  {_took(one)}", flush=True)


def _when(one: TaskInstanceRecord) -> Any:
    return (one.end_date is None, one.end_date)


def _took(one: TaskInstanceRecord) -> str:
    if one.start_date is None or one.end_date is None:
        return ""
    return f"{(one.end_date - one.start_date).total_seconds() * 1000:.0f} ms"
