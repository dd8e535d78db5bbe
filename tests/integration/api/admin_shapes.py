"""Operations of connections, variables, pools, state stores and the installation."""

from __future__ import annotations

import httpx
from tests.integration.api.shapes import call
from tests.integration.api.world import World

from tradewind.domain.spec import GroupSpec, TaskSpec

C = "/api/v2/connections"
V = "/api/v2/variables"
P = "/api/v2/pools"
ONE_C, ONE_V, ONE_P = C + "/{connection_id}", V + "/{variable_key}", P + "/{pool_name}"
TI = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
A = "/api/v2/assets"
PLUGIN = """
from airflow.plugins_manager import AirflowPlugin

def twice(x):
    return 2 * x

class Shaped(AirflowPlugin):
    name = "shaped"
    macros = [twice]
"""
DAG = "/api/v2/dags/{dag_id}"
RUNS = DAG + "/dagRuns"
RUN = RUNS + "/{dag_run_id}"


def connections(_: World, admin: httpx.Client) -> None:
    body = {"connection_id": "pg", "conn_type": "postgres", "host": "h", "password": "pw-planted"}
    made = call(admin, "POST", C, json={**body, "extra": '{"token": "tok-planted", "timeout": 3}'})
    assert (made["password"], made["extra"]) == ("***", '{"token": "***", "timeout": 3}')
    ids = {"connection_id": "pg"}
    assert call(admin, "GET", ONE_C, **ids) == made
    assert call(admin, "PATCH", ONE_C, json={**body, "port": 5432}, **ids)["port"] == 5432
    done = call(admin, "PATCH", C, json={"actions": [{"action": "delete", "entities": ["nobody"]}]})
    assert done["delete"]["errors"][0]["status_code"] == 404
    asked = call(admin, "POST", C + "/enqueue-test", json={"connection_id": "tried", "conn_type": "http"})
    token = {"Airflow-Connection-Test-Token": asked["token"]}
    assert call(admin, "GET", C + "/enqueue-test", headers=token)["state"] == "queued"
    tested = call(admin, "POST", C + "/test", json={"connection_id": "tried2", "conn_type": "http"})
    assert tested["status"] is False and "scheduler" in tested["message"]
    call(admin, "POST", C + "/defaults")
    listed = call(admin, "GET", C, params={"connection_id_prefix_pattern": "aws_"})
    assert [one["connection_id"] for one in listed["connections"]] == ["aws_default"]
    call(admin, "DELETE", ONE_C, **ids)
    assert admin.get(ONE_C.format(**ids)).status_code == 404


def variables(_: World, admin: httpx.Client) -> None:
    made = call(admin, "POST", V, json={"key": "a/b", "value": {"n": 1}, "description": "d"})
    assert made["value"] == '{"n":1}'
    ids = {"variable_key": "a/b"}
    assert call(admin, "GET", ONE_V, **ids) == made
    assert call(admin, "PATCH", ONE_V, json={"key": "a/b", "value": "x"}, **ids)["value"] == "x"
    actions = [{"action": "create", "entities": [{"key": "c", "value": "1"}, {"key": "d", "value": "2"}]}]
    assert call(admin, "PATCH", V, json={"actions": actions})["create"]["success"] == ["c", "d"]
    assert call(admin, "GET", V, params={"order_by": "-key"})["variables"][0]["key"] == "d"
    call(admin, "DELETE", ONE_V, **ids)


def pools(_: World, admin: httpx.Client) -> None:
    made = call(admin, "POST", P, json={"name": "shape pool", "slots": 2})
    ids = {"pool_name": "shape pool"}
    assert made["open_slots"] == 2
    assert call(admin, "PATCH", ONE_P, json={"slots": -1}, **ids)["open_slots"] == -1
    actions = [{"action": "update", "entities": [{"name": "shape pool", "slots": 7}]}]
    assert call(admin, "PATCH", P, json={"actions": actions})["update"]["success"] == ["shape pool"]
    call(admin, "DELETE", ONE_P, **ids)


def installation(world: World, admin: httpx.Client) -> None:
    sections = call(admin, "GET", "/api/v2/config", params={"section": "core"})["sections"]
    assert [section["name"] for section in sections] == ["core"]
    one = "/api/v2/config/section/{section}/option/{option}"
    found = call(admin, "GET", one, section="core", option="parallelism")
    assert found["sections"][0]["options"] == [{"key": "parallelism", "value": "32"}]
    text = admin.get("/api/v2/config", params={"section": "core"}, headers={"Accept": "text/plain"}).text
    assert text.startswith("[core]\n")
    call(admin, "GET", "/api/v2/providers")
    folder = world.home / "plugins"
    folder.mkdir(exist_ok=True)
    (folder / "good.py").write_text(PLUGIN)
    (folder / "bad.py").write_text("import nothing_of_that_name\n")
    plugins = call(admin, "GET", "/api/v2/plugins")["plugins"]
    assert [(one["name"], one["macros"]) for one in plugins] == [("shaped", ["twice"])]
    (broken,) = call(admin, "GET", "/api/v2/plugins/importErrors")["import_errors"]
    assert "bad.py" in broken["source"] and "nothing_of_that_name" in broken["error"]
    world.dag("shape_warned")
    world.sql("INSERT INTO dag_warning VALUES ('shape_warned', 'file', 'odd', '2026-01-01 00:00:00.000000')")
    warned = call(admin, "GET", "/api/v2/dagWarnings", params={"dag_id": "shape_warned"})
    assert [one["message"] for one in warned["dag_warnings"]] == ["odd"]


