"""What lies just beyond a bound: moments that UTC cannot say, long texts, cursors of another list."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.integration.api.world import World

from tradewind.domain.spec.timetable import CronTriggerTimetable

BEYOND = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00")
RUN = {"logical_date": None}


@pytest.mark.parametrize("moment", BEYOND)
@pytest.mark.parametrize(
    ("path", "field", "rest"),
    [
        ("dags/edge/dagRuns", "logical_date", {}),
        ("dags/edge/dagRuns", "run_after", RUN),
        ("dags/edge/dagRuns", "data_interval_start", RUN),
        ("dags/edge/dagRuns", "data_interval_end", RUN),
        ("dags/~/dagRuns/list", "run_after_gte", {}),
        ("dags/~/dagRuns/~/taskInstances/list", "start_date_lt", {}),
        ("dags/edge/clearTaskInstances", "start_date", {}),
        ("dags/edge/clearPartitions", "partition_date_start", {}),
        ("backfills/dry_run", "from_date", {"dag_id": "edge", "to_date": "2026-01-01T00:00:00Z"}),
    ],
)
def test_moments_that_utc_cannot_say(
    world: World, admin: httpx.Client, path: str, field: str, rest: dict[str, Any], moment: str
) -> None:
    world.dag("edge")
    answer = admin.post(f"/api/v2/{path}", json={**rest, field: moment})
    assert answer.status_code == 422, answer.text
    (problem,) = answer.json()["detail"]
    assert (problem["loc"], problem["type"]) == (["body", field], "datetime_parsing")


@pytest.mark.parametrize("moment", BEYOND)
def test_moments_that_utc_cannot_say_in_v1(world: World, admin: httpx.Client, moment: str) -> None:
    world.dag("edge")
    answer = admin.post("/api/v1/dags/edge/dagRuns", json={"execution_date": moment})
    assert answer.status_code == 400
    assert "execution_date" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        ("UTC", ["0002-01-01T00:00:00Z", "9000-01-01T00:00:00Z"]),
        ("America/New_York", ["0001-01-01T04:56:02Z", "9000-01-01T05:00:00Z"]),
    ],
)
def test_the_edges_of_time(world: World, admin: httpx.Client, zone: str, found: list[str]) -> None:
    dag_id = f"edges_{zone[:3]}"
    world.dag(dag_id, timetable=CronTriggerTimetable(expressions=("0 0 1 1 *",), timezone=zone))
    edges = {"from_date": "0001-01-01T00:00:00Z", "to_date": "9999-12-31T23:59:59Z"}
    answer = admin.post("/api/v2/backfills/dry_run", json={"dag_id": dag_id, **edges})
    assert answer.status_code == 200, answer.text
    dates = [one["logical_date"] for one in answer.json()["backfills"]]
    assert [*dates[:1], *dates[-1:]] == found
    for edge in edges.values():
        made = admin.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": edge})
        assert made.status_code == 200, made.text


def test_a_backfill_of_more_runs_than_can_be_made(world: World, admin: httpx.Client) -> None:
    world.dag("minutely", timetable=CronTriggerTimetable(expressions=("* * * * *",), timezone="UTC"))
    wish = {"dag_id": "minutely", "from_date": "0001-01-01T00:00:00Z", "to_date": "9999-12-31T00:00:00Z"}
    answer = admin.post("/api/v2/backfills/dry_run", json=wish)
    assert answer.status_code == 422
    assert "at most 10,000 runs" in answer.text


@pytest.mark.parametrize(
    ("path", "body", "field", "most"),
    [
        ("dags/edge/dagRuns", RUN, "note", 1_000),
        ("dags/edge/dagRuns", RUN, "partition_key", 250),
        ("pools", {"name": "long", "slots": 1}, "description", 5_000),
        ("variables", {"key": "long", "value": 1}, "description", 5_000),
        ("connections", {"connection_id": "long", "conn_type": "x"}, "description", 5_000),
        ("connections", {"connection_id": "long", "conn_type": "x"}, "host", 500),
        ("connections", {"connection_id": "long", "conn_type": "x"}, "schema", 500),
        ("connections", {"connection_id": "long", "conn_type": "x"}, "login", 5_000),
    ],
)
def test_texts_that_are_too_long(
    world: World, admin: httpx.Client, path: str, body: dict[str, Any], field: str, most: int
) -> None:
    world.dag("edge")
    answer = admin.post(f"/api/v2/{path}", json={**body, field: "x" * (most + 1)})
    assert answer.status_code == 422, answer.text
    (problem,) = answer.json()["detail"]
    assert (problem["loc"], problem["type"]) == (["body", field], "string_too_long")


def test_the_note_of_a_new_run_in_v1(world: World, admin: httpx.Client) -> None:
    world.dag("noted")
    answer = admin.post("/api/v1/dags/noted/dagRuns", json={"note": "x" * 1_001})
    assert (answer.status_code, "note" in answer.json()["detail"]) == (400, True), answer.text
    assert admin.post("/api/v1/dags/noted/dagRuns", json={"note": "x" * 1_000}).status_code == 200


def test_a_cursor_of_another_order(world: World, admin: httpx.Client) -> None:
    world.dag("turned")
    for run_id in ("a", "b", "c"):
        world.run("turned", run_id)
    path = "/api/v2/dags/turned/dagRuns"
    first = admin.get(path, params={"cursor": "", "limit": 2, "order_by": "start_date"}).json()
    asked = {"cursor": first["next_cursor"], "limit": 2}
    same = admin.get(path, params={**asked, "order_by": "start_date"})
    assert (same.status_code, len(same.json()["dag_runs"])) == (200, 1)
    for order in ("-run_after", "-start_date", "run_after"):
        other = admin.get(path, params={**asked, "order_by": order})
        assert (other.status_code, "in the same order" in other.text) == (400, True), other.text
    assert admin.get(path, params=asked).status_code == 400


def test_a_cursor_of_other_filters(world: World, admin: httpx.Client) -> None:
    for dag_id in ("sifted", "sifted_too"):
        world.dag(dag_id)
        for run_id in ("a", "b", "c"):
            world.run(dag_id, run_id)
    path = "/api/v2/dags/sifted/dagRuns"
    said = {"state": ["queued", "running"], "run_after_gte": "2026-01-01T00:00:00Z"}
    first = admin.get(path, params={**said, "cursor": "", "limit": 2}).json()
    asked = {"cursor": first["next_cursor"]}
    same = admin.get(path, params={**said, **asked, "run_after_gte": "2026-01-01T01:00:00+01:00", "limit": 1})
    assert (same.status_code, len(same.json()["dag_runs"])) == (200, 1)
    for where, other in (
        (path, {}), (path, {**said, "state": "queued"}), (path.replace("sifted", "sifted_too"), said),
        (path.replace("sifted", "~"), said),
    ):  # fmt: skip
        answer = admin.get(where, params={**other, **asked})
        assert (answer.status_code, "same path and filters" in answer.text) == (400, True), answer.text


def test_no_limit_in_v1_is_the_one_that_holds_else(world: World, admin: httpx.Client) -> None:
    for number in range(101):
        world.dag(f"many_{number}")
    found = {
        limit: len(admin.get(f"/api/v1/dags?limit={limit}&dag_id_pattern=many_").json()["dags"])
        for limit in (0, 1, 100)
    }
    assert found == {0: 100, 1: 1, 100: 100}
