"""What a task instance waits for, in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tradewind.cli import acting
from tradewind.domain.states import FINISHED, FINISHED_RUN, DagRunState, TaskInstanceState
from tradewind.store.queries import past, pools, task_instances
from tradewind.store.queries import runs as run_queries

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.domain.spec import TaskSpec
    from tradewind.store.database import Tx
    from tradewind.store.records import RunRecord, TaskInstanceRecord

T = TaskInstanceState
Reason = tuple[str, str]
"""Airflow's name of the dependency, and what is not met."""
PAST = (
    "it waits for the run before it, in which the same task did not succeed (depends_on_past or "
    "wait_for_downstream). Clear or mark that one; then this one goes on."
)


def warn(app: App, prog: str, dag_id: str, what: str, *, paused: bool) -> None:
    """Say on standard error, where programs do not read, why ``what`` will not begin, if it will not."""
    if paused:
        why, way_out = f"DAG {dag_id} is paused", f"Unpause it: {prog} dags unpause {dag_id}"
    elif not app.scheduler_runs():
        why, way_out = "No scheduler runs here", f"Start one: {prog} standalone (or {prog} scheduler)"
    else:
        return
    print(f"{why}, so {what}. {way_out}", file=sys.stderr)


def reasons(app: App, record: TaskInstanceRecord) -> list[Reason]:
    """Everything that keeps a task instance from running; nothing where it may."""
    with app.database.read() as tx:
        spec = acting.spec(tx, record.dag_id, record.version_hash)
        found = [
            *_of_dag(tx, record),
            *_of_state(record),
            *upstream_reasons(tx, record.dag_id, record.run_id, spec.task(record.task_id)),
            *_of_pool(tx, record),
        ]
    return found


def _of_dag(tx: Tx, record: TaskInstanceRecord) -> Iterator[Reason]:
    if acting.dag(tx, record.dag_id).is_paused:
        yield (
            "Dag Not Paused",
            f"DAG {record.dag_id} is paused. 'airflow dags unpause {record.dag_id}' lets it run.",
        )
    run = run_queries.get(tx, record.dag_id, record.run_id, visible=None)
    if run is not None and run.state is not DagRunState.RUNNING:
        yield "Dagrun Running", f"its run is {run.state}, not running."


def _of_state(record: TaskInstanceRecord) -> Iterator[Reason]:
    if record.state in FINISHED:
        yield (
            "Task Instance State",
            f"it has ended as {record.state}. 'airflow tasks clear' lets it run again.",
        )
    elif record.state in (T.QUEUED, T.RUNNING, T.DEFERRED):
        yield "Task Instance State", f"it is {record.state} already."
    elif record.state is T.AWAITING_INPUT:
        yield "Task Instance State", "it waits for a person, who answers by REST (PATCH …/hitlDetails)."
    elif record.state is T.UP_FOR_RETRY:
        yield "Not In Retry Period", "it failed and waits for its next try."
    elif record.state is T.UP_FOR_RESCHEDULE:
        yield "Ready To Reschedule", "its sensor gave the slot back and waits for its next look."


def upstream_reasons(tx: Tx, dag_id: str, run_id: str, task: TaskSpec | None) -> Iterator[Reason]:
    """Upstream tasks that have not ended, or not as the trigger rule wants it."""
    if task is None or not task.upstream:
        return
    states: dict[str, list[str]] = {}
    for other in task_instances.of_run(tx, dag_id, run_id, visible=None):
        if other.task_id in task.upstream:
            states.setdefault(other.task_id, []).append(str(other.state or "no state"))
    open_ = {name: found for name, found in states.items() if not all(one in FINISHED for one in found)}
    wanted = {"success", "skipped"} if task.trigger_rule.startswith("none_failed") else {"success"}
    bad = {name: found for name, found in states.items() if not set(found) <= wanted}
    unmet = (
        bad if task.trigger_rule in {"all_success", "none_failed", "none_failed_min_one_success"} else open_
    )
    if unmet and task.trigger_rule != "always":
        told = ", ".join(f"{name} is {'/'.join(sorted(set(found)))}" for name, found in sorted(unmet.items()))
        yield "Trigger Rule", f"trigger rule {task.trigger_rule} with {told}."


def _of_pool(tx: Tx, record: TaskInstanceRecord) -> Iterator[Reason]:
    if record.state in FINISHED:
        return
    pool = pools.get(tx, record.pool)
    if pool is None:
        yield "Pool Slots Available", f"pool {record.pool!r} does not exist: 'airflow pools set' makes it."
    elif 0 <= pool.slots < record.pool_slots:
        yield (
            "Pool Slots Available",
            f"it needs {record.pool_slots} slots of pool {record.pool!r}, which has {pool.slots}.",
        )


def stuck_on_past(tx: Tx, runs: Sequence[RunRecord], instances: Sequence[TaskInstanceRecord]) -> bool:
    """Whether all of a DAG's runs that have not ended wait for an earlier one that has, and not well.

    ``instances`` are those of the runs that have begun. A run that is only about to start looks alike for a
    moment, so look twice.
    """
    left = [run for run in runs if run.state not in FINISHED_RUN]
    dates = [run.logical_date for run in left if run.logical_date is not None]
    open_ = [one for one in instances if one.state not in FINISHED]
    if not open_ or len(dates) < len(left) or any(one.state is not None for one in open_):
        return False
    ids = {run.run_id for run in left}
    for run in run_queries.of_dag(tx, left[0].dag_id, visible=None, until=max(dates)):
        if run.state in FINISHED_RUN or run.run_id in ids:
            continue
        others = task_instances.of_run(tx, run.dag_id, run.run_id, visible=None)
        left.append(run)
        open_ += [one for one in others if one.state not in FINISHED]
    if any(one.state is not None for one in open_):
        return False
    return all(_waits_for_past(tx, run, open_) for run in left)


def _waits_for_past(tx: Tx, run: RunRecord, open_: Sequence[TaskInstanceRecord]) -> bool:
    if run.ignore_depends_on_past:
        return False
    facts = past.past_facts(tx, run, acting.spec(tx, run.dag_id, run.version_hash))
    unmet = {each.task_id for each in facts if not each.met}
    own = {one.task_id for one in open_ if one.run_id == run.run_id}
    return bool(unmet & own if run.state is DagRunState.RUNNING else unmet)
