"""People delete rows by hand; what hangs on them goes too."""

from __future__ import annotations

import sqlalchemy as sa
from tests.store.world import NOW, World, chain

from tradewind.domain.events import Failed, Succeeded
from tradewind.domain.messages.report import Finished, XComValue
from tradewind.store.queries import audit, dags, jobs, scheduling
from tradewind.store.tables import metadata
from tradewind.store.transitions import results, runs

ARTICLE = ("xcom", "task_instance", "sla_miss", "log", "job", "dag_run", "dag")
"""The tables of the article's recipe for removing all that is known of a DAG, in its order."""


def _fill(world: World, dag_id: str) -> None:
    """A DAG with a row in every table that a DAG may have one in."""
    spec = world.dag(chain(dag_id, 2, retries=1), tags=("t",), owner_links={"me": "https://example.org"})
    turns = world.started(spec)
    view = turns.current("t000")
    with world.database.write() as tx:
        report = Finished(
            attempt_id=view.attempt_id,
            dispatch=1,
            dag_id=dag_id,
            run_id="r1",
            started_at=NOW,
            at=NOW,
            outcome=Succeeded(lengths={"return_value": 1}),
            rendered_fields="{}",
            note="n",
            xcoms=(XComValue(key="k", value="1"),),
        )
        results.record_reports(tx, [report], NOW)
        runs.set_note(tx, turns.record.pk, "note", user=None, now=NOW)
        audit.add(tx, "trigger", at=NOW, owner="me", dag_id=dag_id)
        jobs.register(tx, "LocalTaskJob", hostname="h", dag_id=dag_id, now=NOW)
        sla = metadata.tables["sla_miss"]
        tx.run(sa.insert(sla).values(task_id="t000", dag_id=dag_id, execution_date=NOW))
    turns.run_task("t000", Failed(retry_delay=1.0))
    world.later(5)
    turns.commit()


def _rows(world: World, dag_id: str) -> dict[str, int]:
    with world.read() as tx:
        return {
            name: count
            for name, table in metadata.tables.items()
            if "dag_id" in table.c
            and (
                count := tx.value(
                    sa.select(sa.func.count()).select_from(table).where(table.c.dag_id == dag_id)
                )
            )
        }


def _left(world: World) -> dict[str, int]:
    with world.read() as tx:
        return {
            name: tx.value(sa.select(sa.func.count()).select_from(table))
            for name, table in metadata.tables.items()
        }


def test_the_articles_recipe_removes_a_dag_and_nothing_else(world: World) -> None:
    empty = _left(world)
    _fill(world, "good")
    kept = _left(world)
    _fill(world, "BAD_DAG")
    assert len(_rows(world, "BAD_DAG")) >= 12
    with world.database.write() as tx:
        for table in ARTICLE:
            tx.text(f"delete from {table} where dag_id = 'BAD_DAG'")
    assert _left(world) == kept
    assert kept != empty


def test_deleting_the_dag_and_its_runs_is_enough(world: World) -> None:
    kept = _left(world)
    _fill(world, "d")
    with world.database.write() as tx:
        tx.text("delete from dag_run where dag_id = 'd'")
        tx.text("delete from dag where dag_id = 'd'")
    assert set(_rows(world, "d")) == {"log", "job", "sla_miss"}
    assert {name for name, count in _left(world).items() if count != kept[name]} == {"log", "job", "sla_miss"}


def test_deleting_a_dag_by_command_keeps_the_audit_log(world: World) -> None:
    _fill(world, "d")
    with world.database.write() as tx:
        assert dags.delete(tx, "d") == 4
    assert set(_rows(world, "d")) == {"log", "callback"}  # that removes the files of its XComs


def test_the_watch_sees_what_people_did(world: World) -> None:
    _fill(world, "a")
    _fill(world, "b")
    with world.database.write() as tx:
        tx.text("delete from dag_run where dag_id = 'a'")
        tx.text("update dag set is_paused = true where dag_id = 'b'")
        tx.text("delete from task_instance where dag_id = 'b' and task_id = 't001'")
    with world.read() as tx:
        assert [run.dag_id for run in scheduling.active_runs(tx)] == ["b"]
        assert scheduling.dag_marks(tx)["b"][0] is True
    assert set(world.instances("b")) == {("t000", -1)}
