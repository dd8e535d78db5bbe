"""MySQL 8 and MariaDB 10.6 through PyMySQL. Prepared; its tests come with a later issue."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects.mysql import insert
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.dml import Insert

from tradewind.domain import errors
from tradewind.store.dialects.base import Convert, Dialect, UniqueViolated

CONNECT_SECONDS = 10


class Mysql(Dialect):
    """A MySQL or MariaDB server; InnoDB tables, times in UTC."""

    name: ClassVar[str] = "mysql"
    returns_inserted: ClassVar[bool] = False
    begin_read: ClassVar[str] = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
    begin_write: ClassVar[str] = "START TRANSACTION READ WRITE"
    now_sql: ClassVar[str] = "SELECT UTC_TIMESTAMP(6)"

    def make_sql(self) -> DefaultDialect:
        """SQLAlchemy's PyMySQL dialect; PyMySQL itself loads here."""
        try:
            pymysql = importlib.import_module("pymysql")  # an optional dependency, without types
        except ImportError as error:
            raise errors.DatabaseUnavailable(
                "MySQL needs the package PyMySQL: pip install 'tradewind[mysql]'"
            ) from error
        from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql

        self._pymysql = pymysql
        return MySQLDialect_pymysql(dbapi=pymysql)

    def connect(self, *, create: bool = False) -> Any:
        """A connection in UTC whose row counts are matched rows, as other servers count."""
        url = self.url
        return self._pymysql.connect(
            host=url.host or "localhost",
            port=url.port or 3306,
            user=url.username,
            password=url.password or "",
            database=url.database,
            autocommit=True,
            charset="utf8mb4",
            connect_timeout=CONNECT_SECONDS,
            init_command="SET SESSION time_zone = '+00:00', SESSION transaction_isolation = 'READ-COMMITTED'",
            client_flag=self._pymysql.constants.CLIENT.FOUND_ROWS,
        )

    def explain(self, error: Exception) -> Exception:
        """By the server's error number."""
        code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        text = str(error.args[-1]) if error.args else type(error).__name__
        if code == 1062:
            return UniqueViolated(text)
        kind = _BY_CODE.get(code, errors.DatabaseError)
        advice = "Run 'airflow db migrate'." if kind is errors.SchemaOutdated else "Check the server."
        return kind(f"{self.where}: {text}. {advice}")

    def is_disconnect(self, error: Exception) -> bool:
        """Lost or refused connections."""
        return bool(error.args) and error.args[0] in (2002, 2003, 2006, 2013, 2014, 2045, 2055, 4031)

    def encoder(self, kind: sa.types.TypeEngine[Any]) -> Convert | None:
        """DATETIME has no zone: UTC without saying so."""
        return _to_naive if isinstance(kind, sa.DateTime) else None

    def decoder(self, kind: sa.types.TypeEngine[Any]) -> Convert | None:
        """Times are UTC, booleans are 0 and 1."""
        if isinstance(kind, sa.DateTime):
            return _to_aware
        return bool if isinstance(kind, sa.Boolean) else None

    def insert_ignore(self, table: sa.Table) -> Insert:
        """``INSERT IGNORE``."""
        return insert(table).prefix_with("IGNORE")

    def upsert(self, table: sa.Table, keys: Sequence[str], columns: Sequence[str]) -> Insert:
        """``ON DUPLICATE KEY UPDATE``."""
        statement = insert(table).values({name: sa.bindparam(name) for name in (*keys, *columns)})
        return statement.on_duplicate_key_update({name: statement.inserted[name] for name in columns})

    def upsert_from(
        self,
        table: sa.Table,
        keys: Sequence[str],
        changed: Sequence[str],
        names: Sequence[str],
        source: sa.Select[Any],
    ) -> Insert:
        """``ON DUPLICATE KEY UPDATE`` after a select."""
        statement = insert(table).from_select(list(names), source)
        return statement.on_duplicate_key_update({name: statement.inserted[name] for name in changed})

    def current_schema(self) -> sa.ColumnElement[Any]:
        """MySQL calls it the database."""
        return sa.func.database()

    def _conflict_insert(self, table: sa.Table) -> Insert:
        return insert(table)


def _to_naive(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(tzinfo=None)


def _to_aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC)


_BY_CODE: dict[int, type[errors.DatabaseError]] = {
    1054: errors.SchemaOutdated,
    1146: errors.SchemaOutdated,
    1205: errors.RowsLocked,
    1213: errors.DatabaseBusy,
    1290: errors.DatabaseReadOnly,
    1836: errors.DatabaseReadOnly,
    1021: errors.DiskFull,
    1114: errors.DiskFull,
    2002: errors.DatabaseUnavailable,
    2003: errors.DatabaseUnavailable,
    2006: errors.DatabaseUnavailable,
    2013: errors.DatabaseUnavailable,
    1045: errors.DatabaseUnavailable,
    1049: errors.DatabaseUnavailable,
}
