"""From rows to records, as far as the caller may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Runnable, Tx
from tradewind.store.tables.dags import dag, dag_tag

R = TypeVar("R", bound=msgspec.Struct)
_dag = dag.alias("permitted_dag")  # names of their own: a query may read these tables as well
_tag = dag_tag.alias("permitted_tag")


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


def within(column: sa.ColumnElement[Any], access: Access) -> sa.ColumnElement[bool]:
    """The condition that ``column`` holds the id of a DAG that ``access`` reaches."""
    if access.unconfined:
        return sa.true()
    chosen: list[sa.ColumnElement[bool]] = []
    if access.dag_ids:
        chosen.append(column.in_(sorted(access.dag_ids)))
    if access.tags:
        chosen.append(column.in_(sa.select(_tag.c.dag_id).where(_tag.c.name.in_(sorted(access.tags)))))
    if access.bundles:
        of_bundles = _dag.c.bundle_name.in_(sorted(access.bundles))
        chosen.append(column.in_(sa.select(_dag.c.dag_id).where(of_bundles)))
    reached = sa.true() if access.every else sa.or_(sa.false(), *chosen)
    if access.owner is None:
        return reached
    return sa.and_(reached, column.in_(sa.select(_dag.c.dag_id).where(_owned_by(access.owner))))


def _owned_by(owner: str) -> sa.ColumnElement[bool]:
    """``owners`` is a list in a text. Not by LIKE, which has wildcards and, on SQLite, ignores case."""
    listed = sa.func.replace("," + _dag.c.owners + ",", ", ", ",")
    return sa.func.replace(listed, f",{owner},", "") != listed


def permitted(tx: Tx, dag_ids: Iterable[str], access: Access) -> set[str]:
    """Those of the DAGs that ``access`` reaches."""
    named = set(dag_ids)
    if access.by_id:
        return named if access.every else named & access.dag_ids
    select = sa.select(_dag.c.dag_id).where(_dag.c.dag_id.in_(sorted(named)), within(_dag.c.dag_id, access))
    return {row[0] for row in tx.rows(select)}


def permits(tx: Tx, dag_id: str, access: Access) -> bool:
    """Does ``access`` reach that DAG? Asks the database only where the id does not say it."""
    if access.by_id:
        return access.every or dag_id in access.dag_ids
    return bool(
        tx.rows(sa.select(_dag.c.dag_id).where(_dag.c.dag_id == dag_id, within(_dag.c.dag_id, access)))
    )
