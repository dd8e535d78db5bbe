"""From rows to records, as far as the caller may see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa

from tradewind.store.database import Runnable, Tx

R = TypeVar("R", bound=msgspec.Struct)
Visible = frozenset[str] | None


class Reader(Generic[R]):
    """Makes records of one kind from rows that have its fields as columns."""

    def __init__(self, record: type[R], columns: dict[str, Any], **convert: Any) -> None:
        self.record = record
        self.columns = [column.label(name) for name, column in columns.items()]
        self._names = tuple(columns)
        self._convert = convert

    def all(self, tx: Tx, statement: Runnable, **values: Any) -> list[R]:
        """Every row as a record."""
        return [self.make(row) for row in tx.rows(statement, **values)]

    def first(self, tx: Tx, statement: Runnable, **values: Any) -> R | None:
        """The first row as a record, or None."""
        row = tx.first(statement, **values)
        return None if row is None else self.make(row)

    def make(self, row: Sequence[Any]) -> R:
        """One row as a record."""
        values = dict(zip(self._names, row, strict=True))
        for name, convert in self._convert.items():
            value = values[name]
            values[name] = convert(value)
        return self.record(**values)


def only_visible(column: sa.ColumnElement[str], visible: Visible) -> sa.ColumnElement[bool]:
    """The condition that a row belongs to a DAG that the caller may read."""
    return sa.true() if visible is None else column.in_(sorted(visible))
