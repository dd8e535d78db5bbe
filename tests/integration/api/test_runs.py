"""§1.18 Trigger, wait, list: what happens and what is refused."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx
import pytest
from tests.integration.api.world import PARAMS, World, wait_for

from tradewind.domain.spec.timetable import CronPartitionTimetable


def trigger(client: httpx.Client, dag_id: str, **body: object) -> httpx.Response:
    return client.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, **body})


def test_a_run_has_all_its_task_instances_and_wakes_the_scheduler(world: World, admin: httpx.Client) -> None:
    world.dag("made")
    world.wakes()
    answer = trigger(admin, "made", dag_run_id="r1")
    assert answer.json()["triggered_by"] == "rest_api"
    assert answer.json()["triggering_user_name"] == "admin"
    assert world.states("made") == {"extract": None, "transform": None, "load": None}
    assert world.wakes() == [("run", "made", "r1")]


def test_generated_run_id(world: World, admin: httpx.Client) -> None:
    world.dag("named")
    first, second = trigger(admin, "named").json(), trigger(admin, "named").json()
    assert first["dag_run_id"].startswith("manual__")
    assert first["dag_run_id"] != second["dag_run_id"]
    dated = trigger(admin, "named", logical_date="2026-02-01T00:00:00+01:00").json()
    assert dated["logical_date"] == "2026-01-31T23:00:00Z"


def test_paused_dag_says_so(world: World, admin: httpx.Client) -> None:
    world.dag("asleep", paused=True)
    answer = trigger(admin, "asleep", note="mine")
    assert "unpause asleep" in answer.headers["x-tradewind-note"]
    assert answer.json()["note"] == "mine"
    world.dag("awake")
    assert "x-tradewind-note" not in trigger(admin, "awake").headers


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 422, "logical_date"),
        ({"logical_date": "2026-01-01T00:00:00"}, 422, "timezone"),
        ({"logical_date": "soon"}, 422, "logical_date"),
        ({"logical_date": None, "conf": [1]}, 422, "conf"),
        ({"logical_date": None, "dag_run": "x"}, 422, "Extra inputs"),
        ({"logical_date": None, "dag_run_id": "a/b"}, 400, "a/b"),
        ({"logical_date": None, "dag_run_id": "../x"}, 400, "Run id"),
        ({"logical_date": None, "dag_run_id": "scheduled__1"}, 400, "scheduled__"),
        ({"logical_date": None, "data_interval_start": "2026-01-01T00:00:00Z"}, 400, "both"),
        ({"logical_date": None, "conf": {"size": 0}}, 400, "size"),
        ({"logical_date": None, "conf": {}}, 400, "size"),
        ({"logical_date": None, "conf": {"size": 1, "day": "sun"}}, 400, "day"),
    ],
)
def test_bad_trigger_changes_nothing(
    world: World, admin: httpx.Client, body: dict[str, object], status: int, words: str
) -> None:
    dag_id = world.fresh("picky")
    world.dag(dag_id, params=PARAMS)
    answer = admin.post(f"/api/v2/dags/{dag_id}/dagRuns", json=body)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert world.sql("SELECT count(*) FROM dag_run WHERE dag_id = ?", dag_id) == [(0,)]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff"])
def test_body_that_is_no_object(world: World, admin: httpx.Client, content: bytes) -> None:
    world.dag("garbled")
    answer = admin.post("/api/v2/dags/garbled/dagRuns", content=content)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


def test_good_params(world: World, admin: httpx.Client) -> None:
    world.dag("params", params=PARAMS)
    assert trigger(admin, "params", conf={"size": 3, "more": True}).json()["conf"] == {
        "size": 3,
        "more": True,
    }


def test_unknown_things_are_named(world: World, admin: httpx.Client) -> None:
    world.dag("known")
    for path in ("/api/v2/dags/knwon", "/api/v2/dags/knwon/dagRuns", "/api/v2/dags/knwon/tasks"):
        answer = admin.get(path)
        assert answer.status_code == 404
        assert "knwon" in answer.json()["detail"]
        assert "'known'" in answer.json()["detail"]
    world.run("known", "r1")
    below = "/taskInstances/extract"
    for tail in (
        "",
        below,
        below + "/-1",
        below + "/listMapped",
        below + "/logs/1",
        below + "/xcomEntries/k",
    ):
        answer = admin.get(f"/api/v2/dags/knwon/dagRuns/r1{tail}")
        assert (answer.status_code, "DAG 'knwon' was not found" in answer.text) == (404, True), tail
        answer = admin.get(f"/api/v2/dags/known/dagRuns/r9{tail}")
        assert (answer.status_code, "DAG 'known' has no run 'r9'" in answer.text) == (404, True), tail
    answer = admin.patch(
        f"/api/v2/dags/known/dagRuns/r1{below.replace('extract', 'extrct')}", json={"note": "n"}
    )
    assert (answer.status_code, "has no task instance 'extrct'" in answer.text) == (404, True)
    answer = trigger(admin, "knwon")
    assert (answer.status_code, "Did you mean" in answer.text) == (404, True)
    answer = admin.get("/api/v2/dags/known/dagRuns/r9")
    assert (answer.status_code, "r9" in answer.json()["detail"]) == (404, True)
    assert admin.get("/api/v2/dags/a%20b").status_code == 404
    assert "NUL" in admin.get(f"/api/v2/dags/known/dagRuns/r1{below}/xcomEntries/%00").json()["detail"]
    assert admin.get("/api/v2/dags/..%2f..%2fetc").status_code == 404
    missing = admin.get("/api/v2/nothing")
    assert missing.headers["content-type"] == "application/problem+json"
    assert missing.json() == {
        "type": "about:blank", "title": "Not Found", "status": 404, "detail": "Not Found"
    }  # fmt: skip


def test_the_same_run_twice(world: World, admin: httpx.Client) -> None:
    world.dag("twice")
    trigger(admin, "twice", dag_run_id="r1", logical_date="2026-01-01T00:00:00Z")
    for body in ({"dag_run_id": "r1"}, {"dag_run_id": "r2", "logical_date": "2026-01-01T00:00:00Z"}):
        answer = trigger(admin, "twice", **body)
        assert answer.status_code == 409
        assert "already has a run" in answer.json()["detail"]
    assert world.sql("SELECT count(*) FROM dag_run WHERE dag_id = 'twice'") == [(1,)]


def test_many_clients_at_once(world: World, admin: httpx.Client) -> None:
    world.dag("crowd")
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda number: trigger(admin, "crowd", dag_run_id=f"r{number % 20}"), range(40))
        )
    assert sorted(answer.status_code for answer in answers) == [200] * 20 + [409] * 20
    assert world.sql("SELECT count(*) FROM task_instance WHERE dag_id = 'crowd'") == [(60,)]


def test_wait_ends_with_the_run_and_brings_results(world: World, admin: httpx.Client) -> None:
    world.dag("waited")
    world.run("waited")
    admin.post(
        "/api/v2/dags/waited/dagRuns/r1/taskInstances/load/xcomEntries",
        json={"key": "return_value", "value": 7},
    )
    lines: list[dict[str, object]] = []
    path = "/api/v2/dags/waited/dagRuns/r1/wait?interval=0.1&result=load&result=extract"

    def follow() -> None:
        with admin.stream("GET", path) as stream:
            lines.extend(json.loads(line) for line in stream.iter_lines())

    reader = threading.Thread(target=follow)
    reader.start()
    wait_for(lambda: lines or time.sleep(0.25) or True, "the stream to run")
    world.sql("UPDATE dag_run SET state = 'success', end_date = run_after WHERE dag_id = 'waited'")
    reader.join(5)
    assert not reader.is_alive()
    assert lines[0]["state"] == "queued"
    assert (lines[-1]["state"], lines[-1]["results"]) == ("success", {"load": 7, "extract": None})


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", "application/x-ndjson"), ("application/x-ndjson", "application/x-ndjson"),
        ("application/json", None),
    ],
)  # fmt: skip
def test_wait_says_that_it_sends_lines(
    world: World, admin: httpx.Client, accept: str, media: str | None
) -> None:
    """Unless JSON alone is accepted: Airflow's own client reads lines only where no type is named."""
    dag_id = world.fresh("lines")
    world.dag(dag_id)
    world.run(dag_id)
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = ?", dag_id)
    path = f"/api/v2/dags/{dag_id}/dagRuns/r1/wait?interval=1"
    answer = admin.get(path, headers={"accept": accept})
    assert (answer.status_code, answer.headers.get("content-type")) == (200, media)


