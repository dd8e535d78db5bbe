"""SQL for code of users' own: ``SqliteHook``, ``PostgresHook``, ``MySqlHook``, over the usual drivers.

They stand in where the provider packages of those databases are not installed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any, ClassVar

from tradewind.authoring.hooks import dbapi
from tradewind.authoring.hooks.base import BaseHook
from tradewind.authoring.operators.sql import fetch_all_handler


class DbApiHook(BaseHook):
    """Base of the hooks; one made with ``conn_id`` alone takes the kind of database from the connection."""

    conn_name_attr = "conn_id"
    default_conn_name = "default_conn_id"
    kind: ClassVar[str | None] = None
    placeholder: ClassVar[str] = "%s"
    supports_autocommit = True

    def __init__(self, *args: Any, schema: str | None = None, **kwargs: Any) -> None:
        super().__init__()
        named = kwargs.get(self.conn_name_attr) or kwargs.get("conn_id")
        self.conn_id = str(args[0] if args else named or self.default_conn_name)
        setattr(self, self.conn_name_attr, self.conn_id)
        self.schema = schema or kwargs.get("database")
        self.descriptions: list[Any] = []
        """What the cursors of the last ``run`` said of their columns."""

    def get_conn(self) -> Any:
        """An open DB-API connection. Raises ConnectionNotFound, DriverMissing."""
        return dbapi.connect(self.conn_id, self.schema, self.kind)

    def get_cursor(self) -> Any:
        """A cursor of a new connection."""
        return self.get_conn().cursor()

    def get_uri(self) -> str:
        """The connection as a URI."""
        return str(self.get_connection(self.conn_id).get_uri())

    def run(
        self, sql: str | Iterable[str], autocommit: bool = False, parameters: Any = None, handler: Any = None,
        split_statements: bool = False, return_last: bool = True,
    ) -> Any:  # fmt: skip
        """Execute one statement or several, in one transaction; what ``handler(cursor)`` made of the last."""
        one = isinstance(sql, str)
        statements = [sql] if isinstance(sql, str) else list(sql)
        if isinstance(sql, str) and split_statements:
            statements = dbapi.split_sql(sql)
        self.descriptions = []

        def seen(cursor: Any) -> Any:
            self.descriptions.append(cursor.description)
            return handler(cursor) if handler is not None else None

        results = dbapi.run(
            self.get_conn(), statements, parameters, autocommit=autocommit, handler=seen, log=self.log.info
        )
        if handler is None:
            return None
        return results[-1] if return_last and (one or split_statements) else results

    @property
    def last_description(self) -> Any:
        """The columns of the last statement, or None."""
        return self.descriptions[-1] if self.descriptions else None

    def get_records(self, sql: str | list[str], parameters: Any = None) -> Any:
        """All rows."""
        return self.run(sql, parameters=parameters, handler=fetch_all_handler)

    def get_first(self, sql: str | list[str], parameters: Any = None) -> Any:
        """The first row, or None."""
        return self.run(sql, parameters=parameters, handler=lambda cursor: cursor.fetchone())

    def get_pandas_df(self, sql: str, parameters: Any = None, **kwargs: Any) -> Any:
        """The rows as a pandas frame. Raises ImportError where pandas is not installed."""
        import pandas  # type: ignore[import-untyped, import-not-found, unused-ignore]

        with closing(self.get_conn()) as connection:
            return pandas.read_sql(sql, connection, params=parameters, **kwargs)

    get_df = get_pandas_df

    def insert_rows(
        self, table: str, rows: Iterable[Sequence[Any]], target_fields: Iterable[str] | None = None,
        commit_every: int = 1000, replace: bool = False, **_: Any,
    ) -> None:  # fmt: skip
        """Insert rows, committing after each ``commit_every`` (0: at the end)."""
        fields = f" ({', '.join(target_fields)})" if target_fields is not None else ""
        verb = "REPLACE" if replace else "INSERT"
        with closing(self.get_conn()) as connection, closing(connection.cursor()) as cursor:
            for number, row in enumerate(rows, 1):
                values = ", ".join([self.placeholder] * len(row))
                # Table and fields are the author's own words; values go as parameters.
                cursor.execute(f"{verb} INTO {table}{fields} VALUES ({values})", tuple(row))
                if commit_every and number % commit_every == 0:
                    connection.commit()
            connection.commit()


class SqliteHook(DbApiHook):
    """SQLite."""

    conn_name_attr = "sqlite_conn_id"
    default_conn_name = "sqlite_default"
    conn_type = "sqlite"
    hook_name = "Sqlite"
    kind = "sqlite"
    placeholder = "?"


class PostgresHook(DbApiHook):
    """PostgreSQL."""

    conn_name_attr = "postgres_conn_id"
    default_conn_name = "postgres_default"
    conn_type = "postgres"
    hook_name = "Postgres"
    kind = "postgres"


class MySqlHook(DbApiHook):
    """MySQL and MariaDB."""

    conn_name_attr = "mysql_conn_id"
    default_conn_name = "mysql_default"
    conn_type = "mysql"
    hook_name = "MySQL"
    kind = "mysql"