def state_stores(world: World, admin: httpx.Client) -> None:
    world.dag("shape_state")
    world.run("shape_state")
    task, one = TI + "/state-store", TI + "/state-store/{key}"
    ids = {"dag_id": "shape_state", "dag_run_id": "r1", "task_id": "extract", "key": "job/1"}
    call(admin, "PUT", one, json={"value": {"id": 7}}, **ids)
    kept = call(admin, "GET", one, **ids)
    assert (kept["value"], kept["expires_at"] > kept["updated_at"]) == ({"id": 7}, True)
    assert call(admin, "PATCH", one, json={"value": 8}, **ids)["expires_at"] == kept["expires_at"]
    assert [row["value"] for row in call(admin, "GET", task, **ids)["task_state_store"]] == [8]
    call(admin, "DELETE", one, **ids)
    call(admin, "PUT", one, json={"value": [], "expires_at": None}, **ids)
    call(admin, "DELETE", task, params={"all_map_indices": True}, **ids)
    assert admin.get(one.format(**ids)).status_code == 404
    number = call(admin, "GET", A)["assets"][0]["id"]
    of_asset, one = A + "/{asset_id}/state-store", A + "/{asset_id}/state-store/{key}"
    call(admin, "PUT", one, json={"value": "seen"}, asset_id=number, key="mark")
    assert call(admin, "GET", one, asset_id=number, key="mark")["last_updated_by"]["kind"] == "api"
    assert call(admin, "GET", of_asset, asset_id=number)["total_entries"] == 1
    call(admin, "DELETE", one, asset_id=number, key="mark")
    call(admin, "DELETE", of_asset, asset_id=number)


def several(world: World, admin: httpx.Client) -> None:
    for dag_id in ("shape_many", "shape_more"):
        world.dag(dag_id)
        world.run(dag_id)
        world.set_state(dag_id, "extract", "success", try_number=1)
    noted = {"dag_id": "shape_more", "dag_run_id": "r1", "note": "seen"}
    update = {"actions": [{"action": "update", "entities": [noted]}]}
    done = call(admin, "PATCH", RUNS, json=update, dag_id="~")
    assert done["update"]["success"] == ["shape_more.r1"]
    again = {"dag_runs": [{"dag_id": "shape_many", "dag_run_id": "r1"}], "dry_run": False}
    cleared = call(admin, "POST", DAG + "/clearDagRuns", json=again, dag_id="~")
    assert [run["state"] for run in cleared["dag_runs"]] == ["queued"]
    dry = call(admin, "POST", DAG + "/clearDagRuns", json={**again, "dry_run": True}, dag_id="~")
    assert dry["total_entries"] == 3
    partition = {"partition_key": "p", "dry_run": False}
    none = call(admin, "POST", DAG + "/clearPartitions", json=partition, dag_id="shape_many")
    assert none == {"dag_runs_cleared": 0, "task_instances_cleared": 0, "dry_run": False}
    ids = {"dag_id": "shape_more", "dag_run_id": "r1"}
    marks = [{"action": "update", "entities": [{"task_id": "load", "new_state": "skipped"}]}]
    done = call(admin, "PATCH", RUN + "/taskInstances", json={"actions": marks}, **ids)
    assert done["update"]["success"] == ["shape_more.r1.load[-1]"]
    call(admin, "DELETE", TI, task_id="load", **ids)
    assert admin.get(TI.format(task_id="load", **ids)).status_code == 404


def dependencies(world: World, admin: httpx.Client) -> None:
    world.dag("shape_why")
    world.run("shape_why")
    ids = {"dag_id": "shape_why", "dag_run_id": "r1", "task_id": "load"}
    waits = {"name": "Trigger Rule", "reason": "trigger rule all_success with transform is no state."}
    for path in ("/dependencies", "/{map_index}/dependencies"):
        assert waits in call(admin, "GET", TI + path, map_index=-1, **ids)["dependencies"]
    assert admin.get(TI.format(**{**ids, "task_id": "x"}) + "/dependencies").status_code == 404


def groups(world: World, admin: httpx.Client) -> None:
    tasks = (
        TaskSpec(task_id="g.a", group_id="g"),
        TaskSpec(task_id="g.in.b", group_id="g.in", upstream=("g.a",)),
        TaskSpec(task_id="c"),
    )
    inner = GroupSpec(group_id="g.in", parent="g")
    world.dag("shape_group", tasks=tasks, groups=(GroupSpec(group_id="g"), inner))
    world.run("shape_group")
    one = RUN + "/taskGroupInstances/{group_id}"
    ids = {"dag_id": "shape_group", "dag_run_id": "r1", "group_id": "g"}
    dry = call(admin, "PATCH", one + "/dry_run", json={"new_state": "success"}, **ids)
    done = call(admin, "PATCH", one, json={"new_state": "success"}, **ids)
    for answer in (dry, done):
        assert {row["task_id"] for row in answer["task_instances"]} == {"g.a", "g.in.b"}
    assert world.states("shape_group") == {"g.a": "success", "g.in.b": "success", "c": None}
    assert admin.patch(one.format(**{**ids, "group_id": "x"}), json={"note": "n"}).status_code == 404


PARTS = (connections, variables, pools, installation, state_stores, several, groups, dependencies)
