"""The grid's reads: columns by time, counts by row and state, on every database."""

from __future__ import annotations

from datetime import timedelta

from tests.store.world import NOW, World, chain

from tradewind.domain.access import NOTHING, SYSTEM, Access
from tradewind.store.queries.ui import grid, recent_runs
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.transitions import runs


def made(world: World, dag_id: str = "d", count: int = 4) -> None:
    spec = world.dag(chain(dag_id, 3))
    for number in range(count):
        world.new_run(spec, f"r{number}", run_after=NOW + timedelta(hours=number))


def columns(world: World, limit: int = 10, **asked: object) -> list[str]:
    wanted = {"before": None, "states": (), "run_types": (), "access": SYSTEM, **asked}
    with world.read() as tx:
        return [it.run_id for it in grid.columns(tx, "d", limit=limit, **wanted)]  # type: ignore[arg-type]


def test_columns_go_from_the_newest_to_the_oldest(world: World) -> None:
    made(world)
    spec = chain("d", 3)
    world.new_run(spec, "twin", run_after=NOW + timedelta(hours=2))
    assert columns(world) == ["r3", "twin", "r2", "r1", "r0"]
    assert columns(world, 2) == ["r3", "twin"]
    assert columns(world, 2, before="twin") == ["r2", "r1"]
    assert columns(world, before="r0") == [] == columns(world, before="no such run")
    assert columns(world, states=["running"]) == [] == columns(world, run_types=["scheduled"])
    assert columns(world, access=NOTHING) == []


def test_a_column_tells_of_notes(world: World) -> None:
    made(world)
    with world.read() as tx:
        heads = grid.heads(tx, "d", ["r1", "r2", "ghost"], access=SYSTEM)
    with world.database.write() as tx:
        runs.set_note(tx, heads["r1"].pk, "look", user="ann", now=NOW)
    with world.read() as tx:
        heads = grid.heads(tx, "d", ["r1", "r2"], access=SYSTEM)
        assert grid.heads(tx, "d", ["r1"], access=NOTHING) == {}
    assert [(name, heads[name].has_note, heads[name].missed_deadline) for name in ("r1", "r2")] == [
        ("r1", True, False), ("r2", False, False),
    ]  # fmt: skip


def test_cells_are_counted_by_state(world: World) -> None:
    made(world)
    with world.database.write() as tx:
        tx.run(
            ti.update()
            .where(ti.c.run_id == "r1", ti.c.task_id == "t001")
            .values(state="failed", try_number=2)
        )
    with world.read() as tx:
        tasks = grid.of_tasks(tx, "d", ["r1", "r2"], ["t001", "t002"])
        some = grid.of_group(tx, "d", ["r1", "r2"], "g", ["t000", "t001"])
        every = grid.of_group(tx, "d", ["r1"], "g", None)
        assert grid.of_tasks(tx, "d", [], ["t001"]) == [] == grid.of_group(tx, "d", ["r1"], "g", [])
    assert {(it.run_id, it.name, it.state, it.count, it.try_number) for it in tasks} == {
        ("r1", "t001", "failed", 1, 2), ("r1", "t002", None, 1, 0),
        ("r2", "t001", None, 1, 0), ("r2", "t002", None, 1, 0),
    }  # fmt: skip
    assert {(it.run_id, it.state, it.count) for it in some} == {
        ("r1", "failed", 1),
        ("r1", None, 1),
        ("r2", None, 2),
    }
    assert {(it.state, it.count) for it in every} == {("failed", 1), (None, 2)}


def test_the_tasks_of_a_run_have_their_times(world: World) -> None:
    made(world, count=1)
    with world.database.write() as tx:
        times = {"start_date": NOW, "first_start": NOW - timedelta(hours=1), "end_date": NOW}
        done = ti.update().where(ti.c.task_id == "t000")
        tx.run(done.values(state="success", queued_dttm=NOW, **times))
    with world.read() as tx:
        rows = {row.task_id: row for row in grid.of_run(tx, "d", "r0")}
    assert list(rows) == ["t000", "t001", "t002"]
    assert (rows["t000"].start_date, rows["t000"].end_date, rows["t000"].queued_when) == (
        NOW - timedelta(hours=1), NOW, NOW,
    )  # fmt: skip
    assert rows["t001"].start_date is None


def test_newest_runs_of_several_dags(world: World) -> None:
    made(world, "a", 5)
    made(world, "b", 2)
    spec = world.dag(chain("tied", 1))
    for number in range(4):
        world.new_run(spec, f"r{number}")

    def newest(access: Access) -> dict[str, list[str]]:
        with world.read() as tx:
            found = recent_runs.newest(tx, ["a", "b", "tied", "ghost"], 3, access=access)
        return {dag_id: [run.run_id for run in rows] for dag_id, rows in found.items()}

    assert newest(SYSTEM) == {"a": ["r4", "r3", "r2"], "b": ["r1", "r0"], "tied": ["r3", "r2", "r1"]}
    assert newest(Access(dag_ids=frozenset({"b"}))) == {"b": ["r1", "r0"]}
