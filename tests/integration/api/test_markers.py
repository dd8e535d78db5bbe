"""§1.8 ExternalTaskMarker, §1.18 clear: a marker that is cleared clears what waits for it in other DAGs."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from tests.integration.api.world import World

from tradewind.api import markers
from tradewind.domain import codec
from tradewind.domain.access import SYSTEM, Access
from tradewind.domain.spec import TaskSpec
from tradewind.engine.graph import Graph
from tradewind.store.queries import dag_versions, scheduling

DAY = datetime(2026, 1, 1, tzinfo=UTC)


def make(world: World, dag_id: str, marks: dict[str, Any] | None, *, day: datetime = DAY) -> None:
    """wait >> work >> mark; all of them have ended."""
    tasks = (
        TaskSpec(task_id="mark", operator="ExternalTaskMarker", upstream=("work",), external=marks),
        TaskSpec(task_id="wait", operator="ExternalTaskSensor"),
        TaskSpec(task_id="work", operator="BashOperator", upstream=("wait",)),
    )
    world.dag(dag_id, tasks=tasks)
    world.run(dag_id, logical_date=day)
    for task in tasks:
        world.set_state(dag_id, task.task_id, "success", try_number=1)
    world.sql("UPDATE dag_run SET state = 'success' WHERE dag_id = ?", dag_id)
    world.wakes()


def mark(dag_id: str, depth: int = 10, logical_date: str = "") -> dict[str, Any]:
    return {"dag_id": dag_id, "task_id": "wait", "logical_date": logical_date, "recursion_depth": depth}


def chain(world: World, count: int, *, depth: int = 10, circle: bool = False) -> list[str]:
    """DAGs of which each marks the next one."""
    names = [world.fresh("linked") for _ in range(count)]
    following = [*names[1:], names[0] if circle else None]
    for name, other in zip(names, following, strict=True):
        make(world, name, mark(other, depth) if other else None)
    return names


def clear(client: httpx.Client, dag_id: str, **body: Any) -> httpx.Response:
    given = {"dry_run": False, "dag_run_id": "r1", "only_failed": False, "task_ids": ["mark"], **body}
    return client.post(f"/api/v2/dags/{dag_id}/clearTaskInstances", json=given)


def cleared(answer: httpx.Response) -> set[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return {(one["dag_id"], one["task_id"]) for one in answer.json()["task_instances"]}


WHOLE = ("mark", "wait", "work")


def test_what_waits_for_a_marker_runs_again_and_so_on(world: World, admin: httpx.Client) -> None:
    first, second, third = chain(world, 3)
    expected = {(first, "mark"), *((dag_id, task) for dag_id in (second, third) for task in WHOLE)}
    assert cleared(clear(admin, first, dry_run=True)) == expected
    assert set(world.states(third).values()) == {"success"}
    assert cleared(clear(admin, first)) == expected
    assert world.states(first) == {"wait": "success", "work": "success", "mark": None}
    for dag_id in (second, third):
        assert set(world.states(dag_id).values()) == {None}
        assert world.run_row(dag_id)[0] == "queued"
    assert {dag_id for _, dag_id, _ in world.wakes()} == {first, second, third}


def test_a_whole_run(world: World, admin: httpx.Client) -> None:
    first, second = chain(world, 2)
    path = f"/api/v2/dags/{first}/dagRuns/r1/clear"
    dry = admin.post(path, json={"dry_run": True, "only_failed": False})
    assert cleared(dry) == {(dag_id, task) for dag_id in (first, second) for task in WHOLE}
    admin.post(path, json={"dry_run": False, "only_failed": False})
    assert set(world.states(second).values()) == {None}


def test_recursion_depth_of_the_first_marker_is_the_limit(world: World, admin: httpx.Client) -> None:
    names = chain(world, 4, depth=2)
    refused = clear(admin, names[0])
    assert refused.status_code == 400
    assert f"Maximum recursion depth 2 reached for ExternalTaskMarker {names[2]}.mark" in refused.text
    assert all(set(world.states(name).values()) == {"success"} for name in names)
    assert len(cleared(clear(admin, names[1], dry_run=True))) == 7


def test_a_circle_ends(world: World, admin: httpx.Client) -> None:
    first, second = chain(world, 2, circle=True)
    assert cleared(clear(admin, first)) == {
        *((first, task) for task in WHOLE), *((second, task) for task in WHOLE)
    }  # fmt: skip


def test_only_what_failed(world: World, admin: httpx.Client) -> None:
    first, second = chain(world, 2)
    world.set_state(first, "mark", "failed")
    world.set_state(second, "work", "failed")
    assert cleared(clear(admin, first, only_failed=True)) == {(first, "mark"), (second, "work")}


@pytest.mark.parametrize(
    ("logical_date", "reached"),
    [("2026-01-02T00:00:00+00:00", True), ("2026-01-02", True), ("2026-01-03", False)],
)
def test_another_date(world: World, admin: httpx.Client, logical_date: str, reached: bool) -> None:
    first, second = world.fresh("dated"), world.fresh("dated")
    make(world, second, None, day=datetime(2026, 1, 2, tzinfo=UTC))
    make(world, first, mark(second, logical_date=logical_date))
    assert ((second, "wait") in cleared(clear(admin, first, dry_run=True))) is reached


def test_what_a_template_became_is_read_where_the_marker_ran(world: World, admin: httpx.Client) -> None:
    first, second = world.fresh("templated"), world.fresh("templated")
    make(world, second, None, day=datetime(2026, 1, 2, tzinfo=UTC))
    make(world, first, {"rendered": True, "recursion_depth": 1})
    assert cleared(clear(admin, first, dry_run=True)) == {(first, "mark")}
    fields = {"external_dag_id": second, "external_task_id": "work", "logical_date": "2026-01-02T00:00:00Z"}
    world.sql(
        "INSERT INTO rendered_task_instance_fields (dag_id, run_id, task_id, map_index, rendered_fields) "
        "VALUES (?, 'r1', 'mark', -1, ?)", first, json.dumps(fields),
    )  # fmt: skip
    assert cleared(clear(admin, first, dry_run=True)) == {
        (first, "mark"), (second, "work"), (second, "mark"),
    }  # fmt: skip


def test_dags_that_somebody_may_not_see_are_left_alone(world: World) -> None:
    first, second = chain(world, 2)
    with world.database.read() as tx:

        def graph_of(dag_id: str) -> Graph:
            return Graph.compile(codec.decode(dag_versions.spec_bytes(tx, dag_id) or b""))

        load = scheduling.load_run(tx, first, "r1")
        assert load is not None
        picked = [(load, list(load.instances))]
        for access, reached in ((SYSTEM, [second]), (Access(dag_ids=frozenset({first})), [])):
            found = markers.reach(tx, graph_of(first), picked, graph_of=graph_of, access=access)
            assert [one.load.run.dag_id for one in found] == reached
