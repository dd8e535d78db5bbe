"""Calendar and trends of a DAG; workers, missed deadlines and the graph of assets across all."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tests.integration.api import stage
from tests.integration.api.test_ui_first import UI, only_of
from tests.integration.api.test_ui_home import at, set_run
from tests.integration.api.world import World

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)


def got(client: httpx.Client, path: str, **params: Any) -> dict[str, Any]:
    answer = client.get(f"{UI}/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_days_are_those_of_the_zone(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("days")
    world.dag(dag_id)
    for hour in (0, 6, 7):
        world.run(dag_id, f"r{hour}", run_after=NOON + timedelta(hours=hour))
    set_run(world, dag_id, "r7", state="failed")
    span = {"since": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}
    assert [
        (day["day"], day["queued"], day["failed"])
        for day in got(admin, f"dags/{dag_id}/calendar", **span)["days"]
    ] == [("2026-03-03", 2, 1)]
    there = got(admin, f"dags/{dag_id}/calendar", **span, timezone="Asia/Kolkata")["days"]
    assert [(day["day"], day["queued"], day["failed"]) for day in there] == [
        ("2026-03-03", 2, 0),
        ("2026-03-04", 0, 1),
    ]
    for wrong in (
        {"timezone": "Nowhere/At_All"},
        {"since": "2015-01-01T00:00:00Z"},
        {"until": "2001-01-01T00:00:00Z"},
    ):
        assert admin.get(f"{UI}/dags/{dag_id}/calendar", params=wrong).status_code == 400


def test_what_took_unusually_long(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("trend")
    world.dag(dag_id)
    for number in range(8):
        world.run(dag_id, f"r{number}", run_after=NOON + timedelta(hours=number))
        minutes = 60 if number == 5 else 10
        set_run(world, dag_id, f"r{number}", state="success", start_date=at(hours=5),
                end_date=at(hours=5, minutes=-minutes))  # fmt: skip
        world.set_state(dag_id, "load", "success", f"r{number}", duration=60.0 * minutes)
    found = got(admin, f"dags/{dag_id}/trends")
    assert [run["run_id"] for run in found["runs"] if run["is_outlier"]] == ["r5"]
    assert [run["run_id"] for run in found["runs"]] == [f"r{number}" for number in range(8)]
    assert 599 < found["median"] < 601
    (task,) = found["tasks"]
    assert (task["task_id"], task["count"], task["median"], task["outliers"]) == ("load", 8, 600, ["r5"])


def test_workers_and_deadlines(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("works")
    world.dag(dag_id)
    world.run(dag_id)
    world.set_state(
        dag_id, "extract", "running", hostname="box", queue="q1", start_date=at(minutes=3), pid=17
    )
    world.sql(
        "INSERT INTO deadline (deadline_time, missed, created_at, dag_id, run_id, kind, task_id)"
        " VALUES (?, 1, ?, ?, 'r1', 'sla', 'load')",
        at(days=9), at(days=10), dag_id,
    )  # fmt: skip
    workers = got(admin, "workers")
    (attempt,) = (one for one in workers["attempts"] if one["dag_id"] == dag_id)
    assert (attempt["hostname"], attempt["pid"], attempt["task_id"]) == ("box", 17, "extract")
    assert {"hostname": "box", "running": 1, "queues": ["q1"]} in workers["hosts"]
    (missed,) = (one for one in got(admin, "deadlines")["missed"] if one["dag_id"] == dag_id)
    assert (missed["kind"], missed["task_id"]) == ("sla", "load")
    assert not any(one["dag_id"] == dag_id for one in got(admin, "deadlines", days=5)["missed"])


def test_assets_and_dags_hang_together(world: World, admin: httpx.Client) -> None:
    one = stage.build(world, "graphone", "graph", shared="graph_shared").ids
    other = stage.build(world, "graphother", "graph", shared="graph_shared").ids
    found = got(admin, "asset-graph", root=f"dag:{one['dag_id']}")
    assert {f"dag:{ids[name]}" for ids in (one, other) for name in ("dag_id", "wait_id")} <= {
        node["id"] for node in found["nodes"]
    }
    asset, edges = (
        f"asset:{one['asset_id']}",
        {(it["source"], it["target"], it["kind"]) for it in found["edges"]},
    )
    assert (f"dag:{one['dag_id']}", asset, "outlet") in edges
    assert (asset, f"dag:{one['wait_id']}", "schedule") in edges
    assert got(admin, "asset-graph", root="dag:ghost") == {"nodes": [], "edges": []}
    with only_of(world, one["dag_id"]) as narrow:
        assert "graphother" not in json.dumps(got(narrow, "asset-graph"))
        assert "graphother" not in json.dumps([got(narrow, "workers"), got(narrow, "deadlines")])
        for view in ("calendar", "trends"):
            assert narrow.get(f"{UI}/dags/{other['dag_id']}/{view}").status_code == 404
