"""What the UI begins with: who looks, the newest runs of DAGs, how a DAG is drawn."""

from __future__ import annotations

from datetime import timedelta

import httpx
from tests.integration.api.world import World, now

from tradewind.auth import roles
from tradewind.auth.permissions import Resource
from tradewind.domain.spec import TaskSpec

UI = "/api/tradewind/ui"


def only_of(world: World, dag_id: str) -> httpx.Client:
    """Somebody who reaches that DAG and no other."""
    kinds = [pair for pair in roles.BUILT_IN["Viewer"] if pair[1] != "DAGs"]
    role = world.role(f"only_{dag_id}", *kinds, ("can_read", f"DAG:{dag_id}"))
    return world.client(world.person(f"p_{dag_id}", role))


def test_an_admin_may_everything(admin: httpx.Client) -> None:
    me = admin.get(f"{UI}/me").json()
    assert (me["name"], me["roles"], me["all_dags"], me["can_log_out"]) == ("admin", ["admin"], True, True)
    assert me["rights"].keys() == {resource.name.lower() for resource in Resource}
    assert all(
        right == dict.fromkeys(("read", "create", "edit", "delete"), True) for right in me["rights"].values()
    )
    assert me["session_ends"] > now().isoformat() and me["default_timezone"] == "UTC"
    assert me["languages"] == ["en", "zh-CN"] and me["version"]


def test_a_dag_is_found_by_its_id_and_by_the_name_that_is_shown(world: World, admin: httpx.Client) -> None:
    shown, plain = world.fresh("etl_zq"), world.fresh("zqplain")
    world.dag(shown, display_name="Nightly Sales")
    world.dag(plain)

    def found(text: str, **more: str) -> list[str]:
        answer = admin.get(f"{UI}/dags", params={"name_pattern": text, **more})
        assert answer.json()["total_entries"] == len(answer.json()["dags"])
        return [row["dag_id"] for row in answer.json()["dags"]]

    assert found("%nightly sal%") == found(f"%{shown}%") == [shown]
    assert found("%zq%", order_by="-dag_id") == [plain, shown]
    assert found("%zq%", paused="true") == []
    assert {shown, plain} <= {row["dag_id"] for row in admin.get(f"{UI}/dags").json()["dags"]}


def test_a_viewer_only_reads(world: World) -> None:
    with world.client("vera") as vera:
        rights = vera.get(f"{UI}/me").json()["rights"]
    assert rights["dag"] == {"read": True, "create": False, "edit": False, "delete": False}
    assert not rights["connection"]["read"]


def test_somebody_of_the_tables_has_a_name(world: World) -> None:
    world.person("nora", "Viewer")
    world.sql("UPDATE ab_user SET first_name = 'Nora', last_name = 'Lund' WHERE username = 'nora'")
    dag_id = world.fresh("mine")
    world.dag(dag_id)
    with world.client("nora") as nora, only_of(world, dag_id) as narrow:
        assert nora.get(f"{UI}/me").json()["display_name"] == "Nora Lund"
        assert nora.get(f"{UI}/me").json()["all_dags"]
        assert not narrow.get(f"{UI}/me").json()["all_dags"]


def test_what_somebody_may_do_to_one_dag(world: World, admin: httpx.Client) -> None:
    mine, other = world.fresh("mine"), world.fresh("other")
    for dag_id in (mine, other):
        world.dag(dag_id)
    acts = [("can_create", "DAG Runs"), ("can_edit", "Task Instances"), ("can_edit", f"DAG:{mine}")]
    role = world.role("edits_one", *roles.BUILT_IN["Viewer"], *acts)
    with world.client(world.person("edits_one", role)) as some:
        me = some.get(f"{UI}/me").json()
        assert me["rights_vary"] and me["all_dags"] and me["rights"]["dag"]["edit"]
        here, there = (some.get(f"{UI}/dags/{dag_id}/rights").json() for dag_id in (mine, other))
        assert some.get(f"{UI}/dags/{world.fresh('none')}/rights").status_code == 404
    for kind, action in (("dag", "edit"), ("run", "create"), ("task_instance", "edit")):
        assert (here[kind][action], there[kind][action]) == (True, False), kind
    assert here["log"]["read"] and there["log"]["read"]
    assert here["pool"]["read"] and there["pool"]["read"]  # no DAG's
    assert not admin.get(f"{UI}/me").json()["rights_vary"]
    with only_of(world, mine) as narrow:
        assert not narrow.get(f"{UI}/me").json()["rights_vary"]
        assert narrow.get(f"{UI}/dags/{other}/rights").status_code == 404


