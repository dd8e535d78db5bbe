"""Every operation of this API answers in the shape of Airflow's."""

from __future__ import annotations

import httpx
from tests.integration.api import admin_shapes, shapes
from tests.integration.api.shapes import SEEN, call
from tests.integration.api.world import World, now

from tradewind.api.routes import public
from tradewind.domain import hitl
from tradewind.domain.spec import ParamSpec, TaskSpec, WatcherSpec
from tradewind.domain.spec.timetable import AssetTriggeredTimetable, CronTriggerTimetable
from tradewind.store.transitions import asset_mentions, watchers

DAG = "/api/v2/dags/{dag_id}"
RUN = DAG + "/dagRuns/{dag_run_id}"
A = "/api/v2/assets"
TI = RUN + "/taskInstances/{task_id}"


def open_ones(_: World, anonymous: httpx.Client) -> None:
    health = call(anonymous, "GET", "/api/v2/monitor/health")
    assert health["metadatabase"]["status"] == "healthy"
    assert anonymous.get("/health").json() == health
    assert call(anonymous, "GET", "/api/v2/version")["version"]
    call(anonymous, "GET", "/api/v2/auth/login", params={"next": "/dags"})


def logging_out(world: World, _: httpx.Client) -> None:
    with world.client() as leaving:
        call(leaving, "GET", "/api/v2/auth/logout")


def health_follows_heartbeats(world: World, anonymous: httpx.Client) -> None:
    for kind in ("SchedulerJob", "DagProcessorJob"):
        world.sql(
            "INSERT INTO job (job_type, state, start_date, latest_heartbeat, hostname)"
            " VALUES (?, 'running', ?, ?, 'h')",
            kind,
            "2026-01-01 00:00:00.000000",
            "2999-01-01 00:00:00.000000",
        )
    health = call(anonymous, "GET", "/api/v2/monitor/health")
    assert health["scheduler"]["status"] == health["dag_processor"]["status"] == "healthy"
    world.sql("UPDATE job SET latest_heartbeat = '2026-01-01 00:00:00.000000'")
    health = call(anonymous, "GET", "/api/v2/monitor/health")
    assert health["scheduler"]["status"] == "unhealthy"
    assert health["triggerer"]["status"] is None


def dags(world: World, admin: httpx.Client) -> None:
    world.dag("shape")
    assert call(admin, "GET", "/api/v2/dags")["total_entries"] >= 1
    assert call(admin, "GET", DAG, dag_id="shape")["owners"] == ["ann"]
    details = call(admin, "GET", DAG + "/details", dag_id="shape")
    assert details["latest_dag_version"]["version_number"] == 1
    assert call(admin, "PATCH", DAG, json={"is_paused": True}, dag_id="shape")["is_paused"] is True
    call(admin, "POST", DAG + "/favorite", dag_id="shape")
    call(admin, "POST", DAG + "/unfavorite", dag_id="shape")
    call(admin, "PUT", "/api/v2/parseDagFile/{file_token}", file_token=details["file_token"])
    many = call(admin, "PATCH", "/api/v2/dags", json={"is_paused": False}, params={"dag_id_pattern": "shape"})
    assert [dag["is_paused"] for dag in many["dags"]] == [False]
    assert call(admin, "GET", "/api/v2/dagTags")["tags"] == ["etl", "nightly"]
    call(admin, "GET", "/api/v2/dagStats")
    assert call(admin, "GET", DAG + "/tasks", dag_id="shape")["total_entries"] == 3
    task = call(admin, "GET", DAG + "/tasks/{task_id}", dag_id="shape", task_id="extract")
    assert task["downstream_task_ids"] == ["transform"]
    assert call(admin, "GET", DAG + "/dagVersions", dag_id="shape")["total_entries"] == 1
    call(admin, "GET", DAG + "/dagVersions/{version_number}", dag_id="shape", version_number=1)
    assert "airflow.sdk" in call(admin, "GET", "/api/v2/dagSources/{dag_id}", dag_id="shape")["content"]


