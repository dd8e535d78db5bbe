"""Clear and mark: the rows afterwards, the run's version, the wake-up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.integration.api.world import World


def make(world: World, dag_id: str, run: str = "failed", **states: str | None) -> None:
    world.dag(dag_id)
    world.run(dag_id)
    for task_id, state in states.items():
        world.set_state(dag_id, task_id, state, try_number=1 if state else 0)
    world.sql("UPDATE dag_run SET state = ? WHERE dag_id = ?", run, dag_id)
    world.wakes()


def clear(client: httpx.Client, dag_id: str, **body: Any) -> httpx.Response:
    return client.post(
        f"/api/v2/dags/{dag_id}/clearTaskInstances", json={"dry_run": False, "dag_run_id": "r1", **body}
    )


def names(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {one["task_id"] for one in answer.json()["task_instances"]}


def test_dry_run_changes_nothing(world: World, admin: httpx.Client) -> None:
    make(world, "dry", extract="success", transform="failed", load="upstream_failed")
    before = world.run_row("dry")
    assert names(clear(admin, "dry", dry_run=True)) == {"transform", "load"}
    assert world.run_row("dry") == before
    assert world.states("dry")["transform"] == "failed"
    assert world.wakes() == []


def test_clear_failed_runs_them_again(world: World, admin: httpx.Client) -> None:
    make(world, "again", extract="success", transform="failed", load="upstream_failed")
    version = world.run_row("again")[1]
    assert names(clear(admin, "again")) == {"transform", "load"}
    assert world.states("again") == {"extract": "success", "transform": None, "load": None}
    state, raised = world.run_row("again")
    assert (state, raised > version) == ("queued", True)
    assert world.wakes() == [("run", "again", "r1")]


def test_clear_one_task_and_what_follows(world: World, admin: httpx.Client) -> None:
    make(world, "part", extract="success", transform="success", load="success")
    answer = clear(
        admin,
        "part",
        only_failed=False,
        task_ids=["transform"],
        include_downstream=True,
        reset_dag_runs=False,
    )
    assert names(answer) == {"transform", "load"}
    assert world.run_row("part")[0] == "failed"
    answer = clear(admin, "part", only_failed=False, task_ids=[["extract", -1]])
    assert names(answer) == {"extract"}


def test_clear_a_running_one_restarts_it(world: World, admin: httpx.Client) -> None:
    make(world, "busy", run="running", extract="running")
    refused = clear(admin, "busy", only_failed=False, prevent_running_task=True)
    assert refused.status_code == 409
    assert world.states("busy")["extract"] == "running"
    assert names(clear(admin, "busy", only_failed=False, only_running=True)) == {"extract"}
    assert world.states("busy")["extract"] == "restarting"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"task_ids": ["nope"]}, 404),
        ({"dag_run_id": "nope"}, 404),
        ({"task_ids": [["extract", "x"]]}, 422),
        ({"only_faild": True}, 422),
        ({"dag_run_id": None, "include_past": True}, 400),
    ],
)
def test_bad_clear_changes_nothing(
    world: World, admin: httpx.Client, body: dict[str, Any], status: int
) -> None:
    dag_id = world.fresh("badclear")
    make(world, dag_id, extract="failed")
    before = world.run_row(dag_id)
    assert clear(admin, dag_id, **body).status_code == status
    assert world.run_row(dag_id) == before
    assert world.states(dag_id)["extract"] == "failed"


def test_clear_by_the_newest_version_where_asked_or_where_the_dag_says_so(
    world: World, admin: httpx.Client
) -> None:
    """§1.18 clear: run_on_latest_version, and rerun_with_latest_version of the DAG."""
    for says, asked, moves in (
        (None, None, False),
        (None, True, True),
        (True, None, True),
        (True, False, False),
    ):
        dag_id = world.fresh("newest")
        make(world, dag_id, extract="failed")
        old = world.sql("SELECT version_hash FROM dag_run WHERE dag_id = ?", dag_id)[0][0]
        world.dag(dag_id, description="newer", rerun_with_latest_version=says)
        names(clear(admin, dag_id, run_on_latest_version=asked))
        now = world.sql("SELECT version_hash FROM dag_run WHERE dag_id = ?", dag_id)[0][0]
        assert (now != old) is moves, (says, asked)


def test_clear_reaches_earlier_and_later_runs_and_single_indexes(world: World, admin: httpx.Client) -> None:
    """§1.18 clear: include_past, include_future, task_ids with a map index, only_failed, only_running."""
    world.dag("reach")
    for day in (1, 2, 3):
        world.run("reach", f"r{day}", logical_date=datetime(2026, 1, day, tzinfo=UTC))
        world.set_state("reach", "extract", "success", f"r{day}", try_number=1)
        world.set_state("reach", "load", "failed", f"r{day}", try_number=1)

    def runs_of(**body: Any) -> set[tuple[str, str]]:
        answer = clear(admin, "reach", **{"dag_run_id": "r2", "dry_run": True, **body})
        assert answer.status_code == 200, answer.text
        return {(one["dag_run_id"], one["task_id"]) for one in answer.json()["task_instances"]}

    assert runs_of() == {("r2", "load")}
    assert runs_of(include_past=True) == {("r1", "load"), ("r2", "load")}
    assert runs_of(include_past=True, include_future=True) == {(f"r{day}", "load") for day in (1, 2, 3)}
    assert runs_of(only_failed=False, task_ids=["extract"]) == {("r2", "extract")}
    assert runs_of(only_failed=False, task_ids=[["extract", -1]]) == {("r2", "extract")}
    assert runs_of(only_failed=False, task_ids=[["extract", 4]]) == set()
    assert runs_of(only_running=True, only_failed=False) == set()
    days = {"start_date": "2026-01-02T00:00:00Z", "end_date": "2026-01-03T00:00:00Z", "dag_run_id": None}
    assert runs_of(**days) == {("r2", "load"), ("r3", "load")}


def mark(client: httpx.Client, dag_id: str, task_id: str, **body: Any) -> httpx.Response:
    return client.patch(f"/api/v2/dags/{dag_id}/dagRuns/r1/taskInstances/{task_id}", json=body)


def test_mark_success_gives_what_follows_another_chance(world: World, admin: httpx.Client) -> None:
    make(world, "marked", extract="success", transform="failed", load="upstream_failed")
    assert names(mark(admin, "marked", "transform", new_state="success", note="checked by hand")) == {
        "transform"
    }
    assert world.states("marked") == {"extract": "success", "transform": "success", "load": None}
    assert world.run_row("marked")[0] == "queued"
    shown = admin.get("/api/v2/dags/marked/dagRuns/r1/taskInstances/transform").json()
    assert shown["note"] == "checked by hand"


def test_mark_downstream_too(world: World, admin: httpx.Client) -> None:
    make(world, "chain", run="running")
    assert len(names(mark(admin, "chain", "extract", new_state="skipped", include_downstream=True))) == 3
    assert set(world.states("chain").values()) == {"skipped"}


@pytest.mark.parametrize(
    ("body", "status"),
    [({"new_state": "running"}, 400), ({"new_state": "odd"}, 422), ({}, 400), ({"note": "x" * 1001}, 422)],
)
def test_bad_mark_changes_nothing(
    world: World, admin: httpx.Client, body: dict[str, Any], status: int
) -> None:
    dag_id = world.fresh("marks")
    make(world, dag_id, extract="failed")
    assert mark(admin, dag_id, "extract", **body).status_code == status
    assert world.states(dag_id)["extract"] == "failed"
    assert mark(admin, dag_id, "nope", new_state="success").status_code == 404


def test_mark_a_run_failed(world: World, admin: httpx.Client) -> None:
    make(world, "ended", run="running", extract="success", transform="running")
    answer = admin.patch("/api/v2/dags/ended/dagRuns/r1", json={"state": "failed"})
    assert answer.json()["state"] == "failed"
    assert world.states("ended") == {"extract": "success", "transform": "failed", "load": "skipped"}
    assert world.wakes() == [("run", "ended", "r1")]


def test_queue_a_run_again(world: World, admin: httpx.Client) -> None:
    make(world, "requeued", extract="success", transform="failed", load="upstream_failed")
    assert (
        admin.patch("/api/v2/dags/requeued/dagRuns/r1", json={"state": "queued"}).json()["state"] == "queued"
    )
    assert set(world.states("requeued").values()) == {None}


def test_running_things_are_not_deleted(world: World, admin: httpx.Client) -> None:
    """§1.18 delete run."""
    make(world, "kept", run="running", extract="running")
    assert admin.delete("/api/v2/dags/kept/dagRuns/r1").status_code == 409
    assert admin.delete("/api/v2/dags/kept").status_code == 409
    world.set_state("kept", "extract", "success")
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = 'kept'")
    assert admin.delete("/api/v2/dags/kept").status_code == 200
    for table in ("dag", "dag_run", "task_instance", "dag_version", "serialized_dag", "dag_tag"):
        assert world.sql(f"SELECT count(*) FROM {table} WHERE dag_id = 'kept'") == [(0,)]


def test_pause_wakes_the_scheduler_once(world: World, admin: httpx.Client) -> None:
    make(world, "switch")
    for _ in range(2):
        assert admin.patch("/api/v2/dags/switch", json={"is_paused": True}).json()["is_paused"] is True
    assert world.wakes() == [("dag", "switch", "")]
    assert admin.patch("/api/v2/dags/switch?update_mask=tags", json={"is_paused": False}).status_code == 400
    assert admin.patch("/api/v2/dags/switch", json={}).status_code == 422
