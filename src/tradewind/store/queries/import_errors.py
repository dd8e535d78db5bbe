"""Files that cannot be imported, and why: one row a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.browse.listing import Column, Listing, Page, Where
from tradewind.store.queries.reading import within
from tradewind.store.records import ImportErrorRecord
from tradewind.store.statements import Statement
from tradewind.store.tables.base import Time
from tradewind.store.tables.dags import dag, import_error

HIDDEN: Final = "Not shown: this file defines DAGs that you may not read."
_defined = dag.alias("defined_dag")


def _defines(which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """The condition that the file of an error defined such a DAG when it could be imported last."""
    return (
        sa.exists()
        .where(
            sa.or_(
                _defined.c.fileloc == import_error.c.filename,
                _defined.c.relative_fileloc == import_error.c.filename,
            ),
            _defined.c.bundle_name == import_error.c.bundle_name,
            which,
        )
        .correlate(import_error)
    )


listing = Listing(
    ImportErrorRecord,
    {name: import_error.c[name] for name in ImportErrorRecord.__struct_fields__},
    import_error,
    unique=import_error.c.id,
    dag=lambda access: _defines(within(_defined.c.dag_id, access)),
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


def page(
    tx: Tx, where: Sequence[Where | Column] = (), *, access: Access, page: Page | None = None
) -> list[ImportErrorRecord]:
    """Errors of the files that define a DAG within ``access``. What Python said shows more of the file
    than one DAG, so it is told to those only who may read every DAG of it.
    """
    found = listing.page(tx, where, access=access, page=page)
    if access.unconfined or not found:
        return found
    beyond = sa.select(import_error.c.id).where(
        import_error.c.id.in_([record.id for record in found]), _defines(~within(_defined.c.dag_id, access))
    )
    hidden = {number for (number,) in tx.rows(beyond)}
    return [
        msgspec.structs.replace(record, stacktrace=HIDDEN) if record.id in hidden else record
        for record in found
    ]


def get(tx: Tx, number: int, *, access: Access) -> ImportErrorRecord | None:
    """One error, as ``page`` shows it, or None."""
    found = page(tx, [Where("id", "eq", number)], access=access, page=Page(limit=1))
    return found[0] if found else None
