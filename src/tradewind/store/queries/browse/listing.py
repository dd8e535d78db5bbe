"""A list that people filter, sort and page through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tradewind.domain.access import Access
from tradewind.domain.errors import InvalidValue
from tradewind.store.database import Tx
from tradewind.store.queries.browse import keyset
from tradewind.store.queries.reading import within

R = TypeVar("R", bound=msgspec.Struct)
Column = sa.ColumnElement[Any]
MOST_ALTERNATIVES = 50


class Where(msgspec.Struct, frozen=True):
    """One condition. ``op``: eq, in, not_in, gte, gt, lte, lt, pattern, prefix, contains."""

    field: str
    op: str
    value: Any


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part, in which order ((field, descending) pairs). ``limit`` None: all."""

    limit: int | None = 50
    offset: int = 0
    order: tuple[tuple[str, bool], ...] = ()
    after: tuple[Any, ...] | None = None
    """A position (``Listing.position``): the page begins behind it."""
    backward: bool = False
    """The whole order is turned around."""


class Listing(Generic[R]):
    """One noun's list.

    ``record`` has a field for each of ``columns``. ``filters`` are further things that may be asked for,
    beside the columns. ``unique`` ends every order, so that pages do not overlap. ``dag`` says how a reader's
    ``access`` confines the rows: the column with the id of their DAG, or a function that makes the condition;
    None where rows belong to no DAG. ``rows`` is the table whose rows the list has, one each, where
    ``source`` only looks up more about them: counting then leaves out what no condition asks about.
    ``implied`` adds what a condition implies where that lets the database use a partial index.
    """

    def __init__(
        self,
        record: type[R],
        columns: Mapping[str, Column],
        source: Any,
        *,
        unique: Column,
        dag: Column | Callable[[Access], Column] | None,
        filters: Mapping[str, Column] | None = None,
        rows: sa.Table | None = None,
        implied: Callable[[Where], Column | None] = lambda where: None,
    ) -> None:
        self._record, self._source, self._unique, self._dag = record, source, unique, dag
        self._rows, self._implied = rows, implied
        self._columns = dict(columns)
        self.known: dict[str, Column] = {**columns, **(filters or {})}

    def page(
        self,
        tx: Tx,
        where: Sequence[Where | Column] = (),
        *,
        access: Access,
        page: Page | None = None,
    ) -> list[R]:
        """The rows of one page. Raises InvalidValue for a field or order that is not known."""
        page = page or Page()
        conditions, keys = self._conditions(where, access), self._keys(page)
        if page.after is not None:
            nulls_high = tx.dialect.name == "postgresql"
            conditions.append(keyset.beyond(keys, page.after, nulls_high=nulls_high))
        order = [column.desc() if down else column for column, down in keys]

        def part(statement: sa.Select[Any]) -> sa.Select[Any]:
            ordered = statement.where(*conditions).order_by(*order)
            return ordered.limit(page.limit).offset(page.offset or None)

        statement = self.select()
        if self._alone((*conditions, *order)):
            wanted = part(sa.select(self._unique.label("key"))).subquery("wanted")
            statement = statement.join(wanted, wanted.c.key == self._unique).order_by(*order)
        else:
            statement = part(statement)
        return [self.make(row) for row in tx.rows(statement)]

    def select(self) -> sa.Select[Any]:
        """Its columns and tables, to be narrowed and compiled once; ``make`` reads the rows."""
        return sa.select(*self._columns.values()).select_from(self._source)

    def make(self, row: Sequence[Any]) -> R:
        """One row of ``select`` as a record."""
        return self._record(**dict(zip(self._columns, row, strict=True)))

    def position(self, tx: Tx, row: R, page: Page) -> tuple[Any, ...]:
        """Where a row of the page stands in its order, for ``Page.after``."""
        name = next(name for name, column in self._columns.items() if column is self._unique)
        keys = [column.label(f"key_{at}") for at, (column, _) in enumerate(self._keys(page))]
        statement = sa.select(*keys).select_from(self._source).where(self._unique == getattr(row, name))
        return tuple(tx.first(statement) or ())

    def count(
        self, tx: Tx, where: Sequence[Where | Column] = (), *, access: Access, at_most: int | None = None
    ) -> int:
        """How many rows all pages have together; counting ends at ``at_most``."""
        conditions = self._conditions(where, access)
        source: Any = self._rows if self._alone(conditions) else self._source
        if at_most is not None:
            some = sa.select(sa.literal(1)).select_from(source).where(*conditions).limit(at_most)
            return int(tx.value(sa.select(sa.func.count()).select_from(some.subquery("some"))))
        return int(tx.value(sa.select(sa.func.count()).select_from(source).where(*conditions)))

    def one(self, tx: Tx, *where: Where | Column, access: Access) -> R | None:
        """The first row that matches, or None."""
        found = self.page(tx, where, page=Page(limit=1), access=access)
        return found[0] if found else None

    def _alone(self, asked: Sequence[Column]) -> bool:
        """All of that is about columns of ``rows``."""
        return self._rows is not None and all(_only_of(self._rows, each) for each in asked)

    def _conditions(self, where: Sequence[Where | Column], access: Access) -> list[Column]:
        conditions = []
        for each in where:
            if isinstance(each, Where):
                conditions.append(self.condition(each))
                if (more := self._implied(each)) is not None:
                    conditions.append(more)
            else:
                conditions.append(each)
        if self._dag is not None and not access.unconfined:
            conditions.append(self._dag(access) if callable(self._dag) else within(self._dag, access))
        return conditions

    def _keys(self, page: Page) -> list[keyset.Key]:
        """The columns of the whole order, each with whether it is descending."""
        keys = [(self._field("order_by", name), down) for name, down in page.order]
        return [(column, down != page.backward) for column, down in (*keys, (self._unique, False))]

    def _field(self, what: str, name: str) -> Column:
        found = self.known.get(name)
        if found is None:
            raise InvalidValue(what, name, f"be one of {', '.join(sorted(self.known))}")
        return found

    def condition(self, where: Where) -> Column:
        """The condition as SQL. Raises InvalidValue."""
        return _OPERATORS[where.op](self._field("filter", where.field), where.value)


