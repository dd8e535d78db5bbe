"""Files that somebody asked to have parsed again before all others. The DAG processor takes them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.statements import Statement
from tradewind.store.tables.dags import dag_priority_parsing_request as table

_TAKE = Statement(sa.delete(table).where(table.c.id == sa.bindparam("one")))


def add(tx: Tx, bundle_name: str, relative_fileloc: str) -> None:
    """Ask for a file; one that is asked for already is read once."""
    name = hashlib.sha256(f"{bundle_name}\0{relative_fileloc}".encode()).hexdigest()
    tx.run(
        tx.dialect.insert_ignore(table).values(
            id=name, bundle_name=bundle_name, relative_fileloc=relative_fileloc
        )
    )


def waiting(tx: Tx, bundles: Collection[str]) -> bool:
    """Whether a file of these bundles was asked for."""
    return bool(tx.rows(_of(bundles)))


def take(tx: Tx, bundles: Collection[str]) -> list[tuple[str, str]]:
    """(bundle, path in it) of the files of these bundles that were asked for; the requests are gone then.
    Those of other bundles are left to the DAG processor that has these.
    """
    found = tx.rows(_of(bundles))
    tx.run_many(_TAKE, [{"one": row[0]} for row in found])
    return [(row[1], row[2]) for row in found]


def _of(bundles: Collection[str]) -> sa.Select[tuple[str, str, str]]:
    return sa.select(table.c.id, table.c.bundle_name, table.c.relative_fileloc).where(
        table.c.bundle_name.in_(sorted(bundles))
    )
