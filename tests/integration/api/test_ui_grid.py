"""The grid and what the graph and the Gantt chart are coloured by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from tests.integration.api.test_ui_first import UI, only_of
from tests.integration.api.world import World, now

from tradewind.domain.spec import GroupSpec, MappingSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput

MAPPED = MappingSpec(names=("x",), inputs=(MapInput(length=4),))


def grouped(world: World, runs: int = 3) -> str:
    """A DAG with a group of two tasks, one of them mapped over four values, and a task beside it."""
    dag_id = world.fresh("grid")
    world.dag(
        dag_id,
        groups=(GroupSpec(group_id="g"), GroupSpec(group_id="all")),
        tasks=(
            TaskSpec(task_id="g.many", mapping=MAPPED, group_id="g"),
            TaskSpec(task_id="g.one", group_id="g"),
            TaskSpec(task_id="last", upstream=("g.many", "g.one")),
        ),
    )
    for number in range(runs):
        world.run(dag_id, f"r{number}", run_after=now() - timedelta(hours=9 - number))
    return dag_id


def cells(client: httpx.Client, dag_id: str, **asked: Any) -> dict[str, dict[str, Any]]:
    body = {
        "run_ids": ["r0", "r1", "r2"],
        "task_ids": ["g.many", "g.one", "last"],
        "group_ids": ["g"],
        **asked,
    }
    answer = client.post(f"{UI}/dags/{dag_id}/grid/cells", json=body)
    assert answer.status_code == 200, answer.text
    return {run["run_id"]: run for run in answer.json()["runs"]}


def ended(world: World, dag_id: str, run_id: str) -> None:
    world.sql(
        "UPDATE dag_run SET state = 'success', row_version = row_version + 1 WHERE dag_id = ? AND run_id = ?",
        dag_id,
        run_id,
    )


def over(world: World, dag_id: str, run_id: str) -> None:
    """The run ends as success."""
    world.sql("UPDATE task_instance SET state = 'success', try_number = 1 WHERE dag_id = ? AND run_id = ?",
              dag_id, run_id)  # fmt: skip
    ended(world, dag_id, run_id)


def test_columns(world: World, admin: httpx.Client) -> None:
    dag_id = grouped(world)
    first = admin.get(f"{UI}/dags/{dag_id}/grid/runs", params={"limit": 2}).json()
    assert [run["run_id"] for run in first["runs"]] == ["r2", "r1"] and first["more"]
    assert {run["version_number"] for run in first["runs"]} == {1}
    older = admin.get(f"{UI}/dags/{dag_id}/grid/runs", params={"limit": 2, "before": "r1"}).json()
    assert [run["run_id"] for run in older["runs"]] == ["r0"] and not older["more"]
    none = admin.get(
        f"{UI}/dags/{dag_id}/grid/runs", params={"state": "failed", "run_type": "scheduled"}
    ).json()
    assert none["runs"] == []
    assert admin.get(f"{UI}/dags/{dag_id}/grid/runs", params={"state": "odd"}).status_code == 422


def test_cells_of_tasks_and_groups(world: World, admin: httpx.Client) -> None:
    dag_id = grouped(world)
    over(world, dag_id, "r1")
    world.sql(
        "UPDATE task_instance SET state = 'failed' WHERE dag_id = ? AND run_id = 'r2' AND map_index = 3",
        dag_id,
    )
    world.set_state(dag_id, "g.one", "running", "r2", try_number=2)
    found = cells(admin, dag_id, task_ids=["last", "g.many", "g.one", "ghost"], group_ids=["g", "no such"])
    assert list(found) == ["r0", "r1", "r2"]
    last, many, one, ghost = found["r2"]["tasks"]
    assert (last, one, ghost) == ({"state": None}, {"state": "running", "try_number": 2}, None)
    assert many == {"state": "failed", "counts": {"failed": 1, "no_status": 3}, "mapped": True}
    group, unknown = found["r2"]["groups"]
    assert (
        group == {"state": "failed", "counts": {"failed": 1, "running": 1, "no_status": 3}}
        and unknown is None
    )
    assert found["r1"]["tasks"][0] == {"state": "success"}
    assert found["r1"]["groups"][0] == {"state": "success", "counts": {"success": 5}}


def test_cells_of_ended_runs_are_as_new_as_the_run(world: World, admin: httpx.Client) -> None:
    dag_id = grouped(world)
    over(world, dag_id, "r0")
    for _ in range(2):
        assert cells(admin, dag_id)["r0"]["tasks"][2] == {"state": "success"}
    world.set_state(dag_id, "last", "failed", "r0")
    world.sql("UPDATE dag_run SET row_version = row_version + 1 WHERE dag_id = ? AND run_id = 'r0'", dag_id)
    assert cells(admin, dag_id)["r0"]["tasks"][2] == {"state": "failed"}
    assert cells(admin, dag_id, task_ids=["g.one"], group_ids=["all"])["r0"]["groups"] == [None]


def test_cells_of_a_run_that_was_made_anew(world: World, admin: httpx.Client) -> None:
    dag_id = grouped(world)
    over(world, dag_id, "r0")
    assert cells(admin, dag_id)["r0"]["tasks"][1] == {"state": "success"}
    assert admin.delete(f"/api/v2/dags/{dag_id}/dagRuns/r0").status_code == 204
    assert "r0" not in cells(admin, dag_id)
    world.run(dag_id, "r0")
    ended(world, dag_id, "r0")
    assert cells(admin, dag_id)["r0"]["tasks"][1] == {"state": None}


def test_too_much_at_once_is_refused(world: World, admin: httpx.Client) -> None:
    dag_id = grouped(world)
    many = [f"n{number}" for number in range(201)]
    for body in (
        {"run_ids": many[:101]},
        {"run_ids": [], "task_ids": many},
        {"run_ids": [], "group_ids": many},
        {},
    ):
        assert admin.post(f"{UI}/dags/{dag_id}/grid/cells", json=body).status_code == 422
    assert cells(admin, dag_id, run_ids=[]) == {}


def test_summaries_of_the_tasks_of_a_run(world: World, admin: httpx.Client) -> None:
    dag_id = grouped(world)
    begun, ended_at = "2026-01-01 00:00:00.000000", "2026-01-01 00:01:00.000000"
    world.sql(
        "UPDATE task_instance SET state = 'success', start_date = ?, end_date = ?, queued_dttm = ?,"
        " try_number = 1 WHERE dag_id = ? AND run_id = 'r1' AND map_index IN (-1, 0)",
        begun,
        ended_at,
        begun,
        dag_id,
    )
    answer = admin.get(f"{UI}/dags/{dag_id}/runs/r1/task-summaries").json()
    tasks = {task["task_id"]: task for task in answer["tasks"]}
    assert (answer["state"], answer["version_number"]) == ("queued", 1)
    assert tasks["g.one"] == {
        "task_id": "g.one", "state": "success", "try_number": 1, "queued_when": "2026-01-01T00:00:00Z",
        "start_date": "2026-01-01T00:00:00Z", "end_date": "2026-01-01T00:01:00Z",
    }  # fmt: skip
    assert tasks["g.many"]["counts"] == {"no_status": 3, "success": 1} and tasks["g.many"]["state"] is None
    assert "end_date" not in tasks["g.many"] and tasks["g.many"]["mapped"]
    world.sql(
        "UPDATE task_instance SET state = 'up_for_retry' WHERE dag_id = ? AND task_id = 'g.one'", dag_id
    )
    again = admin.get(f"{UI}/dags/{dag_id}/runs/r1/task-summaries").json()["tasks"]
    (waits,) = (task for task in again if task["state"] == "up_for_retry")
    assert waits["end_date"] == "2026-01-01T00:01:00Z", "the try has ended, though the task goes on"
    assert admin.get(f"{UI}/dags/{dag_id}/runs/ghost/task-summaries").status_code == 404


def test_nothing_of_a_dag_of_others(world: World) -> None:
    mine, theirs = grouped(world), grouped(world)
    with only_of(world, mine) as narrow:
        assert len(cells(narrow, mine)) == 3
        body = {"run_ids": ["r0"], "task_ids": ["last"]}
        assert narrow.post(f"{UI}/dags/{theirs}/grid/cells", json=body).status_code == 404
        assert narrow.get(f"{UI}/dags/{theirs}/grid/runs").status_code == 404
        assert narrow.get(f"{UI}/dags/{theirs}/runs/r0/task-summaries").status_code == 404
