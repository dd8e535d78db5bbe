"""§1.16 Files of long XComs in an object store: whoever deletes runs asks for their removal."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from tests.store.world import World, chain

from tradewind.store.database import Tx
from tradewind.store.queries import dags
from tradewind.store.tables.triggers import callback, trigger
from tradewind.store.tables.xcoms import xcom
from tradewind.store.transitions import callbacks, runs, xcom_files

IN_A_FILE = '{"__classname__":"tradewind.XComFile","__version__":1,"__data__":{"name":"x","bytes":9}}'


def run_with(world: World, spec: Any, run_id: str, value: str) -> int:
    record = world.new_run(spec, run_id)
    with world.database.write() as tx:
        tx.run(
            sa.insert(xcom).values(
                dag_run_id=record.pk, task_id="t000", map_index=-1, key="k", value=value,
                timestamp=world.now, dag_id=spec.dag_id, run_id=run_id,
            )
        )  # fmt: skip
    return record.pk


def asked(tx: Tx) -> list[tuple[str, list[str]]]:
    found = callbacks.unheld(tx, limit=99)
    assert all((row.kind, row.run_id) == (callbacks.XCOM_FILES, "") for row in found)
    return [(row.dag_id, row.data["runs"]) for row in found]


def test_a_run_takes_its_files_along(world: World) -> None:
    spec = world.dag(chain("d", 1))
    long, short = run_with(world, spec, "long", IN_A_FILE), run_with(world, spec, "short", '"XComFile"')
    with world.database.write() as tx:
        assert runs.delete(tx, short)
        assert asked(tx) == []
        assert runs.delete(tx, long)
        assert asked(tx) == [("d", ["long"])]
        assert runs.delete(tx, long) is False
        assert len(asked(tx)) == 1


def test_a_dag_takes_those_of_all_its_runs_along(world: World, monkeypatch: Any) -> None:
    """In parts, so that none takes too long; the callbacks stay, though the DAG is gone."""
    monkeypatch.setattr(xcom_files, "AT_ONCE", 2)
    spec, other = world.dag(chain("d", 1)), world.dag(chain("e", 1))
    for number in range(3):
        run_with(world, spec, f"r{number}", IN_A_FILE)
    run_with(world, spec, "short", "1")
    run_with(world, other, "r0", IN_A_FILE)
    with world.database.write() as tx:
        tx.run(sa.text("UPDATE task_instance SET state = 'success'"))
        dags.delete(tx, "d")
    with world.database.write() as tx:
        assert asked(tx) == [("d", ["r0", "r1"]), ("d", ["r2"])]
        assert callbacks.sweep(tx) == []
        callbacks.over(tx, [row.id for row in callbacks.unheld(tx, limit=9)])
        for table in (callback, trigger):
            assert tx.value(sa.select(sa.func.count()).select_from(table)) == 0
