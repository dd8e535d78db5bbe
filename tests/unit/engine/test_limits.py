"""§1.17 Limits of runs and tasks."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.oracle import EPOCH

from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import TaskInstanceState as T
from tradewind.engine.decisions import Ready
from tradewind.engine.limits import SLOTS, Limits


def ready(task: TaskSpec, *, dag_id: str = "d", run_id: str = "r", attempt: str = "a") -> Ready:
    return Ready(
        dag_id=dag_id, run_id=run_id, task_id=task.task_id, map_index=-1, attempt_id=attempt, priority=1,
        run_after=EPOCH, pool=task.pool, pool_slots=task.pool_slots, queue="default", executor=task.executor,
    )  # fmt: skip


DAG = DagSpec(dag_id="d")
TASK = TaskSpec(task_id="t")


def limits(slots: int = 100, **pools: tuple[int, bool]) -> Limits:
    made = Limits(slots)
    made.set_pools({"default_pool": (128, False), **pools})
    return made


def refusal(made: Limits, task: TaskSpec = TASK, dag: DagSpec = DAG, run_id: str = "r") -> str | None:
    answer = made.admit(ready(task, run_id=run_id), task, dag)
    return None if answer is None else answer.reason


def test_free_slots_admit() -> None:
    assert refusal(limits()) is None


def test_no_executor_slot_is_final_for_the_turn() -> None:
    made = limits(1)
    made.take(ready(TASK), TASK, DAG)
    answer = made.admit(ready(TASK), TASK, DAG)
    assert answer is not None
    assert (answer.limit, answer.final_for_turn, str(answer)) == (
        SLOTS,
        True,
        "all 1 executor slots are taken",
    )


def test_pool_says_how_many_slots_are_free() -> None:
    made = limits(x=(2, False))
    task = TaskSpec(task_id="t", pool="x", pool_slots=2)
    made.take(ready(task), task, DAG)
    assert refusal(made, TaskSpec(task_id="u", pool="x")) == "pool 'x' has 0 of 2 slots free"
    assert "pool:x" in made.give_back(ready(task), task, DAG)
    assert refusal(made, TaskSpec(task_id="u", pool="x")) is None


def test_pool_too_small_for_ever_is_said_so() -> None:
    told = refusal(limits(x=(2, False)), TaskSpec(task_id="t", pool="x", pool_slots=3))
    assert told == "it needs 3 slots, and pool 'x' has 2 in all"


def test_missing_pool_names_the_way_out() -> None:
    told = refusal(limits(), TaskSpec(task_id="t", pool="nope"))
    assert told is not None and "airflow pools set nope" in told


def test_infinite_pool() -> None:
    assert refusal(limits(x=(-1, False)), TaskSpec(task_id="t", pool="x", pool_slots=10**6)) is None


def test_pool_that_was_deleted_refuses() -> None:
    made = limits(x=(5, False))
    assert made.set_pools({"default_pool": (128, False)})
    assert not made.set_pools({"default_pool": (128, False)})
    assert refusal(made, TaskSpec(task_id="t", pool="x")) is not None


@pytest.mark.parametrize(
    ("state", "include", "admitted"),
    [(T.DEFERRED, True, False), (T.DEFERRED, False, True), (T.AWAITING_INPUT, True, True)],
)
def test_deferred_ones_count_where_the_pool_says_so(state: T, include: bool, admitted: bool) -> None:
    """… and those that wait for a person never do."""
    made = limits(x=(1, include))
    task = TaskSpec(task_id="t", pool="x")
    made.take(ready(task), task, DAG, state)
    assert (refusal(made, TaskSpec(task_id="u", pool="x")) is None) is admitted


def test_max_active_tasks_counts_a_run_or_the_dag() -> None:
    per_run = DagSpec(dag_id="d", max_active_tasks=1)
    per_dag = DagSpec(dag_id="d", max_active_tasks=1, max_active_tasks_scope="dag")
    made = limits()
    made.take(ready(TASK), TASK, per_run)
    assert refusal(made, dag=per_run) == "run 'r' of DAG 'd' has 1 active tasks and max_active_tasks=1"
    assert refusal(made, dag=per_run, run_id="other") is None
    assert refusal(made, dag=per_dag, run_id="other") == "DAG 'd' has 1 active tasks and max_active_tasks=1"


@pytest.mark.parametrize("state", [T.DEFERRED, T.AWAITING_INPUT])
def test_limits_of_a_task_count_parked_ones_too(state: T) -> None:
    per_dag = TaskSpec(task_id="t", max_active_tis_per_dag=1)
    per_run = TaskSpec(task_id="t", max_active_tis_per_dagrun=1)
    made = limits()
    made.take(ready(TASK), TASK, DAG, state)
    assert (
        refusal(made, per_dag, run_id="other")
        == "task 't' has 1 active instances and max_active_tis_per_dag=1"
    )
    assert refusal(made, per_run, run_id="other") is None
    assert refusal(made, per_run) == "task 't' has 1 active instances and max_active_tis_per_dagrun=1"


def test_executor_with_slots_of_its_own() -> None:
    made = Limits(10, {"Small": 1})
    made.set_pools({"default_pool": (128, False)})
    task = TaskSpec(task_id="t", executor="Small")
    made.take(ready(task), task, DAG)
    assert refusal(made, task) == "executor 'Small' has 0 of 1 slots free"
    assert refusal(made) is None


# --- against a recount -------------------------------------------------------------------------------


@dataclass
class Recount:
    """Who is out, as a list; every question counts it through."""

    out: list[tuple[Ready, T]] = field(default_factory=list)

    def count(self, *, parked: bool = True, **wanted: str | None) -> int:
        def fits(each: Ready) -> bool:
            return all(getattr(each, name) == value for name, value in wanted.items())

        return sum(fits(each) for each, state in self.out if parked or state is T.QUEUED)

    def admits(
        self, it: Ready, task: TaskSpec, dag: DagSpec, slots: int, pools: dict[str, tuple[int, bool]]
    ) -> bool:
        if self.count(parked=False) >= slots or it.pool not in pools:
            return False
        size, include = pools[it.pool]
        counted = {T.QUEUED, T.DEFERRED} if include else {T.QUEUED}
        used = sum(r.pool_slots for r, state in self.out if r.pool == it.pool and state in counted)
        if size != -1 and used + it.pool_slots > size:
            return False
        where = {"dag_id": it.dag_id} | ({} if dag.max_active_tasks_scope == "dag" else {"run_id": it.run_id})
        if self.count(parked=False, **where) >= dag.max_active_tasks:
            return False
        in_dag = self.count(dag_id=it.dag_id, task_id=it.task_id)
        in_run = self.count(dag_id=it.dag_id, run_id=it.run_id, task_id=it.task_id)
        dag_limit, run_limit = task.max_active_tis_per_dag, task.max_active_tis_per_dagrun
        return not (dag_limit is not None and in_dag >= dag_limit) and not (
            run_limit is not None and in_run >= run_limit
        )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, 2**32))
def test_counters_agree_with_a_recount(seed: int) -> None:
    dice = random.Random(seed)
    slots = dice.randint(1, 12)
    pools = {"p": (dice.choice([-1, 2, 4]), dice.random() < 0.5), "q": (3, False)}
    dags = {
        name: DagSpec(
            dag_id=name,
            max_active_tasks=dice.randint(1, 5),
            max_active_tasks_scope=dice.choice(["run", "dag"]),
        )
        for name in "de"
    }
    tasks = [
        TaskSpec(
            task_id=name, pool=dice.choice(["p", "q"]), pool_slots=dice.randint(1, 2),
            max_active_tis_per_dag=dice.choice([None, 2]), max_active_tis_per_dagrun=dice.choice([None, 1]),
        )
        for name in "tuv"
    ]  # fmt: skip
    made, naive = Limits(slots), Recount()
    made.set_pools(pools)
    for number in range(60):
        task, dag = dice.choice(tasks), dags[dice.choice("de")]
        it = ready(task, dag_id=dag.dag_id, run_id=dice.choice("rs"), attempt=str(number))
        assert (made.admit(it, task, dag) is None) == naive.admits(it, task, dag, slots, pools)
        act = dice.random()
        if act < 0.6:
            state = dice.choice([T.QUEUED] * 8 + [T.DEFERRED, T.AWAITING_INPUT])
            made.take(it, task, dag, state)
            naive.out.append((it, state))
        elif naive.out:
            gone, state = naive.out.pop(dice.randrange(len(naive.out)))
            of = next(each for each in tasks if each.task_id == gone.task_id)
            freed = made.give_back(gone, of, dags[gone.dag_id], state)
            assert {SLOTS, f"pool:{gone.pool}", f"dag:{gone.dag_id}"} <= set(freed)
    for gone, state in naive.out:
        made.give_back(gone, TASK, dags[gone.dag_id], state)
    assert made.free_slots == slots
    assert made._dags == {}
