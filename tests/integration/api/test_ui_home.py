"""The home page, and why a run is not done."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
from tests.integration.api.test_ui_first import UI, only_of
from tests.integration.api.world import World, now

from tradewind.auth import roles
from tradewind.domain.spec import MappingSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput


def at(**ago: float) -> str:
    """So long ago, as SQLite's rows have it."""
    return (now() - timedelta(**ago)).strftime("%Y-%m-%d %H:%M:%S.%f")


def set_run(world: World, dag_id: str, run_id: str = "r1", **columns: Any) -> None:
    sets = ", ".join(f"{name} = ?" for name in columns)
    world.sql(f"UPDATE dag_run SET {sets} WHERE dag_id = ? AND run_id = ?", *columns.values(), dag_id, run_id)


def home(client: httpx.Client) -> dict[str, Any]:
    answer = client.get(f"{UI}/home")
    assert answer.status_code == 200, answer.text
    return answer.json()


def of(rows: list[dict[str, Any]], dag_id: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["dag_id"] == dag_id]


def test_what_runs_and_what_failed(world: World, admin: httpx.Client) -> None:
    runs, fails = world.fresh("runs"), world.fresh("fails")
    for dag_id in (runs, fails):
        world.dag(dag_id)
        world.run(dag_id)
    set_run(world, runs, state="running", start_date=at(hours=30))
    set_run(world, fails, state="failed", start_date=at(hours=2), end_date=at(hours=1))
    world.set_state(fails, "extract", "failed", end_date=at(hours=1), try_number=2, reason="no such table")
    world.set_state(fails, "load", "upstream_failed")
    world.set_state(runs, "extract", "running", hostname="here", queue="fast", pool_slots=2)
    found = home(admin)
    (running,), (failed,) = of(found["running"], runs), of(found["failed"], fails)
    assert running["duration"] > 29 * 3600 and running["cause"] is None
    assert failed["cause"]["task_id"] == "extract" and failed["cause"]["message"] == "no such table"
    assert failed["cause"]["try_number"] == 2
    assert found["numbers"]["running_runs"] >= 1 and found["numbers"]["failed_runs"] >= 1
    assert {"name": "fast", "queued": 0, "running": 1} in found["queues"]
    assert {"hostname": "here", "running": 1, "queues": ["fast"]} in found["hosts"]
    (pool,) = (pool for pool in found["pools"] if pool["name"] == "default_pool")
    assert pool["running"] >= 2 and pool["open"] == pool["slots"] - pool["running"] - pool["queued"]
    assert found["health"]["metadatabase"]["status"] == "healthy"


