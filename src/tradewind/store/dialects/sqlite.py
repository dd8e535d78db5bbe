"""SQLite: one file, one writer at a time, readers beside it (WAL), every commit on the disk (FULL)."""

from __future__ import annotations

import contextlib
import functools
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.dml import Insert

from tradewind.domain import errors
from tradewind.store.dialects.base import Convert, Dialect, UniqueViolated

BUSY_SECONDS = 20.0
"""How long a writer waits for another one. Our transactions last milliseconds."""

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-16384",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)


class Sqlite(Dialect):
    """The default database: the file ``airflow.db``."""

    name: ClassVar[str] = "sqlite"
    one_writer: ClassVar[bool] = True
    begin_read: ClassVar[str] = "BEGIN DEFERRED"
    begin_write: ClassVar[str] = "BEGIN IMMEDIATE"
    pulse_sql: ClassVar[str | None] = "PRAGMA data_version"
    now_sql: ClassVar[str] = "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"

    def make_sql(self) -> SQLiteDialect_pysqlite:
        """Python's own driver."""
        self.path = self.url.database or ":memory:"
        if self.path == ":memory:":
            raise errors.InvalidValue(
                "sql_alchemy_conn",
                "sqlite://",
                "name a file: a database in memory cannot be shared by processes",
            )
        self.where = f"SQLite file {self.path}"
        return SQLiteDialect_pysqlite(dbapi=sqlite3)

    def connect(self, *, create: bool = False) -> sqlite3.Connection:
        """A connection to the file. Only a writer makes it where it is missing; its folder must be there.

        The file holds passwords, so it is made for its owner alone; SQLite gives its side files the same
        mode. A file that is there is opened by SQLite alone: closing any other descriptor of it would drop
        the locks that this process's other connections hold (sqlite.org/howtocorrupt.html, 2.2).
        """
        if create:
            with contextlib.suppress(OSError):  # there already; of anything else SQLite's own error says more
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        elif not Path(self.path).exists():
            raise errors.SchemaOutdated(f"{self.where} does not exist. Run 'airflow db migrate'.")
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def explain(self, error: Exception) -> Exception:
        """By SQLite's result code; ``sqlite_errorcode`` is missing on errors of the driver's own."""
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        text = str(error)
        if isinstance(error, sqlite3.IntegrityError):
            return UniqueViolated(text) if "UNIQUE" in text else errors.Conflict(f"{self.where}: {text}")
        if "no such table" in text or "no such column" in text or "has no column" in text:
            return errors.SchemaOutdated(f"{self.where}: {text}. Run 'airflow db migrate'.")
        make = _BY_CODE.get(code)
        if make is not None:
            kind, message = make
            return kind(message.format(path=self.path, folder=Path(self.path).parent, text=text))
        if isinstance(error, sqlite3.ProgrammingError | sqlite3.InterfaceError):
            return error
        return errors.DatabaseError(f"{self.where}: {text}")

    def is_disconnect(self, error: Exception) -> bool:
        """A file has no connection to lose."""
        return False

    def interrupt(self, connection: Any) -> None:
        """At its next step."""
        connection.interrupt()

    def encoder(self, kind: sa.types.TypeEngine[Any]) -> Convert | None:
        """Times are text in UTC, as Airflow's SQLite rows have them."""
        return encode_time if isinstance(kind, sa.DateTime) else None

    def decoder(self, kind: sa.types.TypeEngine[Any]) -> Convert | None:
        """Times from text, booleans from 0 and 1."""
        if isinstance(kind, sa.DateTime):
            return decode_time
        return bool if isinstance(kind, sa.Boolean) else None

    def table_exists(self, name: str) -> sa.Select[Any]:
        """SQLite keeps its tables in a table."""
        tables = sa.table("sqlite_master", sa.column("name"), sa.column("type"))
        return (
            sa.select(sa.literal(1))
            .select_from(tables)
            .where(tables.c.name == name, tables.c.type == "table")
        )

    def _conflict_insert(self, table: sa.Table) -> Insert:
        return insert(table)


@functools.lru_cache(maxsize=256)
def encode_time(value: datetime) -> str:
    """``YYYY-MM-DD HH:MM:SS.ffffff`` in UTC. Raises ValueError for a time without zone.

    A turn writes the same few moments again and again.
    """
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError(f"a time without zone cannot be stored: {value.isoformat()}")
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:26]


def decode_time(value: str) -> datetime:
    """The aware time that ``encode_time`` wrote; also reads the shorter forms that people's SQL writes."""
    parsed = datetime.fromisoformat(value)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


_BY_CODE: dict[int, tuple[type[errors.DatabaseError], str]] = {
    sqlite3.SQLITE_BUSY: (
        errors.DatabaseBusy,
        f"SQLite file {{path}} was locked by another process for {BUSY_SECONDS:.0f} s ({{text}}). "
        "Trying again is safe; 'fuser {path}' shows who holds it.",
    ),
    sqlite3.SQLITE_LOCKED: (
        errors.DatabaseBusy,
        "SQLite file {path} is locked ({text}). Trying again is safe.",
    ),
    sqlite3.SQLITE_READONLY: (
        errors.DatabaseReadOnly,
        "SQLite file {path} cannot be written ({text}). "
        "Make the file and its folder {folder} writable for this user, or remount the disk.",
    ),
    sqlite3.SQLITE_FULL: (
        errors.DiskFull,
        "No space left for SQLite file {path} ({text}). Free space in {folder}; nothing was changed.",
    ),
    sqlite3.SQLITE_IOERR: (
        errors.DatabaseUnavailable,
        "Reading or writing SQLite file {path} failed ({text}). Check the disk of {folder}.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        errors.DatabaseUnavailable,
        "SQLite file {path} cannot be opened ({text}). Check that {folder} exists and is writable.",
    ),
    sqlite3.SQLITE_NOTADB: (
        errors.DatabaseUnavailable,
        "{path} is not an SQLite database ({text}). Name another file in [database] sql_alchemy_conn.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        errors.DatabaseUnavailable,
        "SQLite file {path} is damaged ({text}). Restore a backup, or save what is left with "
        "'sqlite3 {path} .recover'.",
    ),
}
