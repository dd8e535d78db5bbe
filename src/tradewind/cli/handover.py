"""Sees runs through to their end: by the scheduler that is alive, or by one of our own, confined to their
DAG.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from tradewind.cli import waiting
from tradewind.cli.daemons import SUPERVISED
from tradewind.cli.progress import Progress
from tradewind.domain.access import SYSTEM
from tradewind.domain.errors import AirflowException
from tradewind.domain.states import FINISHED_RUN, DagRunState
from tradewind.runtime import children, paths, processes
from tradewind.runtime.locks import Lock
from tradewind.store.queries import runs as run_queries
from tradewind.store.queries import task_instances
from tradewind.store.transitions import callbacks

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.store.records import RunRecord, TaskInstanceRecord

LOOK = 0.1
"""Seconds between looks at the runs."""
STUCK_AFTER = 3.0
"""Seconds after which runs that can only wait for an earlier one are not waited for any longer."""
END_WITHIN = 8.0


More = Callable[[Sequence["RunRecord"]], list[str]]


def see_through(
    app: App, dag_id: str, run_ids: Sequence[str], progress: Progress, *, more: More | None = None
) -> list[RunRecord]:
    """Wait until the runs have ended; their last records. ``more`` is shown them each time, and may give the
    ids of further ones.

    While no scheduler is alive one is run, for this DAG only, which does not heed its pause; it ends when
    the callbacks of the runs have been called, too. Ctrl-C leaves the runs as they are. Runs that wait for
    an earlier one that failed are given back unfinished.
    """
    with _scheduler(app, dag_id) as scheduler:
        runs = _wait_for_runs(app, dag_id, run_ids, progress, more, scheduler)
        if scheduler.is_ours:
            _wait_for_callbacks(app, dag_id, runs, scheduler)
    return runs


def _wait_for_runs(
    app: App,
    dag_id: str,
    run_ids: Sequence[str],
    progress: Progress,
    more: More | None,
    scheduler: _Scheduler,
) -> list[RunRecord]:
    moved = app.clock.monotonic()
    _wake(app, dag_id, run_ids)
    while True:
        runs, instances, stuck = _look(app, dag_id, run_ids)
        progress.show(runs, instances)
        added = more(runs) if more is not None else []
        if added:
            _wake(app, dag_id, added)
            run_ids = [*run_ids, *added]
        elif all(run.state in FINISHED_RUN for run in runs):
            return runs
        if added or not stuck:
            moved = app.clock.monotonic()
        elif app.clock.monotonic() - moved > STUCK_AFTER:
            return runs
        if not scheduler.is_alive():
            raise AirflowException(
                f"The scheduler for DAG {dag_id!r} ended before its runs did. "
                f"{app.config.logging.base_log_folder / 'scheduler.log'} says why."
            )
        time.sleep(LOOK)


def _wait_for_callbacks(app: App, dag_id: str, runs: Sequence[RunRecord], scheduler: _Scheduler) -> None:
    """Until none of the runs has any to be called, or none ended for as long as one may take."""
    ids = {run.run_id for run in runs}
    limit = max(app.config.core.task_success_overtime, app.config.callbacks.limit)
    left, moved = -1, app.clock.monotonic()
    while scheduler.is_alive():
        with app.database.read() as tx:
            waiting = sum(run_id in ids for run_id in callbacks.pending_runs(tx, dag_id))
        if waiting != left:
            left, moved = waiting, app.clock.monotonic()
        if not waiting or app.clock.monotonic() - moved > limit:
            return
        time.sleep(LOOK)


def _wake(app: App, dag_id: str, run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        app.wake("run", dag_id=dag_id, run_id=run_id)


def _look(
    app: App, dag_id: str, run_ids: Sequence[str]
) -> tuple[list[RunRecord], list[TaskInstanceRecord], bool]:
    """The runs, the task instances of those that have begun, and whether none of them can move."""
    with app.database.read() as tx:
        runs = run_queries.of_dag(tx, dag_id, access=SYSTEM, run_ids=run_ids)
        active = [run.run_id for run in runs if run.state is not DagRunState.QUEUED]
        instances = [
            record for run_id in active for record in task_instances.of_run(tx, dag_id, run_id, access=SYSTEM)
        ]
        stuck = waiting.stuck_on_past(tx, runs, instances)
    if len(runs) < len(run_ids):
        raise AirflowException(f"Runs of DAG {dag_id!r} were deleted while they were waited for.")
    return runs, instances, stuck


class _Scheduler(NamedTuple):
    """Whoever schedules."""

    is_alive: Callable[[], bool]
    is_ours: bool
    """It was started here, and ends with the command."""


@contextmanager
def _scheduler(app: App, dag_id: str) -> Iterator[_Scheduler]:
    """Whoever schedules is alive inside."""
    if app.scheduler_runs():
        yield _Scheduler(app.scheduler_runs, is_ours=False)
        return
    env = processes.clean_environment(
        app.environ, {SUPERVISED: "1", "AIRFLOW_HOME": str(app.home), "AIRFLOW__WORKERS__DRAIN_TIMEOUT": "2"}
    )
    output = app.config.logging.base_log_folder / "scheduler.out"
    child = children.start(["scheduler", "--only-dag", dag_id], env=env, output=output)
    try:
        yield _Scheduler(lambda: child.poll() is None, is_ours=True)
    finally:
        _end(app, child)


def _end(app: App, child: children.Child) -> None:
    """End our scheduler, and what it started."""
    child.signal(signal.SIGTERM)
    deadline = app.clock.monotonic() + END_WITHIN
    while child.poll() is None and app.clock.monotonic() < deadline:
        time.sleep(0.02)
    processes.kill_group(child.who, grace=0.0)
    for name in (paths.HOST_LOCK, paths.DATA_LOCK):
        pid = Lock(app.run_dir / name).holder()
        who = processes.identity(pid) if pid else None
        if who is not None:
            processes.kill_group(who, grace=2.0)
