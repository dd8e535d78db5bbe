"""Every accepted change leaves an entry in the audit log: who, what, from where; and no secret in it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from tests.integration.api import stage
from tests.integration.api.test_matrix import BEFORE, LEVELS, OPERATIONS, RULES, about, send
from tests.integration.api.world import World

CHANGES = sorted(
    name
    for name, operation in OPERATIONS.items()
    if operation.method != "GET" and not operation.reads_only and RULES[name] in LEVELS
)
CANARY = "canary-4711-secret"


def entries(world: World, after: int) -> list[tuple[Any, ...]]:
    return world.sql(
        "SELECT owner, event, dag_id, extra FROM log WHERE id > ? AND event <> 'login' ORDER BY id", after
    )


def newest(world: World) -> int:
    return int(world.sql("SELECT coalesce(max(id), 0) FROM log")[0][0])


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_leaves_an_entry(world: World, admin: httpx.Client, name: str) -> None:
    side, other = (stage.build(world, "zqaudit", "own", shared="common") for _ in range(2))
    stage.meet(world, side, other)
    world.sql("UPDATE dag_run SET partition_key = 'p' WHERE dag_id = ?", side.ids["dag_id"])
    if name in BEFORE:
        world.sql(BEFORE[name])
    before = newest(world)
    answer = send(admin, OPERATIONS[name], side.ids)
    assert answer.status_code < 300, about(answer)
    made = entries(world, before)
    assert made, "nothing was noted"
    for owner, event, dag_id, extra in made:
        assert (owner, json.loads(extra)["address"]) == ("admin", "127.0.0.1"), event
        if "{dag_id}" in OPERATIONS[name].path:
            assert dag_id in (side.ids["dag_id"], side.ids["wait_id"])
    shown = admin.get(
        "/api/v2/eventLogs", params={"after": "2020-01-01", "owner": "admin", "order_by": "-id"}
    )
    assert shown.json()["event_logs"][0]["event"] == made[-1][1]


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "create_default_connections"])
def test_what_is_refused_leaves_none(world: World, admin: httpx.Client, name: str) -> None:
    before = newest(world)
    operation = OPERATIONS[name]
    if "{" not in operation.path or name in ("post_connection", "post_pool", "post_variable"):
        with world.client("vera") as viewer:
            answer = send(viewer, operation, stage.GHOST)
    else:
        answer = send(admin, operation, stage.GHOST)
    assert answer.status_code >= 400 or '"success":[],"errors":[{' in answer.text, about(answer)
    assert entries(world, before) == []


def test_before_and_after(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("audited")
    world.dag(dag_id)
    world.run(dag_id, note="old")
    before = newest(world)
    run = f"/api/v2/dags/{dag_id}/dagRuns/r1"
    assert admin.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": True}).status_code == 200
    assert admin.patch(run, json={"state": "failed", "note": "new"}).status_code == 200
    assert admin.patch(f"{run}/taskInstances/load", json={"new_state": "success"}).status_code == 200
    changes = {event: json.loads(extra) for _, event, _, extra in entries(world, before)}
    for event, was, became in (
        ("paused", {"is_paused": False}, {"is_paused": True}),
        ("patch_dag_run", {"state": "queued", "note": "old"}, {"state": "failed", "note": "new"}),
        ("patch_task_instance", {"states": ["r1.load[-1]: skipped"]}, {"new_state": "success"}),
    ):
        assert (changes[event]["before"], changes[event]["after"]) == (was, became), event


def test_what_was_and_what_became_of_it(world: World, admin: httpx.Client) -> None:
    world.dag("noted")
    world.run("noted")
    load = "/api/v2/dags/noted/dagRuns/r1/taskInstances/load"
    one = {"connection_id": "told", "conn_type": "http", "host": "old", "login": "me", "password": CANARY}
    person = {"username": "told", "email": "t@example.org", "password": CANARY, "roles": [{"name": "Viewer"}]}
    admin.patch(load, json={"note": "first"})
    admin.post("/api/v2/connections", json=one)
    admin.post("/api/v2/pools", json={"name": "told", "slots": 3})
    before = newest(world)
    for answer in (
        admin.patch("/api/v2/connections/told", json={**one, "host": "x://u:hidden@new", "port": 1}),
        admin.delete("/api/v2/pools/told"),
        admin.patch(load, json={"note": "second"}),
        admin.post("/api/v1/users", json=person),
        admin.patch("/api/v1/users/told", json={"roles": [{"name": "Op"}], "last_name": "Lee"}),
        admin.delete("/api/v1/users/told"),
    ):
        assert answer.status_code < 300, about(answer)
    told = {event: json.loads(extra) for _, event, _, extra in entries(world, before)}
    was, became = told["patch_connection"]["before"], told["patch_connection"]["after"]
    assert (was["host"], became["host"], became["port"]) == ("old", "x://u:***@new", 1)
    assert told["delete_pool"]["before"] == {"slots": 3}
    noted = told["patch_task_instance"]
    assert (noted["before"]["notes"], noted["after"]) == (["r1.load[-1]: first"], {"note": "second"})
    assert told["users_create"]["after"]["roles"] == ["Viewer"]
    edited = told["users_edit"]
    assert (edited["before"]["roles"], edited["after"]["roles"]) == (["Viewer"], ["Op"])
    assert (edited["before"]["last_name"], edited["after"]["last_name"]) == ("", "Lee")
    assert told["users_delete"]["before"]["roles"] == ["Op"]
    assert CANARY not in json.dumps(told) and "hidden" not in json.dumps(told)


def test_no_secret_gets_in(world: World, admin: httpx.Client) -> None:
    before = newest(world)
    secret = {"password": CANARY, "extra": json.dumps({"token": CANARY, "deep": [{"x": CANARY}]})}
    variable, conf = {"key": "audit_password", "value": CANARY}, {"password": CANARY}
    connection = {"connection_id": "audit_c", "conn_type": "http", "login": "l", **secret}
    dag_id = world.fresh("secretive")
    world.dag(dag_id)
    world.run(dag_id)
    entry = f"/api/v2/dags/{dag_id}/dagRuns/r1/taskInstances/load/xcomEntries"
    for answer in (
        admin.post("/api/v2/connections", json=connection),
        admin.patch("/api/v2/connections/audit_c", json={**connection, "password": CANARY + "2"}),
        admin.post("/api/v2/variables", json=variable),
        admin.patch(
            "/api/v2/variables/audit_password", json={"key": "audit_password", "value": CANARY + "3"}
        ),
        admin.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf}),
        admin.post(entry, json={"key": "k", "value": CANARY}),
    ):
        assert answer.status_code < 300, about(answer)
    made = entries(world, before)
    assert len(made) == 6
    assert CANARY not in json.dumps(made)


def test_names_stay_readable_beside_a_common_password(world: World, admin: httpx.Client) -> None:
    common = {"connection_id": "common", "conn_type": "http", "password": "password"}
    assert admin.post("/api/v2/connections", json=common).status_code == 201
    assert admin.get("/api/v2/connections/common").json()["password"] == "***"
    before = newest(world)
    for key, value in (("db_airflow_password", "x"), ("plain", '{"password": "x", "a": "password"}')):
        assert admin.post("/api/v2/variables", json={"key": key, "value": value}).status_code == 201
    made = [json.loads(extra)["key"] for *_, extra in entries(world, before)]
    assert made == ["db_airflow_password", "plain"]
    assert json.loads(admin.get("/api/v2/variables/plain").json()["value"]) == {
        "password": "***", "a": "password",
    }  # fmt: skip
