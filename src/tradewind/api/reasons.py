"""What task instances wait for: in codes with what fills them, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tradewind.domain.states import FINISHED, DagRunState, TaskInstanceState
from tradewind.engine.graph import Graph
from tradewind.engine.limits import Limits
from tradewind.engine.waiting import Question, Questions
from tradewind.store.queries import dags, pools, runs, scheduling

if TYPE_CHECKING:
    from tradewind.domain.access import Access
    from tradewind.domain.spec import DagSpec, TaskSpec
    from tradewind.domain.states import State
    from tradewind.store.database import Tx
    from tradewind.store.records import PoolRecord, RunLoad, RunRecord, TaskInstanceRecord

T = TaskInstanceState
WAITING: Final = frozenset({None, T.SCHEDULED, T.UP_FOR_RETRY, T.UP_FOR_RESCHEDULE})
"""States in which the run's rules and the limits have a say."""
PASSED_BY: Final = frozenset({T.SKIPPED, T.UPSTREAM_FAILED})
"""States that those rules made."""
_NO_LIMIT: Final = 1 << 31
"""How many slots the executors have is known to the scheduler only."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not met."""

    name: str
    """Airflow's name of the dependency."""
    code: str
    """Ours, which with ``params`` says the same as ``text``, for translation."""
    text: str
    """A sentence."""
    params: dict[str, Any] = {}


def reasons(tx: Tx, record: TaskInstanceRecord, spec: DagSpec, *, access: Access) -> list[Reason]:
    """What keeps a task instance from running: pause, its run, its state, the run before, tasks above it, and
    the first limit in its way. ``spec``: of its run.
    """
    told = [*_of_dag(tx, record.dag_id, record.run_id, access), *of_state(record.state)]
    if record.state not in WAITING | PASSED_BY:
        return told
    asked = record.task_id, record.map_index
    question = _question(tx, spec, (record.dag_id, record.run_id), asked)
    if question is not None:
        limits = Occupancy(tx, spec) if record.state in WAITING else None
        told += of_rules(question, spec.task(record.task_id), limits)
    return told


def _question(tx: Tx, spec: DagSpec, run: tuple[str, str], asked: tuple[str, int]) -> Question | None:
    """None for a run that is gone, and a task that the version of the DAG does not have."""
    graph, load = Graph.compile(spec), scheduling.load_run(tx, *run)
    if load is None or asked[0] not in graph.index:
        return None
    return questions(tx, load, spec, also=asked).about(*asked)


def questions(tx: Tx, load: RunLoad, spec: DagSpec, *, also: tuple[str, int] | None = None) -> Questions:
    """All that may be asked about a run, which the caller has read."""
    graph = Graph.compile(spec)
    facts = scheduling.run_facts(tx, load, spec, (graph.ids[task] for task in graph.counted))
    everything = msgspec.structs.replace(facts, only_tasks=None) if also is not None else facts
    return Questions(graph, everything, load.instances, also=also)


def _of_dag(tx: Tx, dag_id: str, run_id: str, access: Access) -> Iterator[Reason]:
    yield from of_run(tx, dag_id, runs.get(tx, dag_id, run_id, access=access), access=access)


def of_run(tx: Tx, dag_id: str, run: RunRecord | None, *, access: Access) -> Iterator[Reason]:
    """What keeps a whole run from going on."""
    dag = dags.get(tx, dag_id, access=access)
    if dag is not None and dag.is_paused:
        words = f"DAG {dag_id} is paused. 'airflow dags unpause {dag_id}' lets it run."
        yield Reason(name="Dag Not Paused", code="dag_paused", text=words, params={"dag_id": dag_id})
    if run is not None and run.state is not DagRunState.RUNNING:
        yield Reason(
            name="Dagrun Running",
            code="run_not_running",
            text=f"its run is {run.state}, not running.",
            params={"state": run.state.value},
        )


_OF_STATE: Final[dict[State, tuple[str, str, str]]] = {
    T.AWAITING_INPUT: (
        "Task Instance State",
        "awaiting_input",
        "it waits for a person, who answers by REST (PATCH …/hitlDetails).",
    ),
    T.UP_FOR_RETRY: ("Not In Retry Period", "up_for_retry", "it failed and waits for its next try."),
    T.UP_FOR_RESCHEDULE: (
        "Ready To Reschedule",
        "up_for_reschedule",
        "its sensor gave the slot back and waits for its next look.",
    ),
}
"""State to name, code and words."""


