"""What is suspicious about DAGs, though they can be imported: one row a DAG and type of warning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tradewind.domain import codec
from tradewind.domain.spec import DagSpec
from tradewind.store.database import Tx
from tradewind.store.queries import dag_versions
from tradewind.store.statements import Statement
from tradewind.store.tables.base import Time
from tradewind.store.tables.dags import dag, dag_warning
from tradewind.store.tables.pools import slot_pool

FILE: Final = "file"
"""The type of warnings about the file that a DAG is in."""
POOLS: Final = "non-existent pool"
"""The type of those about pools that tasks name and that are not there; Airflow's word."""

_of_type = dag_warning.c.warning_type == sa.bindparam("type", type_=sa.String())
_of_dag = (dag_warning.c.dag_id == sa.bindparam("dag"), _of_type)
_OF_FILE = Statement(
    sa.select(dag_warning.c.dag_id, dag_warning.c.message)
    .join(dag, dag.c.dag_id == dag_warning.c.dag_id)
    .where(_of_type, dag.c.fileloc == sa.bindparam("file"))
)
_CLEAR = Statement(sa.delete(dag_warning).where(*_of_dag))
_PUT = Statement(
    sa.insert(dag_warning).values(
        dag_id=sa.bindparam("dag"), warning_type=sa.bindparam("type"), message=sa.bindparam("text"),
        timestamp=sa.bindparam("at", type_=Time),
    )
)  # fmt: skip
_ALL = Statement(
    sa.select(dag.c.fileloc, dag_warning.c.message)
    .join(dag, dag.c.dag_id == dag_warning.c.dag_id)
    .where(dag.c.is_stale.is_(False))
    .distinct()
    .order_by(dag.c.fileloc)
)


_OF_TYPE = Statement(sa.select(dag_warning.c.dag_id).where(_of_type))
_REWORD = Statement(sa.update(dag_warning).where(*_of_dag).values(message=sa.bindparam("text")))
_POOLS = Statement(sa.select(slot_pool.c.pool))


def replace(tx: Tx, fileloc: str, wanted: Mapping[str, str], now: datetime, kind: str = FILE) -> None:
    """Have exactly these warnings of that type for the DAGs of a file: DAG id to text. Writes only what has
    changed.
    """
    known = dict(tx.rows(_OF_FILE, file=fileloc, type=kind))
    for dag_id in known.keys() | wanted.keys():
        if known.get(dag_id) == wanted.get(dag_id):
            continue
        tx.run(_CLEAR, dag=dag_id, type=kind)
        if dag_id in wanted:
            tx.run(_PUT, dag=dag_id, type=kind, text=wanted[dag_id], at=now)


def look_at_pools(tx: Tx, fileloc: str, specs: Iterable[DagSpec], now: datetime) -> None:
    """Warn of the pools that tasks of the file's DAGs name and that are not there."""
    there = {row[0] for row in tx.rows(_POOLS)}
    found = {spec.dag_id: text for spec in specs if (text := _missing(spec, there))}
    replace(tx, fileloc, found, now, POOLS)


def pool_is_there(tx: Tx) -> None:
    """A pool was made: what was said of DAGs that name one which is not there is looked at again."""
    there = {row[0] for row in tx.rows(_POOLS)}
    for (dag_id,) in tx.rows(_OF_TYPE, type=POOLS):
        data = dag_versions.spec_bytes(tx, dag_id)
        text = _missing(codec.decode(data), there) if data is not None else ""
        if text:
            tx.run(_REWORD, dag=dag_id, type=POOLS, text=text)
        else:
            tx.run(_CLEAR, dag=dag_id, type=POOLS)


def _missing(spec: DagSpec, there: Collection[str]) -> str:
    missing = sorted({task.pool for task in spec.tasks}.difference(there))
    return f"Dag {spec.dag_id!r} references non-existent pools: {missing!r}" if missing else ""


def by_file(tx: Tx) -> list[tuple[str, str]]:
    """(file, warnings, a line each) of every file that has some."""
    return [(row[0], row[1]) for row in tx.rows(_ALL)]
