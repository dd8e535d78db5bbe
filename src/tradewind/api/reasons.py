"""What a task instance waits for, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from tradewind.domain.states import FINISHED, DagRunState, TaskInstanceState
from tradewind.engine.graph import Graph
from tradewind.engine.limits import Limits
from tradewind.engine.waiting import Question
from tradewind.store.queries import dags, pools, runs, scheduling

if TYPE_CHECKING:
    from tradewind.domain.access import Access
    from tradewind.domain.spec import DagSpec, TaskSpec
    from tradewind.store.database import Tx
    from tradewind.store.records import TaskInstanceRecord

T = TaskInstanceState
Reason = tuple[str, str]
"""Airflow's name of the dependency, and what is not met."""
WAITING: Final = frozenset({None, T.SCHEDULED, T.UP_FOR_RETRY, T.UP_FOR_RESCHEDULE})
"""States in which the run's rules and the limits have a say."""
PASSED_BY: Final = frozenset({T.SKIPPED, T.UPSTREAM_FAILED})
"""States that those rules made."""
_NO_LIMIT: Final = 1 << 31
"""How many slots the executors have is known to the scheduler only."""


def reasons(tx: Tx, record: TaskInstanceRecord, spec: DagSpec, *, access: Access) -> list[Reason]:
    """What keeps a task instance from running: pause, its run, its state, the run before, tasks above it, and
    the first limit in its way. ``spec``: of its run.
    """
    told = [*_of_dag(tx, record, access), *_of_state(record)]
    if record.state not in WAITING | PASSED_BY:
        return told
    question = _question(tx, spec, (record.dag_id, record.run_id), record.task_id, record.map_index)
    if question is not None:
        task = spec.task(record.task_id)
        told += [*_of_past(question, task), *_of_upstream(question, task)]
        told += _of_limits(tx, question, spec) if record.state in WAITING else ()
    return told


def _question(tx: Tx, spec: DagSpec, run: tuple[str, str], task_id: str, map_index: int) -> Question | None:
    """None for a run that is gone, and a task that the version of the DAG does not have."""
    graph, load = Graph.compile(spec), scheduling.load_run(tx, *run)
    if load is None or task_id not in graph.index:
        return None
    facts = scheduling.run_facts(tx, load, spec, (graph.ids[task] for task in graph.counted))
    everything = msgspec.structs.replace(facts, only_tasks=None)
    return Question(graph, everything, load.instances, task_id, map_index)


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


def upstream_reasons(tx: Tx, dag_id: str, run_id: str, spec: DagSpec, task_id: str) -> Iterator[Reason]:
    """What tasks above it have against a task that need not be part of the run yet."""
    question = _question(tx, spec, (dag_id, run_id), task_id, -1)
    if question is not None:
        yield from _of_upstream(question, spec.task(task_id))


def _of_past(question: Question, task: TaskSpec | None) -> Iterator[Reason]:
    if task is not None and question.is_held_by_past():
        words = "wait_for_downstream" if task.wait_for_downstream else "depends_on_past"
        yield (
            "Previous Dagrun State",
            f"it has {words}, and in the run before this one what it depends on has not succeeded.",
        )


def _of_upstream(question: Question, task: TaskSpec | None) -> Iterator[Reason]:
    above = question.above()
    if task is not None and above is not None:
        yield "Trigger Rule", f"trigger rule {task.trigger_rule} with {', '.join(above)}."


def _of_limits(tx: Tx, question: Question, spec: DagSpec) -> Iterator[Reason]:
    ready = question.demand()
    task = spec.task(ready.task_id)
    if task is None:
        return
    found = Limits(_NO_LIMIT)
    found.set_pools({pool.name: (pool.slots, pool.include_deferred) for pool in pools.list_pools(tx)})
    for held in scheduling.active_counts(tx):
        one = msgspec.structs.replace(
            ready, dag_id=held.dag_id, run_id=held.run_id, task_id=held.task_id, pool=held.pool,
            pool_slots=held.slots // held.count, executor=held.executor,
        )  # fmt: skip
        for _ in range(held.count):
            found.take(one, task, spec, held.state)
    refusal = found.admit(ready, task, spec)
    if refusal is not None:
        yield _name(refusal.limit), f"{refusal.reason}."


def _name(limit: str) -> str:
    if limit.startswith("pool:"):
        return "Pool Slots Available"
    return "Task Concurrency" if "#" in limit else "Task Instance Slots Available"