def of_state(state: State) -> Iterator[Reason]:
    """What its own state says of a task instance."""
    if state in FINISHED:
        words = f"it has ended as {state}. 'airflow tasks clear' lets it run again."
        yield Reason(name="Task Instance State", code="ended", text=words, params={"state": str(state)})
    elif state in (T.QUEUED, T.RUNNING, T.RESTARTING, T.DEFERRED):
        words = f"it is {state} already."
        yield Reason(name="Task Instance State", code=f"is_{state}", text=words)
    elif state in _OF_STATE:
        name, code, words = _OF_STATE[state]
        yield Reason(name=name, code=code, text=words)


def upstream_reasons(tx: Tx, dag_id: str, run_id: str, spec: DagSpec, task_id: str) -> Iterator[Reason]:
    """What tasks above it have against a task that need not be part of the run yet."""
    question = _question(tx, spec, (dag_id, run_id), (task_id, -1))
    if question is not None:
        yield from _of_upstream(question, spec.task(task_id))


def of_rules(question: Question, task: TaskSpec | None, limits: Occupancy | None) -> list[Reason]:
    """What the run before, the tasks above and (where they are given) the limits have against it."""
    if task is None:
        return []
    told = [*_of_past(question, task), *_of_upstream(question, task)]
    return told if limits is None else [*told, *limits.refuse(question, task)]


def _of_past(question: Question, task: TaskSpec) -> Iterator[Reason]:
    if question.is_held_by_past():
        word = "wait_for_downstream" if task.wait_for_downstream else "depends_on_past"
        yield Reason(
            name="Previous Dagrun State",
            code="past",
            text=f"it has {word}, and in the run before this one what it depends on has not succeeded.",
            params={"rule": word},
        )


def _of_upstream(question: Question, task: TaskSpec | None) -> Iterator[Reason]:
    above = question.above()
    if task is not None and above is not None:
        told = ", ".join(f"{task_id} is {'/'.join(states)}" for task_id, states in above)
        yield Reason(
            name="Trigger Rule",
            code="trigger_rule",
            text=f"trigger rule {task.trigger_rule} with {told}.",
            params={
                "rule": task.trigger_rule,
                "upstream": [{"task_id": task_id, "states": states} for task_id, states in above],
            },
        )


class Occupancy:
    """Every limit, and how much of it is taken now."""

    def __init__(self, tx: Tx, spec: DagSpec) -> None:
        self._spec = spec
        self._pools: dict[str, PoolRecord] = {pool.name: pool for pool in pools.list_pools(tx)}
        self._held = scheduling.active_counts(tx)
        self._found: Limits | None = None

    def refuse(self, question: Question, task: TaskSpec) -> Iterator[Reason]:
        """The first limit in its way."""
        ready = question.demand()
        if self._found is None:
            self._found = self._counted(ready, task)
        refusal = self._found.admit(ready, task, self._spec)
        if refusal is not None:
            name, code, params = self._told(refusal.limit, ready, task)
            yield Reason(name=name, code=code, text=f"{refusal.reason}.", params=params)

    def _told(self, limit: str, ready: Any, task: TaskSpec) -> tuple[str, str, dict[str, Any]]:
        """Airflow's name of a limit, our code, and what fills it."""
        if limit.startswith("pool:"):
            pool = self._pools.get(ready.pool)
            slots, needs = None if pool is None else pool.slots, ready.pool_slots
            code = "pool_missing" if slots is None else "pool_too_small" if needs > slots else "pool"
            return "Pool Slots Available", code, {"pool": ready.pool, "slots": slots, "needs": needs}
        name, of_run = "Task Instance Slots Available", limit.startswith("run:")
        if limit.endswith(f"#{ready.task_id}"):
            rule = "max_active_tis_per_dagrun" if of_run else "max_active_tis_per_dag"
            return "Task Concurrency", "task_limit", {"rule": rule, "most": getattr(task, rule)}
        if of_run or limit.startswith("dag:"):
            params = {"dag_id": ready.dag_id, "most": self._spec.max_active_tasks}
            return name, "run_limit" if of_run else "dag_limit", params
        return name, "executor_limit", {"limit": limit}

    def _counted(self, ready: Any, task: TaskSpec) -> Limits:
        found = Limits(_NO_LIMIT)
        found.set_pools({pool.name: (pool.slots, pool.include_deferred) for pool in self._pools.values()})
        for held in self._held:
            one = msgspec.structs.replace(
                ready, dag_id=held.dag_id, run_id=held.run_id, task_id=held.task_id, pool=held.pool,
                pool_slots=held.slots // held.count, executor=held.executor,
            )  # fmt: skip
            for _ in range(held.count):
                found.take(one, task, self._spec, held.state)
        return found