def runs(world: World, admin: httpx.Client) -> None:
    world.dag("shape_runs")
    ids = {"dag_id": "shape_runs", "dag_run_id": "r1"}
    body = {"dag_run_id": "r1", "logical_date": "2026-01-01T00:00:00Z", "conf": {"a": [1]}, "note": "by hand"}
    made = call(admin, "POST", DAG + "/dagRuns", json=body, dag_id="shape_runs")
    assert (made["state"], made["conf"], made["note"]) == ("queued", {"a": [1]}, "by hand")
    assert call(admin, "GET", RUN, **ids) == made
    assert call(admin, "GET", DAG + "/dagRuns", dag_id="~")["total_entries"] >= 1
    listed = call(admin, "POST", DAG + "/dagRuns/list", json={"dag_ids": ["shape_runs"]}, dag_id="~")
    assert [run["dag_run_id"] for run in listed["dag_runs"]] == ["r1"]
    assert call(admin, "POST", RUN + "/clear", json={}, **ids)["total_entries"] == 3
    call(admin, "POST", RUN + "/clear", json={"dry_run": False}, **ids)
    call(admin, "POST", RUN + "/clear", json={"only_new": True}, **ids)
    assert call(admin, "PATCH", RUN, json={"state": "failed", "note": None}, **ids)["note"] is None
    call(admin, "GET", RUN + "/wait", params={"interval": 1}, **ids)
    call(admin, "DELETE", RUN, **ids)
    assert admin.get(RUN.format(**ids)).status_code == 404
    call(admin, "DELETE", DAG, dag_id="shape_runs")


def task_instances(world: World, admin: httpx.Client) -> None:
    world.dag("shape_ti")
    world.run("shape_ti")
    world.set_state("shape_ti", "extract", "failed", try_number=1)
    ids = {"dag_id": "shape_ti", "dag_run_id": "r1", "task_id": "extract"}
    call(admin, "GET", TI, **ids)
    call(admin, "GET", TI + "/{map_index}", **ids, map_index=-1)
    call(admin, "GET", TI + "/listMapped", **ids)
    for tries in (TI + "/tries", TI + "/{map_index}/tries"):
        assert call(admin, "GET", tries, **ids, map_index=-1)["total_entries"] == 1
        call(admin, "GET", tries + "/{task_try_number}", **ids, map_index=-1, task_try_number=1)
    assert call(admin, "GET", RUN + "/taskInstances", **ids)["total_entries"] == 3
    everything = {"dag_id": "~", "dag_run_id": "~"}
    call(admin, "POST", RUN + "/taskInstances/list", json={"dag_ids": ["shape_ti"]}, **everything)
    cleared = call(admin, "POST", DAG + "/clearTaskInstances", json={"dag_run_id": "r1"}, dag_id="shape_ti")
    assert [one["task_id"] for one in cleared["task_instances"]] == ["extract"]
    call(admin, "PATCH", TI, json={"note": "seen"}, **ids)
    for path in (TI + "/dry_run", TI + "/{map_index}/dry_run", TI + "/{map_index}"):
        call(admin, "PATCH", path, json={"new_state": "success"}, **ids, map_index=-1)
    world.write_log(
        "shape_ti", "extract", '{"event": "hello", "timestamp": "2026-01-01T00:00:00Z", "level": "info"}\n'
    )
    call(admin, "GET", TI + "/logs/{try_number}", **ids, try_number=1)
    assert call(admin, "GET", TI + "/links", **ids) == {"extra_links": {}, "total_entries": 0}
    shown = call(admin, "GET", TI + "/externalLogUrl/{try_number}", **ids, try_number=1)
    assert shown == {"url": "https://logs.example/?id=shape_ti-extract-r1--1-1"}


def xcoms(world: World, admin: httpx.Client) -> None:
    world.dag("shape_xcom")
    world.run("shape_xcom")
    ids = {"dag_id": "shape_xcom", "dag_run_id": "r1", "task_id": "extract"}
    made = call(admin, "POST", TI + "/xcomEntries", json={"key": "k", "value": {"a": 1}}, **ids)
    assert made["value"] == {"a": 1}
    assert call(admin, "GET", TI + "/xcomEntries", **ids)["total_entries"] == 1
    one = TI + "/xcomEntries/{xcom_key}"
    assert call(admin, "GET", one, **ids, xcom_key="k")["value"] == {"a": 1}
    assert call(admin, "GET", one, params={"stringify": True}, **ids, xcom_key="k")["value"] == '{"a":1}'
    assert call(admin, "PATCH", one, json={"value": [2]}, **ids, xcom_key="k")["value"] == [2]
    call(admin, "DELETE", one, **ids, xcom_key="k")
    assert admin.get(one.format(**ids, xcom_key="k")).status_code == 404


