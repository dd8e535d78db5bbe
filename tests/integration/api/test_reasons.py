"""Why a task instance does not run: the engine is asked, with the run's rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.integration.api.world import World

from tradewind.domain.spec import TaskSpec
from tradewind.domain.spec.timetable import CronTriggerTimetable

PATH = "/api/v2/dags/{}/dagRuns/{}/taskInstances/{}/dependencies"
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def told(client: httpx.Client, dag_id: str, task_id: str, run_id: str = "r1") -> dict[str, str]:
    answer = client.get(PATH.format(dag_id, run_id, task_id))
    assert answer.status_code == 200, answer.text
    return {one["name"]: one["reason"] for one in answer.json()["dependencies"]}


def make(world: World, *tasks: TaskSpec, **about: Any) -> str:
    """A running run of a new DAG."""
    dag_id = world.fresh("why")
    world.dag(dag_id, tasks=tasks, **about)
    world.run(dag_id)
    world.sql("UPDATE dag_run SET state = 'running' WHERE dag_id = ?", dag_id)
    return dag_id


@pytest.mark.parametrize(
    ("rule", "a", "b", "waits"),
    [
        ("all_success", "success", None, True),
        ("all_success", "success", "success", False),
        ("all_failed", "failed", None, True),
        ("all_failed", "failed", "upstream_failed", False),
        ("all_done", "failed", "running", True),
        ("all_done", "failed", "skipped", False),
        ("all_skipped", "skipped", None, True),
        ("one_success", None, "failed", True),
        ("one_success", None, "success", False),
        ("one_failed", "success", None, True),
        ("one_failed", None, "failed", False),
        ("one_done", None, "skipped", True),
        ("none_failed", "skipped", None, True),
        ("none_failed_min_one_success", "skipped", None, True),
        ("none_skipped", "failed", None, True),
        ("all_done_min_one_success", "success", None, True),
        ("always", None, None, False),
    ],
)
def test_trigger_rules(world: World, admin: httpx.Client, rule: str, a: Any, b: Any, waits: bool) -> None:
    last = TaskSpec(task_id="last", upstream=("a", "b"), trigger_rule=rule)
    dag_id = make(world, TaskSpec(task_id="a"), TaskSpec(task_id="b"), last)
    for task_id, state in (("a", a), ("b", b)):
        world.set_state(dag_id, task_id, state)
    found = told(admin, dag_id, "last")
    expected = {"Trigger Rule": f"trigger rule {rule} with a is {a or 'no state'}, b is {b or 'no state'}."}
    assert found == (expected if waits else {})


def test_a_full_pool(world: World, admin: httpx.Client) -> None:
    admin.post("/api/v2/pools", json={"name": "narrow", "slots": 2})
    dag_id = make(
        world, TaskSpec(task_id="a", pool="narrow"), TaskSpec(task_id="b", pool="narrow", pool_slots=2)
    )
    assert told(admin, dag_id, "b") == {}
    world.set_state(dag_id, "a", "running")
    reason = "pool 'narrow' has 1 of 2 slots free, and it needs 2."
    assert told(admin, dag_id, "b") == {"Pool Slots Available": reason}


def test_pools_that_never_have_room(world: World, admin: httpx.Client) -> None:
    dag_id = make(world, TaskSpec(task_id="a", pool="nowhere"), TaskSpec(task_id="b", pool_slots=999))
    assert "airflow pools set nowhere" in told(admin, dag_id, "a")["Pool Slots Available"]
    assert "999 slots" in told(admin, dag_id, "b")["Pool Slots Available"]


def test_limits_of_the_dag_and_of_the_task(world: World, admin: httpx.Client) -> None:
    one = TaskSpec(task_id="one", max_active_tis_per_dag=1)
    dag_id = make(world, one, TaskSpec(task_id="other"), max_active_tasks=2)
    world.run(dag_id, "r2")
    world.sql("UPDATE dag_run SET state = 'running' WHERE dag_id = ?", dag_id)
    world.set_state(dag_id, "one", "running", "r2")
    assert told(admin, dag_id, "one") == {
        "Task Concurrency": "task 'one' has 1 active instances and max_active_tis_per_dag=1."
    }
    assert told(admin, dag_id, "other") == {}


def test_a_run_that_is_full(world: World, admin: httpx.Client) -> None:
    dag_id = make(world, *(TaskSpec(task_id=name) for name in "abc"), max_active_tasks=2)
    for name in "ab":
        world.set_state(dag_id, name, "running")
    reason = told(admin, dag_id, "c")["Task Instance Slots Available"]
    assert "2 active tasks and max_active_tasks=2" in reason


@pytest.mark.parametrize("words", ["depends_on_past", "wait_for_downstream"])
def test_the_run_before(world: World, admin: httpx.Client, words: str) -> None:
    dag_id = world.fresh("past")
    tasks = (TaskSpec(task_id="a", **{words: True}), TaskSpec(task_id="b", upstream=("a",)))
    world.dag(dag_id, tasks=tasks, timetable=CronTriggerTimetable(expressions=("0 0 * * *",)))
    for number, run_id in enumerate(("r1", "r2")):
        world.run(dag_id, run_id, logical_date=DAY + timedelta(days=number))
    world.sql("UPDATE dag_run SET state = 'running' WHERE dag_id = ?", dag_id)
    assert told(admin, dag_id, "a") == {}
    world.set_state(dag_id, "a", "success" if words == "wait_for_downstream" else "failed")
    assert words in told(admin, dag_id, "a", "r2")["Previous Dagrun State"]
    for task_id in "ab":
        world.set_state(dag_id, task_id, "success")
    assert told(admin, dag_id, "a", "r2") == {}


def test_what_was_passed_by_says_why_and_no_limit(world: World, admin: httpx.Client) -> None:
    dag_id = make(world, TaskSpec(task_id="a"), TaskSpec(task_id="b", upstream=("a",), pool="nowhere"))
    world.set_state(dag_id, "a", "failed")
    world.set_state(dag_id, "b", "upstream_failed")
    found = told(admin, dag_id, "b")
    assert list(found) == ["Task Instance State", "Trigger Rule"]
    assert "a is failed" in found["Trigger Rule"]
