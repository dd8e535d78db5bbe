"""The list of differences between database servers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.dml import Insert

from tradewind.domain import errors

Convert = Callable[[Any], Any]


class UniqueViolated(errors.Conflict):
    """A row with that key is there already."""


class Dialect(ABC):
    """One database server: how to connect, to begin, to upsert, and what its errors mean."""

    name: ClassVar[str]
    one_writer: ClassVar[bool] = False
    """True where one process at a time may write, so that one connection is kept for it."""
    returns_inserted: ClassVar[bool] = True
    """Whether an insert may return the key that it got."""
    begin_read: ClassVar[str]
    begin_write: ClassVar[str]
    now_sql: ClassVar[str]
    """A select of the server's time."""
    pulse_sql: ClassVar[str | None] = None
    """A cheap select of a value that is another one after each commit of another connection."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.where = url.render_as_string(hide_password=True)
        """How messages name the database: never with its password."""
        self.sql: DefaultDialect = self.make_sql()
        self.driver_error: type[Exception] = self.sql.loaded_dbapi.Error

    @abstractmethod
    def make_sql(self) -> DefaultDialect:
        """SQLAlchemy's dialect, with the driver loaded. Raises DatabaseUnavailable where that is missing."""

    @abstractmethod
    def connect(self, *, create: bool = False) -> Any:
        """A new driver connection, in autocommit mode: transactions begin and end by our own statements.

        ``create`` makes a database that is a file where it is missing. Raises the driver's errors.
        """

    @abstractmethod
    def explain(self, error: Exception) -> Exception:
        """The typed error for a driver's error, with a message that names the way out."""

    @abstractmethod
    def is_disconnect(self, error: Exception) -> bool:
        """Whether the connection itself is gone, so that a new one may succeed."""

    def interrupt(self, connection: Any) -> None:
        """Have the statement that runs on it end with an error; called from another thread."""
        return  # where a server has no way to say so, it goes on to its end

    def encoder(self, kind: sa.types.TypeEngine[Any]) -> Convert | None:
        """How a parameter of that type is handed to the driver; None: as it is."""
        return None

    def decoder(self, kind: sa.types.TypeEngine[Any]) -> Convert | None:
        """How a result of that type is read; None: as it is."""
        return None

    def insert_ignore(self, table: sa.Table) -> Insert:
        """An insert that does nothing where the key is there already."""
        return self._conflict_insert(table).on_conflict_do_nothing()  # type: ignore[attr-defined, no-any-return]

    def upsert(self, table: sa.Table, keys: Sequence[str], columns: Sequence[str]) -> Insert:
        """An insert of ``keys`` and ``columns`` that overwrites ``columns`` where the keys are there
        already.
        """
        insert = self._conflict_insert(table).values({name: sa.bindparam(name) for name in (*keys, *columns)})
        return insert.on_conflict_do_update(  # type: ignore[attr-defined, no-any-return]
            index_elements=list(keys),
            set_={name: insert.excluded[name] for name in columns},  # type: ignore[attr-defined]
        )

    def upsert_from(
        self,
        table: sa.Table,
        keys: Sequence[str],
        changed: Sequence[str],
        names: Sequence[str],
        source: sa.Select[Any],
    ) -> Insert:
        """An insert of what ``source`` selects; where ``keys`` are there already, ``changed`` is
        overwritten.
        """
        insert = self._conflict_insert(table).from_select(list(names), source)
        return insert.on_conflict_do_update(  # type: ignore[attr-defined, no-any-return]
            index_elements=list(keys),
            set_={name: insert.excluded[name] for name in changed},  # type: ignore[attr-defined]
        )

    def table_exists(self, name: str) -> sa.Select[Any]:
        """A select of 1 where a table of that name is there."""
        tables = sa.table(
            "tables", sa.column("table_name"), sa.column("table_schema"), schema="information_schema"
        )
        return (
            sa.select(sa.literal(1))
            .select_from(tables)
            .where(tables.c.table_name == name, tables.c.table_schema == self.current_schema())
        )

    def current_schema(self) -> sa.ColumnElement[Any]:
        """The schema in which unqualified tables lie."""
        return sa.func.current_schema()

    def schema_lock(self) -> str | None:
        """SQL that lets one process at a time change the schema, until the transaction ends."""
        return None

    def schema_hold(self) -> str | None:
        """A select of whether no other process changes the schema now; if so none does until the connection
        is closed. None where transactions that write are alone anyway, or there is no such lock.
        """
        return None

    @property
    def begin_upgrade(self) -> str:
        """As ``begin_write``, for changes of the schema, which wait for locks as long as it takes."""
        return self.begin_write

    @abstractmethod
    def _conflict_insert(self, table: sa.Table) -> Insert: ...
