"""Files that cannot be imported, and why: one row a file."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.queries.browse.listing import Listing
from tradewind.store.records import ImportErrorRecord
from tradewind.store.statements import Statement
from tradewind.store.tables.base import Time
from tradewind.store.tables.dags import dag, import_error

listing = Listing(
    ImportErrorRecord,
    {name: import_error.c[name] for name in ImportErrorRecord.__struct_fields__},
    import_error,
    unique=import_error.c.id,
    filters={"import_error_id": import_error.c.id},
)
_of_file = (
    import_error.c.filename == sa.bindparam("file"),
    import_error.c.bundle_name == sa.bindparam("bundle"),
)
_UPDATE = Statement(
    sa.update(import_error)
    .where(*_of_file)
    .values(stacktrace=sa.bindparam("text"), timestamp=sa.bindparam("at", type_=Time))
)
_INSERT = Statement(
    sa.insert(import_error).values(
        filename=sa.bindparam("file"), bundle_name=sa.bindparam("bundle"), stacktrace=sa.bindparam("text"),
        timestamp=sa.bindparam("at", type_=Time),
    )
)  # fmt: skip
_CLEAR = Statement(sa.delete(import_error).where(*_of_file))
_FILES = Statement(sa.select(import_error.c.filename, import_error.c.bundle_name))


def put(tx: Tx, filename: str, *, bundle_name: str, stacktrace: str, now: datetime) -> None:
    """The file cannot be imported, for this reason."""
    values = {"file": filename, "bundle": bundle_name, "text": stacktrace, "at": now}
    if not tx.run(_UPDATE, **values):
        tx.run(_INSERT, **values)


def clear(tx: Tx, filename: str, *, bundle_name: str) -> None:
    """The file can be imported, or is gone."""
    tx.run(_CLEAR, file=filename, bundle=bundle_name)


def broken_files(tx: Tx, *, besides: Collection[str] = ()) -> list[tuple[str, str]]:
    """(file name, bundle) of every file that has an error and is not among ``besides``."""
    return [(row[0], row[1] or "") for row in tx.rows(_FILES) if row[0] not in besides]


def files_of(tx: Tx, visible: frozenset[str]) -> list[str]:
    """Files that define a visible DAG: their errors may be shown."""
    statement = sa.select(dag.c.relative_fileloc).where(dag.c.dag_id.in_(sorted(visible))).distinct()
    return [name for (name,) in tx.rows(statement)]
