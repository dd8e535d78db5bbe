"""Clients of Airflow 2: names and passwords with each request, v1's words for what v2 does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from tests.integration.api.test_people import log_in
from tests.integration.api.world import World, now, wait_for

from tradewind.api.routes import v1
from tradewind.domain.spec import TaskSpec
from tradewind.domain.spec.timetable import AssetTriggeredTimetable
from tradewind.store.transitions import asset_mentions

RUNS = "/api/v1/dags/{}/dagRuns"
OPERATIONS = [(it.method, it.path) for it in v1.operations() if it.resource is not None]


@pytest.fixture(scope="module")
def old(world: World) -> Iterator[httpx.Client]:
    """A client as those of Airflow 2 are."""
    who = ("admin", world.passwords()["admin"])
    with httpx.Client(base_url=world.url, timeout=20, auth=who) as client:
        yield client


def problem(answer: httpx.Response, status: int) -> str:
    """What the sender is told, after its form was checked."""
    body: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, body["status"]) == (status, status), answer.text
    assert set(body) == {"type", "title", "status", "detail"}
    return str(body["detail"])


# --- who asks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_nothing_without_a_password(anonymous: httpx.Client, method: str, path: str) -> None:
    answer = anonymous.request(method, path)
    assert "Not authenticated" in problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_basic_is_for_v1_only(old: httpx.Client) -> None:
    assert old.get("/api/v1/dags").status_code == 200
    assert old.get("/api/v2/dags").status_code == 401


@pytest.mark.parametrize("pair", [("admin", "wrong"), ("nobody", "x"), ("", ""), ("admin", "")])
def test_wrong_passwords(anonymous: httpx.Client, pair: tuple[str, str]) -> None:
    assert problem(anonymous.get("/api/v1/dags", auth=pair), 401) == "Invalid credentials"


def test_what_is_no_basic_header(anonymous: httpx.Client) -> None:
    for said in ("Basic", "Basic !!!", "Basic /////w==", "Basic bm8tY29sb24="):
        answer = anonymous.get("/api/v1/dags", headers={"Authorization": said})
        assert problem(answer, 401) == "Invalid credentials"


def test_the_session_of_a_browser_and_a_token(admin: httpx.Client, anonymous: httpx.Client) -> None:
    assert admin.get("/api/v1/dags").status_code == 200
    token = admin.headers["authorization"].partition(" ")[2]
    session = {"Cookie": f"_token={token}"}
    assert anonymous.get("/api/v1/dags", headers=session).status_code == 200
    foreign = {**session, "Origin": "https://elsewhere.example"}
    assert problem(anonymous.patch("/api/v1/dags/x", json={}, headers=foreign), 403)


def test_a_password_is_remembered_only_while_it_is_right(world: World) -> None:
    world.dag("v1_known")
    who = world.person("v1_person", "Viewer"), "password of v1_person"
    with httpx.Client(base_url=world.url, timeout=20, auth=who) as client:
        for _ in range(3):
            assert client.get("/api/v1/dags/v1_known").status_code == 200
        counted = world.sql("SELECT login_count FROM ab_user WHERE username = 'v1_person'")
        assert counted == [(1,)], "each request logged in anew"
        world.sql("UPDATE ab_user SET active = 0 WHERE username = 'v1_person'")
        with world.client() as admin:
            admin.get("/api/v1/dags")
        answer = wait_for_status(client, "/api/v1/dags/v1_known", 401)
    assert problem(answer, 401) == "Invalid credentials"


def test_failures_of_others_stop_no_running_client(world: World) -> None:
    """Neither one of a user of the configuration nor one of the tables."""
    world.person("v1_runs", "Viewer")
    for name, password in (("vera", world.passwords()["vera"]), ("v1_runs", "password of v1_runs")):
        with httpx.Client(base_url=world.url, timeout=20, auth=(name, password)) as client:
            assert client.get("/api/v1/dags").status_code == 200
            wait_for(lambda name=name: log_in(world, name, "wrong").status_code == 429, "the limit", 20)
            assert client.get("/api/v1/dags").status_code == 200


def wait_for_status(client: httpx.Client, path: str, status: int) -> httpx.Response:
    """The answer, once it has that status: rights are remembered for a moment."""
    found: list[httpx.Response] = []

    def there() -> bool:
        found[:] = [client.get(path)]
        return found[0].status_code == status

    wait_for(there, f"status {status}")
    return found[0]


# --- v1's words ------------------------------------------------------------------------------------


def test_a_run_by_its_execution_date(world: World, old: httpx.Client) -> None:
    world.dag("v1_run")
    at = "2026-01-02T03:04:05+00:00"
    made = old.post(RUNS.format("v1_run"), json={"execution_date": at, "conf": {"a": 1}})
    assert made.status_code == 200, made.text
    run = made.json()
    assert run["dag_run_id"] == f"manual__{at}"
    assert run["execution_date"] == run["logical_date"] == "2026-01-02T03:04:05Z"
    assert (run["external_trigger"], run["conf"]) == (True, {"a": 1})
    assert "already" in problem(old.post(RUNS.format("v1_run"), json={"execution_date": at}), 409)
    both = {"execution_date": at, "logical_date": "2026-02-02T03:04:05+00:00"}
    assert "contradicts" in problem(old.post(RUNS.format("v1_run"), json=both), 400)
    later = {"execution_date_gte": "2026-01-03T00:00:00Z"}
    assert old.get(RUNS.format("v1_run"), params=later).json()["total_entries"] == 0
    named = old.get(RUNS.format("v1_run"), params={"order_by": "-execution_date", "fields": "state"}).json()
    assert named == {"dag_runs": [{"state": "queued"}], "total_entries": 1}


def test_a_run_without_a_date_is_of_now(world: World, old: httpx.Client) -> None:
    world.dag("v1_now")
    run = old.post(RUNS.format("v1_now"), json={}).json()
    assert run["logical_date"] and run["dag_run_id"].startswith("manual__20")
    assert old.post(RUNS.format("v1_now")).status_code == 200


def test_notes_and_states_of_runs(world: World, old: httpx.Client) -> None:
    world.dag("v1_note")
    world.run("v1_note")
    one = RUNS.format("v1_note") + "/r1"
    assert old.patch(one + "/setNote", json={"note": "hello"}).json()["note"] == "hello"
    assert old.patch(one, json={"state": "failed"}).json()["state"] == "failed"
    listed = old.post(one + "/clear", json={}).json()["task_instances"]
    assert {part["task_id"] for part in listed} == {"extract", "transform", "load"}
    assert set(listed[0]) == {"task_id", "dag_id", "dag_run_id", "execution_date"}
    assert old.post(one + "/clear", json={"dry_run": False}).json()["state"] == "queued"
    assert old.delete(one).status_code == 204
    assert "r1" in problem(old.get(one), 404)


def test_states_of_task_instances(world: World, old: httpx.Client) -> None:
    world.dag("v1_state")
    run = old.post(RUNS.format("v1_state"), json={"dag_run_id": "r1"}).json()
    one = RUNS.format("v1_state") + "/r1/taskInstances/extract"
    assert old.patch(one, json={"new_state": "success"}).json()["task_id"] == "extract"
    assert world.states("v1_state")["extract"] is None, "dry_run is the default"
    assert old.patch(one, json={"new_state": "success", "dry_run": False}).status_code == 200
    assert world.states("v1_state") == {"extract": "success", "transform": None, "load": None}
    body = {"task_id": "transform", "execution_date": run["execution_date"], "new_state": "failed"}
    several = "/api/v1/dags/v1_state/updateTaskInstancesState"
    listed = old.post(several, json={**body, "include_downstream": True, "dry_run": False}).json()
    assert [part["task_id"] for part in listed["task_instances"]] == ["load", "transform"]
    assert world.states("v1_state") == {"extract": "success", "transform": "failed", "load": "failed"}
    assert "either" in problem(old.post(several, json={**body, "dag_run_id": "r1"}), 400)
    gone = {**body, "execution_date": "2001-01-01T00:00:00Z"}
    assert "2001" in problem(old.post(several, json=gone), 404)
    assert old.patch(one + "/setNote", json={"note": "seen"}).json()["note"] == "seen"


def test_tries_by_pages(world: World, old: httpx.Client) -> None:
    world.dag("v1_tries")
    world.run("v1_tries")
    world.set_state("v1_tries", "extract", "failed", try_number=1)
    tries = RUNS.format("v1_tries") + "/r1/taskInstances/extract/tries"
    assert len(old.get(tries).json()["task_instances"]) == 1
    beyond = old.get(tries, params={"offset": 1}).json()
    assert (beyond["task_instances"], beyond["total_entries"]) == ([], 1)


def test_dags(world: World, old: httpx.Client) -> None:
    world.dag("v1_dag")
    one = "/api/v1/dags/v1_dag"
    assert old.patch(one, json={"is_paused": True}, params={"update_mask": "is_paused"}).json()["is_paused"]
    found = old.get(one + "/details").json()
    assert (found["is_active"], found["schedule_interval"]) == (True, None)
    assert found["tags"] == [{"name": "etl"}, {"name": "nightly"}]
    task = old.get(one + "/tasks/extract").json()
    assert task["retry_delay"]["__type"] == "TimeDelta"
    world.sql("UPDATE dag SET is_stale = 1 WHERE dag_id = 'v1_dag'")
    listed = {"dag_id_pattern": "v1_dag", "only_active": False}
    assert old.get("/api/v1/dags", params=listed).json()["dags"][0]["is_active"] is False
    assert old.get("/api/v1/dags", params={"dag_id_pattern": "v1_dag"}).json()["total_entries"] == 0


@pytest.mark.parametrize(
    ("summary", "interval"),
    [
        ("0 0 * * *", {"__type": "CronExpression", "value": "0 0 * * *"}),
        ("1 day, 2:00:00", {"__type": "TimeDelta", "days": 1, "seconds": 7200, "microseconds": 0}),
        ("0:00:30", {"__type": "TimeDelta", "days": 0, "seconds": 30, "microseconds": 0}),
    ],
)
def test_schedules(world: World, old: httpx.Client, summary: str, interval: dict[str, Any]) -> None:
    world.dag("v1_schedule")
    world.sql("UPDATE dag SET timetable_summary = ? WHERE dag_id = 'v1_schedule'", summary)
    assert old.get("/api/v1/dags/v1_schedule").json()["schedule_interval"] == interval


def test_pools(old: httpx.Client) -> None:
    made = old.post("/api/v1/pools", json={"name": "v1", "slots": 3})
    assert (made.status_code, made.json()["open_slots"]) == (200, 3)
    changed = old.patch("/api/v1/pools/v1", json={"name": "v1", "slots": 5, "description": "d"})
    assert (changed.json()["slots"], changed.json()["description"]) == (5, "d")
    masked = {"update_mask": "slots"}
    only = old.patch("/api/v1/pools/v1", json={"slots": 7, "description": "no"}, params=masked)
    assert (only.json()["slots"], only.json()["description"]) == (7, "d")
    assert problem(old.post("/api/v1/pools", json={"name": "v1", "slots": 3}), 409)
    assert "slots" in problem(old.post("/api/v1/pools", json={"name": "v2"}), 400)
    assert old.delete("/api/v1/pools/v1").status_code == 204


def test_variables_are_overwritten(world: World, old: httpx.Client) -> None:
    for value in ("1", "2"):
        answer = old.post("/api/v1/variables", json={"key": "v1_key", "value": value})
        assert (answer.status_code, answer.json()["value"]) == (200, value)
    assert old.get("/api/v1/variables/v1_key").json()["value"] == "2"
    adder = world.role(
        "v1_adder", ("can_create", "Variables"), ("can_read", "Variables"), ("can_read", "DAGs")
    )
    who = world.person("v1_adding", adder), "password of v1_adding"
    with httpx.Client(base_url=world.url, timeout=20, auth=who) as client:
        assert client.post("/api/v1/variables", json={"key": "v1_new", "value": "1"}).status_code == 200
        assert problem(client.post("/api/v1/variables", json={"key": "v1_key", "value": "3"}), 403)
    assert old.get("/api/v1/variables/v1_key").json()["value"] == "2"


def test_connections(old: httpx.Client) -> None:
    body = {"connection_id": "v1_conn", "conn_type": "http", "host": "a", "password": "secret"}
    made = old.post("/api/v1/connections", json=body)
    assert made.status_code == 200 and "password" not in made.json() and "secret" not in made.text
    one = "/api/v1/connections/v1_conn"
    changed = old.patch(one, json={"host": "b", "port": 80}, params={"update_mask": "host"}).json()
    assert (changed["host"], changed["port"], changed["conn_type"]) == ("b", None, "http")
    assert problem(old.patch(one, json={"connection_id": "other", "host": "c"}), 400)
    assert problem(old.post("/api/v1/connections", json=body), 409)
    assert old.delete(one).status_code == 204 and old.get(one).status_code == 404


def test_xcoms_as_python_prints_them(world: World, admin: httpx.Client, old: httpx.Client) -> None:
    world.dag("v1_xcom")
    world.run("v1_xcom")
    entries = "/dags/v1_xcom/dagRuns/r1/taskInstances/extract/xcomEntries"
    for key, value in (("text", "hello"), ("dict", {"a": [1, None]})):
        made = admin.post(f"/api/v2{entries}", json={"key": key, "value": value})
        assert made.status_code == 201
    assert old.get(f"/api/v1{entries}/text").json()["value"] == "hello"
    assert old.get(f"/api/v1{entries}/dict").json()["value"] == "{'a': [1, None]}"
    native = old.get(f"/api/v1{entries}/dict", params={"stringify": False}).json()
    assert native["value"] == {"a": [1, None]}


def test_logs(world: World, old: httpx.Client) -> None:
    world.dag("v1_log")
    world.run("v1_log")
    world.set_state("v1_log", "extract", "success", try_number=1)
    line = '{"event": "hello", "timestamp": "2026-01-01T00:00:00Z", "level": "info", "n": 1}\n'
    world.write_log("v1_log", "extract", line)
    one = RUNS.format("v1_log") + "/r1/taskInstances/extract/logs/1"
    shown = ast.literal_eval(old.get(one).json()["content"])
    assert "[2026-01-01T00:00:00Z] INFO - hello n=1" in shown[0][1].splitlines()
    text = old.get(one, headers={"Accept": "text/plain"})
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text == shown[0][1]


def test_sources_by_file(world: World, old: httpx.Client) -> None:
    world.dag("v1_source")
    token = old.get("/api/v1/dags/v1_source").json()["file_token"]
    assert "airflow.sdk" in old.get(f"/api/v1/dagSources/{token}").json()["content"]
    text = old.get(f"/api/v1/dagSources/{token}", headers={"Accept": "text/plain"})
    assert text.text.startswith("from airflow.sdk")
    assert problem(old.get("/api/v1/dagSources/made-up"), 404) == "File not found"


def test_the_source_of_a_file_is_what_it_says_now(world: World, old: httpx.Client) -> None:
    for dag_id in ("a_former", "v1_now"):
        world.dag(dag_id)
        world.sql("UPDATE dag SET relative_fileloc = 'shared.py' WHERE dag_id = ?", dag_id)
        world.sql("UPDATE dag_code SET source_code = ? WHERE dag_id = ?", f"# {dag_id}", dag_id)
    world.sql("UPDATE dag SET is_stale = 1 WHERE dag_id = 'a_former'")
    token = old.get("/api/v1/dags/v1_now").json()["file_token"]
    assert old.get(f"/api/v1/dagSources/{token}").json()["content"] == "# v1_now"


def test_datasets_by_their_uri(world: World, old: httpx.Client) -> None:
    out, waits = {"type": "asset", "name": "v1_a", "uri": "s3://v1/a", "group": "asset"}, "v1_waits"
    condition = AssetTriggeredTimetable(condition={"asset": {"name": "v1_a", "uri": "s3://v1/a"}})
    for spec in (
        world.dag("v1_makes", tasks=(TaskSpec(task_id="make", outlets=(out,)),), params={}),
        world.dag(waits, timetable=condition),
    ):
        with world.database.write() as tx:
            asset_mentions.declare(tx, spec, now())
    uri = quote("s3://v1/a", safe="")
    found = old.get(f"/api/v1/datasets/{uri}").json()
    assert [one["dag_id"] for one in found["consuming_dags"]] == [waits]
    body = {"dataset_uri": "s3://v1/a", "extra": {"k": 1}}
    event = old.post("/api/v1/datasets/events", json=body).json()
    assert (event["dataset_id"], event["dataset_uri"]) == (found["id"], "s3://v1/a")
    assert event["extra"] == {"from_rest_api": True, "k": 1}
    listed = old.get("/api/v1/datasets/events", params={"dataset_id": found["id"]}).json()
    assert listed["dataset_events"] == [event]
    queued = old.get(f"/api/v1/datasets/queuedEvent/{uri}").json()
    assert [(one["uri"], one["dag_id"]) for one in queued["datasets"]] == [("s3://v1/a", waits)]
    of_dag = f"/api/v1/dags/{waits}/datasets/queuedEvent"
    assert old.get(of_dag).json()["queued_events"] == queued["datasets"]
    assert old.get(f"{of_dag}/{uri}").json() == queued["datasets"][0]
    assert old.delete(f"{of_dag}/{uri}").status_code == 204
    for path in (of_dag, f"{of_dag}/{uri}", f"/api/v1/datasets/queuedEvent/{uri}"):
        assert problem(old.get(path), 404)
    assert "s3://no" in problem(old.post("/api/v1/datasets/events", json={"dataset_uri": "s3://no"}), 404)


def test_users(world: World, old: httpx.Client) -> None:
    body = {"username": "v1_ann", "email": "ann@example.org", "password": "p1", "roles": [{"name": "Viewer"}]}
    made = old.post("/api/v1/users", json=body)
    assert made.status_code == 200 and "password" not in made.text
    assert made.json()["roles"] == [{"name": "Viewer"}]
    assert "exists" in problem(old.post("/api/v1/users", json=body), 409)
    assert "taken" in problem(old.post("/api/v1/users", json={**body, "username": "v1_bob"}), 409)
    nobody = {**body, "username": "v1_bob", "email": "", "roles": [{"name": "Nobody"}]}
    assert "Nobody" in problem(old.post("/api/v1/users", json=nobody), 400)
    one = "/api/v1/users/v1_ann"
    with httpx.Client(base_url=world.url, timeout=20) as client:
        assert client.get("/api/v1/dags", auth=("v1_ann", "p1")).status_code == 200
        assert old.get(one).json()["login_count"] == 1
        assert problem(client.get(one, auth=("v1_ann", "p1")), 403)
        changed = old.patch(one, json={"password": "p2", "first_name": "Ann"}).json()
        assert (changed["first_name"], changed["roles"]) == ("Ann", [{"name": "Viewer"}])
        assert client.get("/api/v1/dags", auth=("v1_ann", "p2")).status_code == 200
        client.auth = ("v1_ann", "p1")
        assert problem(wait_for_status(client, "/api/v1/dags", 401), 401)
    masked = {"roles": [{"name": "Op"}], "first_name": "Not"}
    only = old.patch(one, json=masked, params={"update_mask": "roles"}).json()
    assert (only["first_name"], only["roles"]) == ("Ann", [{"name": "Op"}])
    assert "keeps" in problem(old.patch(one, json={"username": "other"}), 400)
    stored = world.sql("SELECT group_concat(extra) FROM log WHERE event LIKE 'users_%'")[0][0]
    assert "p1" not in stored and "p2" not in stored
    listed = old.get("/api/v1/users", params={"order_by": "-username", "limit": 1}).json()
    assert len(listed["users"]) == 1 and listed["total_entries"] > 1
    assert old.delete(one).status_code == 204 and old.get(one).status_code == 404


def test_roles(old: httpx.Client) -> None:
    def may(action: str, resource: str) -> dict[str, Any]:
        return {"action": {"name": action}, "resource": {"name": resource}}

    body = {"name": "v1_role", "actions": [may("can_read", "DAGs"), may("can_read", "Pools")]}
    assert old.post("/api/v1/roles", json=body).json() == body
    assert problem(old.post("/api/v1/roles", json=body), 409)
    assert "can_fly" in problem(
        old.post("/api/v1/roles", json={"name": "x", "actions": [may("can_fly", "DAGs")]}), 400
    )
    one = "/api/v1/roles/v1_role"
    fewer = {"name": "v1_role", "actions": [may("can_edit", "DAG:etl")]}
    assert old.patch(one, json=fewer).json() == fewer == old.get(one).json()
    assert "built in" in problem(old.patch("/api/v1/roles/Admin", json={"name": "Admin"}), 409)
    named = [role["name"] for role in old.get("/api/v1/roles").json()["roles"]]
    assert {"Public", "Viewer", "User", "Op", "Admin", "v1_role"} <= set(named)
    actions = old.get("/api/v1/permissions").json()["actions"]
    assert {"name": "can_read"} in actions
    assert old.delete(one).status_code == 204 and old.get(one).status_code == 404


def test_what_is_open(anonymous: httpx.Client) -> None:
    assert set(anonymous.get("/api/v1/health").json()["dag_processor"]) == {
        "status", "latest_dag_processor_heartbeat",
    }  # fmt: skip
    assert anonymous.get("/api/v1/version").json()["version"]


def test_list_of_open_routes_is_complete() -> None:
    assert {it.path for it in v1.operations() if it.resource is None} == {"/api/v1/health", "/api/v1/version"}


def test_event_logs(world: World, old: httpx.Client) -> None:
    world.dag("v1_told")
    old.patch("/api/v1/dags/v1_told", json={"is_paused": True})
    about = {"dag_id": "v1_told", "included_events": "paused,unpaused"}
    (entry,) = old.get("/api/v1/eventLogs", params=about).json()["event_logs"]
    assert (entry["event"], entry["owner"], entry["execution_date"]) == ("paused", "admin", None)
    assert (
        old.get("/api/v1/eventLogs", params={**about, "excluded_events": "paused"}).json()["event_logs"] == []
    )


def test_wrong_input(world: World, old: httpx.Client) -> None:
    world.dag("v1_wrong")
    assert "nonsense" in problem(old.get("/api/v1/dags", params={"nonsense": 1}), 400)
    assert "execution_date_gte" in problem(
        old.get(RUNS.format("v1_wrong"), params={"execution_date_gte": "soon"}), 400
    )
    assert "state" in problem(old.post(RUNS.format("v1_wrong"), json={"state": "success"}), 400)
    assert "fields" in problem(old.get("/api/v1/dags/v1_wrong", params={"fields": "nonsense"}), 400)
    assert "ghost" in problem(old.get("/api/v1/dags/ghost"), 404)
    assert problem(old.get("/api/v1/nonsense"), 404) and problem(old.put("/api/v1/dags"), 405)
    whole = {"dag_ids": ["v1_wrong"], "page_limit": 2.0}
    assert old.post("/api/v1/dags/~/dagRuns/list", json=whole).status_code == 200
    assert old.get(RUNS.format("v1_wrong")).json()["total_entries"] == 0