def human_in_the_loop(world: World, admin: httpx.Client) -> None:
    world.dag("shape_hitl")
    world.run("shape_hitl")
    field = {"value": 1, "description": None, "schema": {"type": "integer"}}
    people = (hitl.Person(id="admin", name="The admin"),)
    world.ask("shape_hitl", body="**now**", defaults=("No",), params={"n": field}, assigned_users=people)
    ids = {"dag_id": "shape_hitl", "dag_run_id": "r1", "task_id": "extract", "map_index": -1}
    one = TI + "/{map_index}/hitlDetails"
    assert call(admin, "GET", one, **ids)["response_received"] is False
    answer = {"chosen_options": ["Yes"], "params_input": {"n": 2}}
    taken = call(admin, "PATCH", one, json=answer, **ids)
    assert taken["responded_by"] == {"id": "admin", "name": "admin"}
    shown = call(admin, "GET", one, **ids)
    assert shown["params"] == {"n": field} and shown["responded_at"] == taken["responded_at"]
    tried = call(admin, "GET", one + "/tries/{try_number}", **ids, try_number=1)
    assert tried["chosen_options"] == ["Yes"] and "id" not in tried["task_instance"]
    (listed,) = call(admin, "GET", RUN + "/hitlDetails", **ids)["hitl_details"]
    assert listed == shown


def backfills(world: World, admin: httpx.Client) -> None:
    world.dag("shape_backfill", timetable=CronTriggerTimetable(expressions=("0 0 * * *",)))
    body = {
        "dag_id": "shape_backfill",
        "from_date": "2026-01-01T00:00:00Z",
        "to_date": "2026-01-02T00:00:00Z",
    }
    assert call(admin, "POST", "/api/v2/backfills/dry_run", json=body)["total_entries"] == 2
    made = call(admin, "POST", "/api/v2/backfills", json=body)
    one = "/api/v2/backfills/{backfill_id}"
    assert call(admin, "GET", one, backfill_id=made["id"]) == made
    assert call(admin, "GET", "/api/v2/backfills", params={"dag_id": "shape_backfill"})["backfills"] == [made]
    assert call(admin, "PUT", one + "/pause", backfill_id=made["id"])["is_paused"] is True
    assert call(admin, "PUT", one + "/unpause", backfill_id=made["id"])["is_paused"] is False
    assert call(admin, "PUT", one + "/cancel", backfill_id=made["id"])["completed_at"] is not None


def administration(world: World, admin: httpx.Client) -> None:
    world.sql(
        "INSERT INTO import_error (timestamp, filename, bundle_name, stacktrace)"
        " VALUES (?, 'bad.py', 'dags-folder', 'Trace')",
        "2026-01-01 00:00:00.000000",
    )
    found = call(admin, "GET", "/api/v2/importErrors", params={"filename": "bad.py"})["import_errors"][0]
    call(admin, "GET", "/api/v2/importErrors/{import_error_id}", import_error_id=found["import_error_id"])
    assert call(admin, "GET", "/api/v2/pools")["pools"][0]["name"] == "default_pool"
    call(admin, "GET", "/api/v2/pools/{pool_name}", pool_name="default_pool")
    call(admin, "GET", "/api/v2/jobs")
    world.dag("shape_audit")
    admin.patch("/api/v2/dags/shape_audit", json={"is_paused": True})
    entry = call(admin, "GET", "/api/v2/eventLogs", params={"dag_id": "shape_audit"})["event_logs"][0]
    assert (entry["event"], entry["owner"]) == ("paused", "admin")
    call(admin, "GET", "/api/v2/eventLogs/{event_log_id}", event_log_id=entry["event_log_id"])


