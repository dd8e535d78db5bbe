"""What is suspicious about DAGs, though they can be imported: one row a DAG and type of warning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.statements import Statement, const
from tradewind.store.tables.base import Time
from tradewind.store.tables.dags import dag, dag_warning

FILE: Final = "file"
"""The type of warnings about the file that a DAG is in."""

_of_type = dag_warning.c.warning_type == const(FILE)
_of_dag = (dag_warning.c.dag_id == sa.bindparam("dag"), _of_type)
_OF_FILE = Statement(
    sa.select(dag_warning.c.dag_id, dag_warning.c.message)
    .join(dag, dag.c.dag_id == dag_warning.c.dag_id)
    .where(_of_type, dag.c.fileloc == sa.bindparam("file"))
)
_CLEAR = Statement(sa.delete(dag_warning).where(*_of_dag))
_PUT = Statement(
    sa.insert(dag_warning).values(
        dag_id=sa.bindparam("dag"), warning_type=const(FILE), message=sa.bindparam("text"),
        timestamp=sa.bindparam("at", type_=Time),
    )
)  # fmt: skip
_ALL = Statement(
    sa.select(dag.c.fileloc, dag_warning.c.message)
    .join(dag, dag.c.dag_id == dag_warning.c.dag_id)
    .where(_of_type, dag.c.is_stale.is_(False))
    .distinct()
    .order_by(dag.c.fileloc)
)


def replace(tx: Tx, fileloc: str, wanted: Mapping[str, str], now: datetime) -> None:
    """Have exactly these warnings for the DAGs of a file: DAG id to text. Writes only what has changed."""
    known = dict(tx.rows(_OF_FILE, file=fileloc))
    for dag_id in known.keys() | wanted.keys():
        if known.get(dag_id) == wanted.get(dag_id):
            continue
        tx.run(_CLEAR, dag=dag_id)
        if dag_id in wanted:
            tx.run(_PUT, dag=dag_id, text=wanted[dag_id], at=now)


def by_file(tx: Tx) -> list[tuple[str, str]]:
    """(file, warnings, a line each) of every file that has some."""
    return [(row[0], row[1]) for row in tx.rows(_ALL)]
