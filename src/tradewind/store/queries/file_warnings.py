"""What is suspicious about files in which no DAG can be read, so that no ``dag_warning`` can say it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.statements import Statement
from tradewind.store.tables.base import Time
from tradewind.store.tables.dags import file_warning

_of_file = (
    file_warning.c.filename == sa.bindparam("file", type_=sa.String()),
    file_warning.c.bundle_name == sa.bindparam("bundle", type_=sa.String()),
)
_KNOWN = Statement(sa.select(file_warning.c.message).where(*_of_file))
_CLEAR = Statement(sa.delete(file_warning).where(*_of_file))
_PUT = Statement(
    sa.insert(file_warning).values(
        filename=sa.bindparam("file"), bundle_name=sa.bindparam("bundle"), message=sa.bindparam("text"),
        timestamp=sa.bindparam("at", type_=Time),
    )
)  # fmt: skip
_ALL = Statement(sa.select(file_warning.c.filename, file_warning.c.message).order_by(file_warning.c.filename))
_FILES = Statement(sa.select(file_warning.c.filename, file_warning.c.bundle_name))


def replace(tx: Tx, filename: str, message: str, *, bundle_name: str, now: datetime) -> None:
    """Have exactly this text for the file; ``""``: none. Writes only what has changed."""
    where = {"file": filename, "bundle": bundle_name}
    known: str | None = tx.value(_KNOWN, **where)
    if (known or "") == message:
        return
    tx.run(_CLEAR, **where)
    if message:
        tx.run(_PUT, **where, text=message, at=now)


def drop(tx: Tx, filename: str, *, bundle_name: str) -> None:
    """The file is gone."""
    tx.run(_CLEAR, file=filename, bundle=bundle_name)


def by_file(tx: Tx) -> list[tuple[str, str]]:
    """(file, warnings, a line each) of every file that has some."""
    return [(row[0], row[1]) for row in tx.rows(_ALL)]


def files(tx: Tx, *, besides: Collection[str] = ()) -> list[tuple[str, str]]:
    """(file name, bundle) of every file that has some and is not among ``besides``."""
    return [(row[0], row[1] or "") for row in tx.rows(_FILES) if row[0] not in besides]