def _only_of(table: sa.Table, condition: Column) -> bool:
    """It asks about columns of that table, and of no other one."""
    columns = (part for part in visitors.iterate(condition) if isinstance(part, sa.Column))
    return all(column.table is table for column in columns)


def _among(column: Column, values: Sequence[Any]) -> Column:
    named = [value for value in values if value is not None]
    if len(named) == len(values):
        return column.in_(named)
    return sa.or_(column.in_(named), column.is_(None))


def _pattern(column: Column, text: str) -> Column:
    """Case-insensitive substring; ``%`` and ``_`` are wildcards, ``|`` means or, ``~`` means all."""
    parts = _alternatives(text)
    if not parts:
        return sa.true()
    return sa.or_(*(sa.func.lower(column).like(f"%{part.lower()}%") for part in parts))


def _prefix(column: Column, text: str) -> Column:
    """Starts with, exactly as written: LIKE ignores case on SQLite, so the beginning is compared as well."""
    parts = _alternatives(text)
    if not parts:
        return sa.true()
    return sa.or_(
        *(
            sa.and_(column.startswith(part, autoescape=True), sa.func.substr(column, 1, len(part)) == part)
            for part in parts
        )
    )


def _alternatives(text: str) -> list[str]:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) > MOST_ALTERNATIVES:
        raise InvalidValue("pattern", text, f"hold at most {MOST_ALTERNATIVES} alternatives")
    return [] if "~" in parts else [part for part in parts if part]


def _contains(column: Column, text: str) -> Column:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return column.like(f"%{escaped}%", escape="\\")


_OPERATORS: dict[str, Callable[[Column, Any], Column]] = {
    "eq": lambda column, value: column == value,
    "in": _among,
    "not_in": lambda column, value: column.not_in(value),
    "gte": lambda column, value: column >= value,
    "gt": lambda column, value: column > value,
    "lte": lambda column, value: column <= value,
    "lt": lambda column, value: column < value,
    "pattern": _pattern,
    "prefix": _prefix,
    "contains": _contains,
}


class SecondsBetween(FunctionElement[float]):
    """Seconds from one time to another."""

    type = sa.Float()
    inherit_cache = True
    name = "seconds_between"


@compiles(SecondsBetween, "sqlite")
def _sqlite_seconds(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"((julianday({end}) - julianday({start})) * 86400.0)"


@compiles(SecondsBetween, "postgresql")
def _postgresql_seconds(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"EXTRACT(EPOCH FROM {end} - {start})"


@compiles(SecondsBetween, "mysql", "mariadb")
def _mysql_seconds(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(TIMESTAMPDIFF(MICROSECOND, {start}, {end}) / 1000000.0)"