def test_wait_needs_an_interval(world: World, admin: httpx.Client) -> None:
    world.dag("impatient")
    world.run("impatient")
    for query in ("", "?interval=0", "?interval=x", "?interval=1e9", "?interval=inf"):
        assert admin.get(f"/api/v2/dags/impatient/dagRuns/r1/wait{query}").status_code == 422
    assert admin.get("/api/v2/dags/impatient/dagRuns/r2/wait?interval=1").status_code == 404


def test_lists_filter_sort_and_page(world: World, admin: httpx.Client) -> None:
    world.dag("listed")
    for number, date in enumerate(("2026-01-01", "2026-01-02", "2026-01-03")):
        world.run("listed", f"run_{number}", logical_date=datetime.fromisoformat(f"{date}T00:00:00+00:00"))
    world.sql("UPDATE dag_run SET state = 'failed' WHERE dag_id = 'listed' AND run_id = 'run_1'")

    def ids(query: str) -> list[str]:
        answer = admin.get(f"/api/v2/dags/listed/dagRuns?{query}")
        assert answer.status_code == 200, answer.text
        return [run["dag_run_id"] for run in answer.json()["dag_runs"]]

    assert ids("order_by=-logical_date") == ["run_2", "run_1", "run_0"]
    assert ids("limit=1&offset=1&order_by=logical_date") == ["run_1"]
    assert ids("state=failed") == ["run_1"]
    assert sorted(ids("state=failed&state=queued")) == ["run_0", "run_1", "run_2"]
    assert ids("logical_date_gte=2026-01-03T00:00:00Z") == ["run_2"]
    assert ids("logical_date_lt=2026-01-02T00:00:00+00:00") == ["run_0"]
    assert ids("run_id_pattern=N_1|nothing") == ["run_1"]
    assert ids("run_id_prefix_pattern=RUN") == []
    assert len(ids("run_id_prefix_pattern=run_")) == 3
    assert admin.get("/api/v2/dags/listed/dagRuns?order_by=secret").status_code == 400
    assert admin.get("/api/v2/dags/listed/dagRuns?limit=-1").status_code == 422
    assert admin.get("/api/v2/dags/listed/dagRuns?state=odd").status_code == 422
    assert admin.get("/api/v2/dags/listed/dagRuns?limit=1").json()["total_entries"] == 3


def test_a_run_of_a_partition(world: World, admin: httpx.Client) -> None:
    """§1.18 partitions: partition_key given to a run, and looked for."""
    dag_id = world.fresh("parts")
    world.dag(dag_id, timetable=CronPartitionTimetable(expression="0 0 1 * *", key_format="%Y-%m"))
    path = f"/api/v2/dags/{dag_id}/dagRuns"
    made = admin.post(path, json={"logical_date": None, "partition_key": "2026-01", "note": "n"})
    assert made.status_code == 200, made.text
    assert made.json()["partition_date"] == "2026-01-01T00:00:00Z"
    refused = admin.post(path, json={"logical_date": None, "partition_key": "May"})
    assert refused.status_code == 400
    assert "'%Y-%m'" in refused.text and "'May'" in refused.text
    assert (made.json()["partition_key"], made.json()["logical_date"]) == ("2026-01", None)
    found = admin.get(f"/api/v2/dags/{dag_id}/dagRuns", params={"partition_key_pattern": "2026"}).json()
    assert [run["dag_run_id"] for run in found["dag_runs"]] == [made.json()["dag_run_id"]]
