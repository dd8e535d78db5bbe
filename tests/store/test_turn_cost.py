"""A turn's cost follows what happens in it, not what there is."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from tests.store.world import Turns, World, wide

from tradewind.domain.events import Succeeded, TaskFinished, TaskStarted
from tradewind.domain.messages.report import Finished, XComValue
from tradewind.store.database import Database
from tradewind.store.queries import scheduling, task_data
from tradewind.store.statements import Statement
from tradewind.store.tables import task_instances
from tradewind.store.tables.runs import dag_run
from tradewind.store.transitions import callbacks, results, runs, tasks


def _turn(world: World, turns: list[Turns]) -> int:
    """Start and end every queued task instance of every run, in one transaction; the statements it took."""
    reports, batch = [], []
    for turn in turns:
        for view in list(turn.machine.instances()):
            fence = {"attempt_id": view.attempt_id, "dispatch": view.dispatch, "at": world.now}
            assert turn.machine.apply(TaskStarted(**fence), world.now)
            assert turn.machine.apply(TaskFinished(**fence, outcome=Succeeded()), world.now)
            reports.append(
                Finished(
                    attempt_id=view.attempt_id,
                    dispatch=view.dispatch,
                    dag_id=turn.spec.dag_id,
                    run_id=turn.run_id,
                    started_at=world.now,
                    at=world.now,
                    outcome=Succeeded(),
                    xcoms=(XComValue(key="return_value", value="1"),),
                    rendered_fields="{}",
                )
            )
        batch.append((turn.record, turn.machine.decide(world.now)))
    with world.database.write() as tx:
        assert not runs.bump(tx, [(turn.record.pk, turn.version) for turn in turns], at=world.now)
        assert not tasks.apply(tx, batch, now=world.now)
        results.record_reports(tx, reports, world.now)
        return tx.statements


def _machines(world: World, count: int, width: int) -> list[Turns]:
    spec = world.dag(wide(f"w{count}x{width}", width))
    return [world.started(spec, f"r{number}") for number in range(count)]


def test_statements_do_not_grow_with_runs_and_tasks(world: World) -> None:
    sizes = [(1, 1), (1, 30), (8, 1), (8, 10)]
    taken = [_turn(world, _machines(world, count, width)) for count, width in sizes]
    assert taken == [taken[0]] * len(sizes)
    assert taken[0] <= 5  # of a task that starts and ends in it, both moves are one


def test_statements_do_not_grow_with_history(world: World) -> None:
    before = _turn(world, _machines(world, 1, 2))
    for number in range(3):
        _turn(world, _machines(world, 5, number + 3))
    assert _turn(world, _machines(world, 1, 20)) == before


def _plan(database: Database, statement: sa.Executable) -> str:
    compiled = str(statement.compile(dialect=database.dialect.sql, compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN " if database.dialect.name == "sqlite" else "EXPLAIN "
    with database.read() as tx:
        if database.dialect.name != "sqlite":
            tx.text("SET LOCAL enable_seqscan = off")
        return "\n".join(str(row[-1]) for row in tx.rows(sa.text(explain + compiled.replace(":", "\\:"))))


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("_COUNTS", "idx_task_instance_held"),
        ("_LOST", "idx_task_instance_held"),
        ("_ACTIVE", "idx_dag_run_active"),
    ],
)
def test_what_is_asked_every_second_uses_an_index_of_what_is_active(
    database: Database, name: str, index: str
) -> None:
    statement = getattr(scheduling, name)._source
    if name == "_LOST":
        ti = task_instances.task_instance
        statement = sa.select(ti.c.id).where(*statement._where_criteria[:2])
    assert index in _plan(database, statement)


@pytest.mark.parametrize("statement", [callbacks._OF_ATTEMPT, task_data._CALLBACK_OF])
def test_callbacks_of_an_attempt_are_found_by_it(database: Database, statement: Statement) -> None:
    asked = statement._source.params(attempt_id="00000000-0000-7000-8000-000000000000")
    assert "idx_callback_ti_id" in _plan(database, asked)


def test_queued_runs_use_an_index_of_what_is_active(database: Database) -> None:
    conditions = scheduling._QUEUED._source._where_criteria
    plan = _plan(database, sa.select(dag_run.c.id).where(dag_run.c.dag_id == "x", *conditions[1:]))
    assert "idx_dag_run_active" in plan
