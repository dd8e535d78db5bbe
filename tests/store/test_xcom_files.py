"""§1.16 Files of long XComs in an object store: whoever deletes runs asks for their removal."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from tests.store.world import World, chain

from tradewind.store.database import Tx
from tradewind.store.queries import dags
from tradewind.store.tables.triggers import callback, trigger
from tradewind.store.transitions import callbacks, runs, xcom_files


def asked(tx: Tx) -> list[tuple[str, list[str]]]:
    found = callbacks.unheld(tx, limit=99)
    assert all((row.kind, row.run_id) == (callbacks.XCOM_FILES, "") for row in found)
    return [(row.dag_id, row.data["runs"]) for row in found]


def test_a_run_takes_its_files_along(world: World) -> None:
    """Whatever its rows say: those of a repeated try are gone, its files may not be."""
    pk = world.new_run(world.dag(chain("d", 1)), "long").pk
    with world.database.write() as tx:
        assert runs.delete(tx, pk)
        assert asked(tx) == [("d", ["long"])]
        assert runs.delete(tx, pk) is False
        assert len(asked(tx)) == 1


def test_a_dag_takes_those_of_all_its_runs_along(world: World, monkeypatch: Any) -> None:
    """In parts, so that none takes too long; the callbacks stay, though the DAG is gone."""
    monkeypatch.setattr(xcom_files, "AT_ONCE", 2)
    spec, other = world.dag(chain("d", 1)), world.dag(chain("e", 1))
    for number in range(3):
        world.new_run(spec, f"r{number}")
    world.new_run(other, "r0")
    with world.database.write() as tx:
        tx.run(sa.text("UPDATE task_instance SET state = 'success'"))
        dags.delete(tx, "d")
    with world.database.write() as tx:
        assert asked(tx) == [("d", ["r0", "r1"]), ("d", ["r2"])]
        assert callbacks.sweep(tx) == []
        callbacks.over(tx, [row.id for row in callbacks.unheld(tx, limit=9)])
        for table in (callback, trigger):
            assert tx.value(sa.select(sa.func.count()).select_from(table)) == 0
