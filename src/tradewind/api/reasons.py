"""What a task instance waits for, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tradewind.domain.states import FINISHED, DagRunState, TaskInstanceState
from tradewind.store.queries import dags, pools, runs, task_instances

if TYPE_CHECKING:
    from tradewind.domain.access import Access
    from tradewind.domain.spec import DagSpec, TaskSpec
    from tradewind.store.database import Tx
    from tradewind.store.records import TaskInstanceRecord

T = TaskInstanceState
Reason = tuple[str, str]
"""Airflow's name of the dependency, and what is not met."""


def reasons(tx: Tx, record: TaskInstanceRecord, spec: DagSpec, *, access: Access) -> list[Reason]:
    """What keeps a task instance from running: pause, its run, its state, tasks above it, its pool.

    Limits of the DAG and earlier runs are not looked at. ``spec``: of its run.
    """
    task = spec.task(record.task_id)
    return [
        *_of_dag(tx, record, access),
        *_of_state(record),
        *upstream_reasons(tx, record.dag_id, record.run_id, task, access=access),
        *_of_pool(tx, record),
    ]


def _of_dag(tx: Tx, record: TaskInstanceRecord, access: Access) -> Iterator[Reason]:
    dag = dags.get(tx, record.dag_id, access=access)
    if dag is not None and dag.is_paused:
        yield (
            "Dag Not Paused",
            f"DAG {record.dag_id} is paused. 'airflow dags unpause {record.dag_id}' lets it run.",
        )
    run = runs.get(tx, record.dag_id, record.run_id, access=access)
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


def upstream_reasons(
    tx: Tx, dag_id: str, run_id: str, task: TaskSpec | None, *, access: Access
) -> Iterator[Reason]:
    """Upstream tasks that have not ended, or not as the trigger rule wants it."""
    if task is None or not task.upstream:
        return
    states: dict[str, list[str]] = {}
    for other in task_instances.of_run(tx, dag_id, run_id, access=access):
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
