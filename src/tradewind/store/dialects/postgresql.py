"""PostgreSQL through psycopg 3."""

from __future__ import annotations

import contextlib
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.dml import Insert

from tradewind.domain import errors
from tradewind.store.dialects.base import Dialect, UniqueViolated

CONNECT_SECONDS = 10
LOCK_SECONDS = 2
"""How long a writer waits for rows that another one holds. Our transactions last milliseconds."""
_SCHEMA: Final = 8390322045789661550
""""tradewin" in ASCII."""


class Postgresql(Dialect):
    """A PostgreSQL server, 12 or newer."""

    name: ClassVar[str] = "postgresql"
    # Several selects of one read must see the same moment, as they do on SQLite.
    begin_read: ClassVar[str] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    begin_write: ClassVar[str] = (
        f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"
    )
    now_sql: ClassVar[str] = "SELECT clock_timestamp()"
    # Only what writes has a transaction id; when it ends, the list of those under way is another one.
    pulse_sql: ClassVar[str | None] = "SELECT txid_current_snapshot()::text"

    def make_sql(self) -> DefaultDialect:
        """SQLAlchemy's psycopg dialect; psycopg itself loads here."""
        try:
            import psycopg  # an optional dependency: only where PostgreSQL is used
        except ImportError as error:
            raise errors.DatabaseUnavailable(
                "PostgreSQL needs the package psycopg: pip install 'tradewind[postgres]'"
            ) from error
        from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

        self._psycopg = psycopg
        self._arguments = self._connect_arguments()
        return PGDialect_psycopg(dbapi=psycopg)  # type: ignore[no-untyped-call]

    def _connect_arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = dict(self.url.translate_connect_args(username="user", database="dbname"))
        arguments.update({key: value for key, value in self.url.query.items() if isinstance(value, str)})
        options = f"{arguments.get('options', '')} -c timezone=UTC -c client_min_messages=warning".strip()
        arguments["options"] = options
        arguments.setdefault("connect_timeout", CONNECT_SECONDS)
        arguments.setdefault("application_name", "tradewind")
        return arguments

    def connect(self, *, create: bool = False) -> Any:
        """A connection in UTC that reads UUIDs as text."""
        from psycopg.types.string import TextLoader

        connection = self._psycopg.connect(**self._arguments, autocommit=True)
        connection.adapters.register_loader("uuid", TextLoader)
        return connection

    def explain(self, error: Exception) -> Exception:
        """By SQLSTATE; an error without one comes from the connection."""
        state = getattr(error, "sqlstate", None)
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if state == "23505":
            return UniqueViolated(text)
        if state is not None and state.startswith("23"):
            return errors.Conflict(f"{self.where}: {text}")
        kind = _kind(state, self.is_disconnect(error))
        if kind is None:
            return errors.DatabaseError(f"{self.where}: {text}") if state else error
        return kind(_ADVICE[kind].format(where=self.where, text=text))

    def interrupt(self, connection: Any) -> None:
        """The server is asked to."""
        with contextlib.suppress(self._psycopg.Error):
            connection.cancel_safe(timeout=5)

    def is_disconnect(self, error: Exception) -> bool:
        """Connection failures, and the server's own shutting down."""
        state = getattr(error, "sqlstate", None)
        if state is None:
            return isinstance(error, self._psycopg.OperationalError)
        return (
            state.startswith("08")
            or state in ("57P01", "57P02", "57P03", "3D000", "53300")
            or state[:2] == "28"
        )

    def schema_lock(self) -> str | None:
        """An advisory lock, waited for as long as it takes."""
        return f"SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({_SCHEMA})"

    def schema_hold(self) -> str | None:
        """The same lock. It is not waited for: who waits in a statement is waited for by an index that is
        made while others write, and that would be a circle.
        """
        return f"SELECT pg_try_advisory_lock({_SCHEMA})"

    @property
    def begin_upgrade(self) -> str:
        """Without the time-out."""
        return "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"

    def _conflict_insert(self, table: sa.Table) -> Insert:
        return insert(table)


def _kind(state: str | None, disconnected: bool) -> type[errors.DatabaseError] | None:
    if state in ("42P01", "42703", "3F000"):
        return errors.SchemaOutdated
    if state == "25006":
        return errors.DatabaseReadOnly
    if state == "53100":
        return errors.DiskFull
    if state == "55P03":
        return errors.RowsLocked
    if state in ("40001", "40P01", "57014"):
        return errors.DatabaseBusy
    return errors.DatabaseUnavailable if disconnected else None


_ADVICE: dict[type[errors.DatabaseError], str] = {
    errors.SchemaOutdated: "{where}: {text}. Run 'airflow db migrate'.",
    errors.DatabaseReadOnly: "{where} refuses writes ({text}). Connect to the primary server.",
    errors.DiskFull: "The server of {where} has no space left ({text}). Free some; nothing was changed.",
    errors.RowsLocked: (
        "Somebody holds rows of {where} longer than we wait ({text}). Trying again is safe; pg_stat_activity "
        "shows open transactions."
    ),
    errors.DatabaseBusy: "{where} gave up this transaction ({text}). Trying again is safe.",
    errors.DatabaseUnavailable: (
        "{where} cannot be reached ({text}). Check that the server runs and that [database] sql_alchemy_conn "
        "names its host, port, database and user."
    ),
}