def assets(world: World, admin: httpx.Client) -> None:
    outlet = {"type": "asset", "name": "shape_a", "uri": "s3://shape_a", "group": "asset"}
    waits = AssetTriggeredTimetable(condition={"asset": {"name": "shape_a", "uri": "s3://shape_a"}})
    make = TaskSpec(task_id="make", outlets=(outlet, {"type": "alias", "name": "shape_x"}), inlets=(outlet,))
    watcher = WatcherSpec(asset={**outlet}, name="shape_w", classpath="m.T")
    for spec in (
        world.dag("shape_make", tasks=(make,), params={}),
        world.dag("shape_wait", timetable=waits, watchers=(watcher,)),
    ):
        with world.database.write() as tx:
            asset_mentions.declare(tx, spec, now())
            watchers.declare(tx, spec, now())
    listed = call(admin, "GET", A, params={"name_pattern": "shape_a", "dag_ids": ["shape_make"]})
    (asset,) = listed["assets"]
    assert [one["dag_id"] for one in asset["scheduled_dags"]] == ["shape_wait"]
    assert [one["task_id"] for one in asset["producing_tasks"] + asset["consuming_tasks"]] == ["make"] * 2
    assert [one["name"] for one in asset["watchers"]] == ["shape_w"]
    ids = {"asset_id": asset["id"], "dag_id": "shape_wait"}
    world.wakes()
    told = {"asset_id": asset["id"], "extra": {"k": 1}, "partition_key": "us"}
    made = call(admin, "POST", A + "/events", json=told)
    assert (made["extra"], made["partition_key"]) == ({"from_rest_api": True, "k": 1}, "us")
    assert ("assets", "", "") in world.wakes()
    assert call(admin, "GET", A + "/{asset_id}", **ids)["last_asset_event"]["id"] == made["id"]
    events = call(admin, "GET", A + "/events", params={"asset_id": asset["id"], "order_by": "-timestamp"})
    assert [one["id"] for one in events["asset_events"]] == [made["id"]]
    for path in (A + "/{asset_id}/queuedEvents", DAG + "/assets/queuedEvents"):
        assert call(admin, "GET", path, **ids)["total_entries"] == 1
    one = DAG + "/assets/{asset_id}/queuedEvents"
    assert call(admin, "GET", one, **ids)["dag_id"] == "shape_wait"
    for path in (one, DAG + "/assets/queuedEvents", A + "/{asset_id}/queuedEvents"):
        call(admin, "DELETE", path, **ids)
        assert admin.request("DELETE", path.format(**ids)).status_code == 404
        call(admin, "POST", A + "/events", json={"asset_id": asset["id"]})
    run = call(admin, "POST", A + "/{asset_id}/materialize", json={}, **ids)
    assert (run["dag_id"], run["run_type"]) == ("shape_make", "asset_materialization")
    mine = {"dag_id": "shape_make", "dag_run_id": run["dag_run_id"]}
    assert call(admin, "GET", RUN + "/upstreamAssetEvents", **mine)["total_entries"] == 0
    (alias,) = call(admin, "GET", A + "/aliases", params={"name_pattern": "shape_x"})["asset_aliases"]
    call(admin, "GET", A + "/aliases/{asset_alias_id}", asset_alias_id=alias["id"])


PARTS = (
    open_ones,
    logging_out,
    health_follows_heartbeats,
    dags,
    runs,
    task_instances,
    xcoms,
    human_in_the_loop,
    backfills,
    administration,
    assets,
    *admin_shapes.PARTS,
)


OURS = {"POST /api/v2/webhooks/{webhook_name}"}
"""What Airflow does not have."""


def test_every_operation_answers_in_its_shape(world: World, admin: httpx.Client) -> None:
    for part in PARTS:
        part(world, admin)
    served = {f"{it.method} {it.path}" for it in public.operations() if it.path.startswith("/api/v2")}
    assert served - OURS == SEEN == set(shapes.OPERATIONS)


def test_query_parameters_have_airflow_names() -> None:
    for operation in public.operations():
        expected = shapes.OPERATIONS.get(f"{operation.method} {operation.path}")
        if expected is None:
            continue
        ours = set(operation.query.__struct_fields__) if operation.query is not None else set()
        assert set(expected["query"]) <= ours, operation.path


def test_the_document_describes_them(anonymous: httpx.Client) -> None:
    document = anonymous.get("/openapi.json").json()
    for operation in shapes.OPERATIONS:
        method, path = operation.split()
        described = document["paths"][path][method.lower()]
        assert described["operationId"] == shapes.OPERATIONS[operation]["id"]
    assert "Tradewind" in anonymous.get("/").text
    assert "openapi.json" in anonymous.get("/docs").text


def test_params_come_in_the_order_of_the_file(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("ordered")
    names = ("since", "dry", "limit")
    world.dag(dag_id, params={name: ParamSpec(value=1) for name in names}, params_order=names)
    told = admin.get(f"/api/v2/dags/{dag_id}/details").json()["params"]
    assert list(told) == list(names)