def test_a_backfill_of_long_ago_that_failed_just_now_is_told(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("old")
    world.dag(dag_id)
    world.run(dag_id, run_after=now() - timedelta(days=900))
    set_run(world, dag_id, state="failed", end_date=at(minutes=5))
    assert of(home(admin)["failed"], dag_id)
    set_run(world, dag_id, end_date=at(hours=25))
    assert not of(home(admin)["failed"], dag_id)


def test_who_is_late(world: World, admin: httpx.Client) -> None:
    slow, stuck, unmade, missed = (world.fresh("late") for _ in range(4))
    for dag_id in (slow, stuck, unmade, missed):
        world.dag(dag_id)
        world.run(dag_id)
    for number in range(9):
        world.run(slow, f"past{number}", run_after=now() - timedelta(days=number + 1))
        set_run(world, slow, f"past{number}", state="success", start_date=at(days=2), end_date=at(days=1.99))
    set_run(world, slow, state="running", start_date=at(hours=5))
    set_run(world, stuck, run_after=at(hours=1))
    set_run(world, unmade, state="success")
    world.sql("UPDATE dag SET next_dagrun_create_after = ? WHERE dag_id = ?", at(minutes=30), unmade)
    set_run(world, missed, state="running", start_date=at(minutes=1))
    world.sql(
        "INSERT INTO deadline (deadline_time, missed, created_at, dag_id, run_id, kind, name)"
        " VALUES (?, 1, ?, ?, 'r1', 'deadline', 'by noon')",
        at(hours=3), at(hours=9), missed,
    )  # fmt: skip
    late = {row["dag_id"]: row for row in home(admin)["late"]}
    assert {late[it]["kind"] for it in (slow, stuck, unmade, missed)} == {
        "slow", "not_started", "not_made", "deadline",
    }  # fmt: skip
    assert 800 < late[slow]["usual_seconds"] < 900 < late[slow]["seconds"]
    assert late[missed]["name"] == "by noon" and late[unmade]["run_id"] is None


def test_a_run_is_late_once_and_while_it_goes_on_and_hides_no_other(world: World) -> None:
    dag_id = world.fresh("often")
    world.dag(dag_id)
    world.run(dag_id)
    world.run(dag_id, "stuck", run_after=now() - timedelta(hours=1))
    set_run(world, dag_id, state="running", start_date=at(minutes=1))
    for number in range(30):
        world.sql(
            "INSERT INTO deadline (deadline_time, missed, created_at, dag_id, run_id, kind, name)"
            " VALUES (?, 1, ?, ?, 'r1', 'sla', ?)",
            at(minutes=10), at(hours=9), dag_id, f"sla{number}",
        )  # fmt: skip
    with only_of(world, dag_id) as narrow:
        found = home(narrow)
        assert [(row["kind"], row["run_id"]) for row in found["late"]] == [
            ("sla", "r1"), ("not_started", "stuck"),
        ]  # fmt: skip
        assert found["numbers"]["late_runs"] == 2
        set_run(world, dag_id, state="success", end_date=at(minutes=0))
        assert [row["run_id"] for row in home(narrow)["late"]] == ["stuck"]


def test_only_where_no_run_was_ever_made_all_is_new(world: World) -> None:
    dag_id = world.fresh("first")
    world.dag(dag_id)
    with only_of(world, dag_id) as narrow:
        assert home(narrow)["ever_ran"] is False
        world.run(dag_id, run_after=now() - timedelta(days=900))
        set_run(world, dag_id, state="success", end_date=at(days=900))
        assert home(narrow)["ever_ran"] is True


def test_what_comes_next_and_the_hours(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("next")
    world.dag(dag_id)
    world.run(dag_id, run_after=now() - timedelta(hours=3))
    set_run(world, dag_id, state="success")
    begin = now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    world.sql(
        "UPDATE dag SET next_dagrun_create_after = ?, next_dagrun_data_interval_start = ?,"
        " next_dagrun_data_interval_end = ? WHERE dag_id = ?",
        *(time.strftime("%Y-%m-%d %H:%M:%S.%f") for time in (begin, begin - timedelta(hours=6), begin)),
        dag_id,
    )
    with only_of(world, dag_id) as narrow:
        found = home(narrow)
    assert [row["dag_id"] for row in found["upcoming"]] == [dag_id]
    assert len(found["timeline"]) == 49
    hours = {datetime.fromisoformat(hour["start"]): hour for hour in found["timeline"]}
    assert sum(hour["success"] for hour in hours.values()) == 1
    planned = [start for start, hour in hours.items() if hour["planned"]]
    assert planned == [begin + timedelta(hours=6 * step) for step in range(4)]


def test_nothing_of_others_is_on_the_home_page(world: World) -> None:
    mine, theirs = world.fresh("mine"), world.fresh("zqtheirs")
    for dag_id in (mine, theirs):
        world.dag(dag_id)
        world.run(dag_id)
    set_run(world, theirs, state="failed", end_date=at(hours=1))
    world.set_state(theirs, "extract", "running", hostname="zqhost", queue="zqqueue")
    with only_of(world, mine) as narrow:
        found = home(narrow)
        assert narrow.get(f"{UI}/dags/{theirs}/runs/r1/why").status_code == 404
    assert "zq" not in json.dumps(found)
    assert found["numbers"]["failed_runs"] == 0 and found["numbers"]["queued_runs"] == 1


def test_who_may_read_no_task_instances_hears_no_cause(world: World) -> None:
    dag_id = world.fresh("hushed")
    world.dag(dag_id)
    world.run(dag_id)
    set_run(world, dag_id, state="failed", end_date=at(minutes=1))
    world.set_state(dag_id, "extract", "failed", end_date=at(minutes=2), reason="zqsecret")
    kinds = [pair for pair in roles.BUILT_IN["Viewer"] if pair[1] != "Task Instances"]
    with world.client(world.person("runs_only", world.role("runs_only", *kinds))) as narrow:
        found = home(narrow)
        assert of(found["failed"], dag_id) and "zqsecret" not in json.dumps(found)
        assert narrow.get(f"{UI}/dags/{dag_id}/runs/r1/why").status_code == 403


def why(client: httpx.Client, dag_id: str) -> dict[str, Any]:
    answer = client.get(f"{UI}/dags/{dag_id}/runs/r1/why")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_task_that_waits_says_for_what(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("waits")
    admin.post("/api/v2/pools", json={"name": f"p_{dag_id}", "slots": 1})
    mapped = MappingSpec(names=("x",), inputs=(MapInput(length=3),))
    world.dag(
        dag_id,
        tasks=(
            TaskSpec(task_id="a", pool=f"p_{dag_id}"),
            TaskSpec(task_id="b", upstream=("a",)),
            TaskSpec(task_id="many", pool=f"p_{dag_id}", mapping=mapped),
            TaskSpec(task_id="retry", retries=2),
        ),
    )
    world.run(dag_id)
    assert [one["code"] for one in why(admin, dag_id)["reasons"]] == ["run_not_running"]
    set_run(world, dag_id, state="running")
    world.set_state(dag_id, "a", "running")
    world.set_state(dag_id, "many", "scheduled")
    world.set_state(dag_id, "retry", "up_for_retry", try_number=1, end_date=at(minutes=1))
    found = why(admin, dag_id)
    told = {row["task_id"]: row for row in found["waiting"]}
    assert [row["task_id"] for row in found["waiting"]][-1] == "b" and found["more"] == 0
    assert told["a"]["reasons"][0]["code"] == "is_running"
    (rule,) = told["b"]["reasons"]
    assert rule["params"] == {"rule": "all_success", "upstream": [{"task_id": "a", "states": ["running"]}]}
    (pool,) = told["many"]["reasons"]
    assert (told["many"]["count"], pool["code"], pool["params"]["pool"]) == (3, "pool", f"p_{dag_id}")
    assert "0 of 1 slots free" in pool["text"]
    assert told["retry"]["reasons"][0]["code"] == "up_for_retry" and told["retry"]["due"] > now().isoformat()
    world.set_state(dag_id, "a", "success")
    assert why(admin, dag_id)["waiting"][-1]["reasons"][0]["code"] == "soon"


def test_each_limit_has_a_code_of_its_own(world: World, admin: httpx.Client) -> None:
    dag_id, small = world.fresh("limits"), world.fresh("small")
    admin.post("/api/v2/pools", json={"name": small, "slots": 2})
    twice = MappingSpec(names=("x",), inputs=(MapInput(length=2),))
    tasks = (
        TaskSpec(task_id="busy", max_active_tis_per_dag=1, mapping=twice),
        TaskSpec(task_id="nowhere", pool="no_such_pool"),
        TaskSpec(task_id="wide", pool=small, pool_slots=3),
        TaskSpec(task_id="full"),
    )
    world.dag(dag_id, tasks=tasks, max_active_tasks=1)
    world.run(dag_id)
    set_run(world, dag_id, state="running")
    put = "UPDATE task_instance SET state = ? WHERE dag_id = ? AND task_id = 'busy' AND map_index = 0"
    world.sql(put, "deferred", dag_id)
    told = {row["task_id"]: row["reasons"] for row in why(admin, dag_id)["waiting"] if row["state"] is None}
    assert (told["nowhere"][0]["code"], told["nowhere"][0]["params"]["slots"]) == ("pool_missing", None)
    assert "does not exist" in told["nowhere"][0]["text"]
    assert (told["wide"][0]["code"], told["wide"][0]["params"]["needs"]) == ("pool_too_small", 3)
    assert told["busy"][0]["code"] == "task_limit"
    assert told["busy"][0]["params"] == {"rule": "max_active_tis_per_dag", "most": 1}
    world.sql(put, "running", dag_id)
    told = {row["task_id"]: row["reasons"] for row in why(admin, dag_id)["waiting"] if row["state"] is None}
    assert (told["full"][0]["code"], told["full"][0]["params"]["most"]) == ("run_limit", 1)


def test_a_run_that_goes_on_says_what_failed_in_it(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("half")
    world.dag(dag_id, tasks=(TaskSpec(task_id="bad"), TaskSpec(task_id="good")))
    world.run(dag_id)
    set_run(world, dag_id, state="running")
    assert why(admin, dag_id)["cause"] is None
    world.set_state(dag_id, "bad", "failed", end_date=at(minutes=1), reason="no such table")
    found = why(admin, dag_id)
    assert (found["cause"]["task_id"], found["cause"]["message"]) == ("bad", "no such table")
    assert [row["task_id"] for row in found["waiting"]] == ["good"]


def test_many_that_wait_are_counted(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("wide")
    world.dag(dag_id, tasks=tuple(TaskSpec(task_id=f"t{number:03}") for number in range(230)))
    world.run(dag_id)
    found = why(admin, dag_id)
    assert (len(found["waiting"]), found["more"]) == (200, 30)


def test_the_first_cause_of_a_failed_run(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("broken")
    world.dag(dag_id)
    world.run(dag_id)
    set_run(world, dag_id, state="failed", reason="a leaf failed")
    world.set_state(dag_id, "extract", "failed", end_date=at(hours=2), try_number=1)
    world.set_state(dag_id, "transform", "failed", end_date=at(hours=1), try_number=1)
    world.write_log(dag_id, "extract", "begin\n" + json.dumps({"event": "it broke", "level": "ERROR"}) + "\n")
    found = why(admin, dag_id)
    assert (found["cause"]["task_id"], found["reason"], found["waiting"]) == ("extract", "a leaf failed", [])
    assert [line["level"] for line in found["log"]] == [None, "error"] and "it broke" in found["log"][1][
        "text"
    ]
