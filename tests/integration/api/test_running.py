"""A task instance that a person runs whatever it waits for."""

from __future__ import annotations

import httpx
from tests.integration.api.world import World

OWN = "/api/tradewind"


def address(dag_id: str, task_id: str) -> str:
    return f"{OWN}/dags/{dag_id}/dagRuns/r1/taskInstances/{task_id}/run"


def made(world: World) -> str:
    dag_id = world.fresh("hurried")
    world.dag(dag_id)
    world.run(dag_id)
    return dag_id


def test_it_waits_for_a_slot_only_and_its_run_goes_on(world: World, admin: httpx.Client) -> None:
    dag_id = made(world)
    world.set_state(dag_id, "extract", "failed", try_number=1)
    world.set_state(dag_id, "transform", "upstream_failed")
    world.sql("UPDATE dag_run SET state = 'failed' WHERE dag_id = ?", dag_id)
    world.wakes()
    answer = admin.post(address(dag_id, "transform"))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["try_number"]) == ("scheduled", 1)
    assert world.states(dag_id) == {"extract": "failed", "transform": "scheduled", "load": None}
    assert admin.get(f"/api/v2/dags/{dag_id}/dagRuns/r1").json()["state"] == "queued"
    assert world.wakes() == [("run", dag_id, "r1")]


def test_what_ran_before_gets_its_next_try(world: World, admin: httpx.Client) -> None:
    dag_id = made(world)
    world.set_state(dag_id, "extract", "success", try_number=1)
    before = admin.get(f"/api/v2/dags/{dag_id}/dagRuns/r1/taskInstances/extract").json()
    answer = admin.post(address(dag_id, "extract")).json()
    assert (answer["state"], answer["try_number"]) == ("scheduled", 2)
    assert answer["id"] != before["id"]
    tries = admin.get(f"/api/v2/dags/{dag_id}/dagRuns/r1/taskInstances/extract/tries").json()
    assert [one["try_number"] for one in tries["task_instances"]] == [1, 2]


def test_what_is_at_work_is_left_alone(world: World, admin: httpx.Client) -> None:
    dag_id = made(world)
    for state in ("running", "queued", "scheduled", "deferred"):
        world.set_state(dag_id, "extract", state, try_number=1)
        assert admin.post(address(dag_id, "extract")).status_code == 409, state
        assert world.states(dag_id)["extract"] == state
    assert admin.post(address(dag_id, "nobody")).status_code == 404


def test_it_takes_the_right_to_edit_and_is_noted(world: World, admin: httpx.Client) -> None:
    dag_id = made(world)
    with world.client("vera") as vera:
        assert vera.post(address(dag_id, "extract")).status_code == 403
    admin.post(address(dag_id, "extract"))
    logs = admin.get("/api/v2/eventLogs", params={"dag_id": dag_id, "event": "run_task_instance"}).json()
    noted = [(one["owner"], one["task_id"], one["run_id"]) for one in logs["event_logs"]]
    assert noted == [("admin", "extract", "r1")]
