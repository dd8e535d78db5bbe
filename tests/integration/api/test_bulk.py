"""Several runs and task instances in one request, and a task instance that is deleted."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.integration.api.world import World

RUNS, TIS = "/api/v2/dags/{}/dagRuns", "/api/v2/dags/{}/dagRuns/{}/taskInstances"


def make(world: World, dag_id: str, **states: str | None) -> None:
    world.dag(dag_id)
    world.run(dag_id)
    for task_id, state in states.items():
        world.set_state(dag_id, task_id, state, try_number=1)
    world.wakes()


def send(client: httpx.Client, path: str, *actions: Any) -> httpx.Response:
    return client.patch(path, json={"actions": list(actions)})


def run_of(dag_id: str, **more: Any) -> dict[str, Any]:
    return {"dag_id": dag_id, "dag_run_id": "r1", **more}


def test_runs_of_several_dags_are_marked(world: World, admin: httpx.Client) -> None:
    make(world, "many_a", extract="failed")
    make(world, "many_b", extract="running")
    marks = [run_of("many_a", state="success"), run_of("many_b", state="failed", note="stopped")]
    answer = send(admin, RUNS.format("~"), {"action": "update", "entities": marks}).json()
    assert answer["update"]["success"] == ["many_a.r1", "many_b.r1"]
    assert world.states("many_a")["extract"] == "success"
    assert admin.get(RUNS.format("many_b") + "/r1").json()["note"] == "stopped"


def test_a_running_run_is_refused_and_the_others_are_not(world: World, admin: httpx.Client) -> None:
    make(world, "del_a")
    make(world, "del_b")
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = 'del_a'")
    world.sql("UPDATE dag_run SET state = 'running' WHERE dag_id = 'del_b'")
    both = [run_of("del_b"), run_of("del_a")]
    answer = send(admin, RUNS.format("~"), {"action": "delete", "entities": both})
    done = answer.json()["delete"]
    assert (answer.status_code, done["success"]) == (200, ["del_a.r1"])
    ((error, status),) = [(one["error"], one["status_code"]) for one in done["errors"]]
    assert (status, "'del_b'" in error, "'r1'" in error) == (409, True, True)
    assert admin.get(RUNS.format("del_a") + "/r1").status_code == 404
    assert admin.get(RUNS.format("del_b") + "/r1").status_code == 200


def test_what_is_refused_is_left_as_it_was(world: World, admin: httpx.Client) -> None:
    """Of an entity whose second change is refused, the first is undone."""
    make(world, "atom_a", extract="failed")
    make(world, "atom_b", extract="failed")
    world.sql(
        "CREATE TRIGGER refuse BEFORE INSERT ON dag_run_note WHEN new.content = 'x'"
        " BEGIN SELECT raise(ABORT, 'CHECK constraint failed: no'); END"
    )
    marks = [run_of("atom_a", state="success", note="x"), run_of("atom_b", state="success", note="ok")]
    done = send(admin, RUNS.format("~"), {"action": "update", "entities": marks})
    found = done.json()["update"]
    assert (found["success"], len(found["errors"])) == (["atom_b.r1"], 1), done.text
    assert world.states("atom_a")["extract"] == "failed"
    assert world.states("atom_b")["extract"] == "success"
    assert ("run", "atom_a", "r1") not in world.wakes()


@pytest.mark.parametrize(
    ("path", "entity", "words"),
    [
        ("~", {"dag_run_id": "r1"}, "names no DAG"),
        ("odd", {"dag_run_id": "r1", "dag_id": "other"}, "the path 'odd'"),
        ("odd", {"dag_run_id": "../r1"}, "../r1"),
        ("odd", {"dag_run_id": "r1", "state": "running"}, "state"),
    ],
)
def test_what_is_unclear_is_refused(
    world: World, admin: httpx.Client, path: str, entity: Any, words: str
) -> None:
    if not world.sql("SELECT 1 FROM dag WHERE dag_id = 'odd'"):
        make(world, "odd")
    good = run_of("odd", note="seen")
    answer = send(admin, RUNS.format(path), {"action": "update", "entities": [entity, good]})
    if answer.status_code != 422:
        found = answer.json()["update"]
        told = found["errors"]
        assert (answer.status_code, found["success"]) == (200, ["odd.r1"]), answer.text
        assert [(one["status_code"], words in one["error"]) for one in told] == [(400, True)]
    assert words in answer.text


def test_two_ids_that_look_alike_when_joined(world: World, admin: httpx.Client) -> None:
    make(world, "dotted")
    make(world, "dotted.r1")
    both = [{"dag_id": "dotted.r1", "dag_run_id": "r1", "note": "one"},
            {"dag_id": "dotted", "dag_run_id": "r1.r1", "note": "other"}]  # fmt: skip
    world.run("dotted", "r1.r1")
    answer = send(admin, RUNS.format("~"), {"action": "update", "entities": both}).json()["update"]
    assert answer["success"] == ["dotted.r1.r1"] * 2
    assert admin.get(RUNS.format("dotted.r1") + "/r1").json()["note"] == "one"
    assert admin.get(RUNS.format("dotted") + "/r1.r1").json()["note"] == "other"


def test_pools_in_use_stay_and_the_others_go(world: World, admin: httpx.Client) -> None:
    make(world, "pooled", extract="running")
    for name in ("busy", "idle", "idle2"):
        assert admin.post("/api/v2/pools", json={"name": name, "slots": 3}).status_code == 201
    world.sql("UPDATE task_instance SET pool = 'busy' WHERE dag_id = 'pooled' AND task_id = 'extract'")
    names = ["idle", "busy", "default_pool", "idle2"]
    done = send(admin, "/api/v2/pools", {"action": "delete", "entities": names}).json()["delete"]
    assert done["success"] == ["idle", "idle2"]
    assert [one["status_code"] for one in done["errors"]] == [409, 400]


@pytest.mark.parametrize("right", ["create", "edit", "delete"])
def test_each_action_takes_its_own_right_only(world: World, right: str) -> None:
    role = world.role(f"only_{right}", ("can_read", "Pools"), (f"can_{right}", "Pools"))
    entity = {"name": f"of_{right}", "slots": 1}
    actions = {
        "create": {"action": "create", "entities": [entity]},
        "edit": {"action": "update", "entities": [entity]},
        "delete": {"action": "delete", "entities": [entity["name"]]},
        "overwrite": {"action": "create", "entities": [entity], "action_on_existence": "overwrite"},
    }
    with world.client(world.person(f"p_{right}", role)) as person:
        statuses = {
            name: send(person, "/api/v2/pools", action).status_code for name, action in actions.items()
        }
        assert statuses == {name: 200 if name == right else 403 for name in actions}
        both = send(person, "/api/v2/pools", actions["create"], actions["delete"])
        assert both.status_code == 403
    with world.client(
        world.person(f"r_{right}", world.role(f"read_{right}", ("can_read", "Pools")))
    ) as reader:
        assert send(reader, "/api/v2/pools").status_code == 403


def test_runs_and_task_instances_are_not_created_so(world: World, admin: httpx.Client) -> None:
    make(world, "create")
    for path, entity in (
        (RUNS.format("create"), {"dag_run_id": "new"}), (TIS.format("create", "r1"), {"task_id": "new"}),
    ):  # fmt: skip
        answer = send(admin, path, {"action": "create", "entities": [entity]}).json()
        assert (answer["create"]["success"], answer["create"]["errors"][0]["status_code"]) == ([], 405)


def test_task_instances_are_marked_and_noted(world: World, admin: httpx.Client) -> None:
    make(world, "tasks", extract="failed", transform="upstream_failed", load="upstream_failed")
    one = {"task_id": "extract", "new_state": "success", "note": "by hand"}
    answer = send(admin, TIS.format("tasks", "r1"), {"action": "update", "entities": [one]}).json()
    assert answer["update"]["success"] == ["tasks.r1.extract[-1]"]
    assert world.states("tasks") == {"extract": "success", "transform": None, "load": None}
    assert admin.get(TIS.format("tasks", "r1") + "/extract").json()["note"] == "by hand"
    assert ("run", "tasks", "r1") in world.wakes()


def test_a_task_instance_that_lives_is_not_deleted(world: World, admin: httpx.Client) -> None:
    make(world, "alive", extract="running", transform="success")
    path = TIS.format("alive", "r1")
    assert admin.delete(f"{path}/extract").status_code == 409
    gone = {"action": "delete", "entities": ["transform", {"task_id": "nobody"}]}
    answer = send(admin, path, {**gone, "action_on_non_existence": "skip"}).json()
    assert answer["delete"]["success"] == ["alive.r1.transform[-1]"]
    assert world.states("alive") == {"extract": "running", "load": None}


def test_what_was_known_of_it_goes_with_a_task_instance(world: World, admin: httpx.Client) -> None:
    make(world, "gone", extract="success")
    path = TIS.format("gone", "r1") + "/extract"
    assert admin.post(f"{path}/xcomEntries", json={"key": "k", "value": 1}).status_code == 201
    assert admin.put(f"{path}/state-store/k", json={"value": 1}).status_code == 204
    assert admin.patch(path, json={"note": "n"}).status_code == 200
    assert admin.delete(path).status_code == 200
    counts = [
        world.sql(f"SELECT count(*) FROM {table}")[0][0]
        for table in ("xcom", "task_state_store", "task_instance_note WHERE content = 'n'")
    ]
    assert counts == [0, 0, 0]


def test_partitions_are_forgotten_and_run_again(world: World, admin: httpx.Client) -> None:
    make(world, "parts", extract="success")
    world.sql("UPDATE dag_run SET state = 'success', partition_key = 'us' WHERE dag_id = 'parts'")
    path = "/api/v2/dags/parts/clearPartitions"
    body = {"partition_key": "us", "clear_task_instances": True}
    dry = admin.post(path, json=body).json()
    assert (dry["dag_runs_cleared"], dry["task_instances_cleared"], dry["dry_run"]) == (1, 3, True)
    assert admin.get(RUNS.format("parts") + "/r1").json()["partition_key"] == "us"
    assert admin.post(path, json={**body, "dry_run": False}).json()["dag_runs_cleared"] == 1
    run = admin.get(RUNS.format("parts") + "/r1").json()
    assert (run["partition_key"], run["state"]) == (None, "queued")
    assert admin.post(path, json={}).status_code == 400


def test_several_runs_again_by_name_or_partition_not_both(world: World, admin: httpx.Client) -> None:
    make(world, "again_by", extract="failed")
    world.sql("UPDATE dag_run SET state = 'failed', partition_key = 'p' WHERE dag_id = 'again_by'")
    path = "/api/v2/dags/again_by/clearDagRuns"
    for body in ({}, {"dag_runs": [{"dag_run_id": "r1"}], "partition_key": "p"}):
        assert admin.post(path, json=body).status_code == 400
    cleared = admin.post(path, json={"partition_key": "p", "only_failed": True, "dry_run": False}).json()
    assert [run["state"] for run in cleared["dag_runs"]] == ["queued"]
    assert world.states("again_by")["extract"] is None


def test_what_is_done_decides_not_that_it_was_sent_as_a_patch(world: World) -> None:
    make(world, "rights")
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = 'rights'")
    role = world.role(
        "edits",
        ("can_read", "DAGs"),
        ("can_edit", "DAGs"),
        ("can_read", "DAG Runs"),
        ("can_edit", "DAG Runs"),
    )
    with world.client(world.person("edna", role)) as edna:
        path = RUNS.format("rights")
        noted = {"action": "update", "entities": [{"dag_run_id": "r1", "note": "n"}]}
        assert send(edna, path, noted).json()["update"]["success"] == ["rights.r1"]
        assert send(edna, path, {"action": "delete", "entities": ["r1"]}).status_code == 403
        assert edna.get(path + "/r1").status_code == 200


def test_who_may_only_create_runs_cannot_run_them_again(world: World) -> None:
    make(world, "again_rights", extract="failed")
    pairs = [("can_read", "DAGs"), ("can_edit", "DAGs"), ("can_read", "DAG Runs"), ("can_create", "DAG Runs")]
    with world.client(world.person("carl", world.role("creates", *pairs))) as carl:
        body = {"dry_run": False}
        assert carl.post(RUNS.format("again_rights") + "/r1/clear", json=body).status_code == 403
        assert carl.post("/api/v2/dags/again_rights/clearPartitions", json=body).status_code == 403
    assert world.states("again_rights")["extract"] == "failed"


def test_nothing_is_cleared_of_what_is_not_there(world: World, admin: httpx.Client) -> None:
    make(world, "no_state")
    path = TIS.format("no_state", "r1") + "/nobody/state-store"
    assert admin.delete(path, params={"all_map_indices": True}).status_code == 404


def test_one_name_twice_is_done_once(world: World, admin: httpx.Client) -> None:
    make(world, "twice", extract="success")
    gone = {"action": "delete", "entities": ["extract"]}
    answer = send(admin, TIS.format("twice", "r1"), gone, gone).json()
    assert answer["delete"]["success"] == ["twice.r1.extract[-1]"]
    assert answer["delete"]["errors"][0]["status_code"] == 404