def test_newest_runs_of_several_dags(world: World, admin: httpx.Client) -> None:
    one, other, empty = (world.fresh("bars") for _ in range(3))
    for dag_id in (one, other, empty):
        world.dag(dag_id)
    begin = now() - timedelta(days=9)
    for day in range(5):
        world.run(one, f"r{day}", run_after=begin + timedelta(days=day))
    world.run(one, "same", run_after=begin + timedelta(days=4))
    world.run(other, "r", run_after=begin)
    world.sql("UPDATE dag_run SET state = 'success', start_date = '2026-01-01 00:00:00.000000',"
              " end_date = '2026-01-01 00:01:30.000000' WHERE dag_id = ?", other)  # fmt: skip
    query = {"dag_id": [other, empty, one, "ghost"], "limit": 3}
    found = {it["dag_id"]: it["runs"] for it in admin.get(f"{UI}/recent-runs", params=query).json()["dags"]}
    assert list(found) == [other, one]
    assert [run["run_id"] for run in found[one]] == ["same", "r4", "r3"]
    assert [(run["duration"], run["state"], run["run_type"]) for run in found[other]] == [
        (90, "success", "manual")
    ]
    with only_of(world, one) as narrow:
        mine = narrow.get(f"{UI}/recent-runs", params=query).json()["dags"]
    assert [it["dag_id"] for it in mine] == [one]


def test_too_many_dags_are_refused(admin: httpx.Client) -> None:
    many = [f"d{number}" for number in range(201)]
    assert admin.get(f"{UI}/recent-runs", params={"dag_id": many}).status_code == 422
    assert admin.get(f"{UI}/recent-runs").json() == {"dags": []}


def test_each_version_is_drawn_as_it_was(world: World, admin: httpx.Client) -> None:
    dag_id = world.fresh("drawn")
    world.dag(dag_id)
    world.dag(dag_id, tasks=(TaskSpec(task_id="alone", operator="EmptyOperator"),))
    newest, first = (
        admin.get(f"{UI}/dags/{dag_id}/structure", params=query) for query in ({}, {"version_number": 1})
    )
    assert [node["id"] for node in newest.json()["nodes"]] == ["alone"]
    assert [node["id"] for node in first.json()["nodes"]] == ["extract", "transform", "load"]
    assert [(it["source"], it["target"]) for it in first.json()["edges"]] == [
        ("transform", "load"), ("extract", "transform"),
    ]  # fmt: skip
    assert newest.json()["version_number"] == 2 and first.headers["etag"] != newest.headers["etag"]
    known = {"If-None-Match": newest.headers["etag"]}
    assert admin.get(f"{UI}/dags/{dag_id}/structure", headers=known).status_code == 304
    missing = admin.get(f"{UI}/dags/{dag_id}/structure", params={"version_number": 9})
    assert missing.status_code == 404 and "no version 9" in missing.json()["detail"]


def test_the_drawing_of_a_dag_of_others_is_not_there(world: World) -> None:
    mine, theirs = world.fresh("mine"), world.fresh("theirs")
    world.dag(mine)
    world.dag(theirs)
    with only_of(world, mine) as narrow:
        etag = narrow.get(f"{UI}/dags/{mine}/structure").headers["etag"]
        for headers in ({}, {"If-None-Match": etag}):
            assert narrow.get(f"{UI}/dags/{theirs}/structure", headers=headers).status_code == 404


def test_the_document_names_their_types(anonymous: httpx.Client) -> None:
    document = anonymous.get("/openapi.json").json()
    answer = document["paths"][f"{UI}/me"]["get"]["responses"]["200"]["content"]["application/json"]
    assert answer["schema"]["$ref"].endswith("/UIMe")
    assert document["paths"][f"{UI}/dags/{{dag_id}}/structure"]["get"]["tags"] == ["UI"]
    node = document["components"]["schemas"]["UINode"]["properties"]["children"]
    assert node["items"]["$ref"].endswith("/UINode")
