"""S4: names that look alike are different things: prefixes, separators, wildcards of SQL."""

from __future__ import annotations

import httpx
import pytest
from tests.integration.api.world import World

from tradewind.domain.spec import TaskSpec

TASKS = ("a_b", "aXb", "a_b_c", "a.b", "a-b", "A_B", "a_")
RUN = "/api/v2/dags/{dag}/dagRuns/{run}"


@pytest.mark.parametrize("meant", TASKS)
def test_a_change_reaches_the_task_that_is_named(world: World, admin: httpx.Client, meant: str) -> None:
    dag = world.fresh("alike")
    world.dag(dag, tasks=tuple(TaskSpec(task_id=task, operator="O", module="m") for task in sorted(TASKS)))
    for run in ("r_1", "rX1"):
        world.run(dag, run)
    path = RUN.format(dag=dag, run="r_1") + "/taskInstances"
    assert admin.patch(f"{path}/{meant}", json={"note": "mine", "new_state": "failed"}).status_code == 200
    assert admin.put(f"{path}/{meant}/state-store/k_1", json={"value": 1}).status_code == 204
    found = {one["task_id"]: one for one in admin.get(path).json()["task_instances"]}
    assert {task for task, one in found.items() if one["note"] == "mine"} == {meant}
    assert set(world.states(dag, "rX1").values()) == {None}
    stored = {task: admin.get(f"{path}/{task}/state-store").json()["total_entries"] for task in TASKS}
    assert {task for task, count in stored.items() if count} == {meant}
    assert admin.get(f"{path}/{meant}/state-store/kX1").status_code == 404
