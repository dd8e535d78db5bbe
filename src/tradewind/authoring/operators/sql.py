"""Runs SQL on the database that an Airflow connection names. Drivers load when a task executes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from tradewind.authoring.operator import BaseOperator
from tradewind.domain.errors import AirflowException


def fetch_all_handler(cursor: Any) -> list[Any] | None:
    """All rows of a cursor; None for a statement that gives none."""
    return [tuple(row) for row in cursor.fetchall()] if cursor.description is not None else None


class SQLExecuteQueryOperator(BaseOperator):
    """Runs ``sql`` (text, a list of texts, or a ``.sql`` template file); the rows of the last statement are
    the result.
    """

    template_fields: Collection[str] = ("sql", "parameters", "conn_id", "database", "hook_params")
    template_ext: Sequence[str] = (".sql", ".json")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql", "parameters": "json"}
    ui_color = "#cdaaed"
    kind: str | None = None
    """Which kind of database; None: the connection says."""

    def __init__(
        self, *, sql: str | list[str], conn_id: str | None = None, database: str | None = None,
        autocommit: bool = False, parameters: Mapping[str, Any] | Iterable[Any] | None = None,
        handler: Callable[[Any], Any] | None = fetch_all_handler, split_statements: bool | None = None,
        return_last: bool = True, show_return_value_in_logs: bool = False, hook_params: dict[str,
        Any] | None = None,
        requires_result_fetch: bool = False, output_processor: Callable[[Any, Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.sql, self.database, self.autocommit, self.parameters = sql, database, autocommit, parameters
        self.conn_id = conn_id
        self.handler, self.split_statements, self.return_last = handler, split_statements, return_last
        self.show_return_value_in_logs, self.hook_params = show_return_value_in_logs, hook_params or {}
        self.requires_result_fetch, self.output_processor = requires_result_fetch, output_processor

    def execute(self, context: Any) -> Any:
        """Run it. Raises ConnectionNotFound, DriverMissing, and what the driver raises."""
        from tradewind.authoring.hooks import dbapi  # drivers are found through it

        if not self.conn_id:
            raise AirflowException(
                f"Task {self.task_id!r} has no conn_id, so it does not know which database to use."
            )
        statements = self._statements(dbapi)
        for statement in statements:
            self.log.info("Running statement: %s", statement)
        wanted = self.handler if self.do_xcom_push or self.requires_result_fetch else None
        connection = dbapi.connect(self.conn_id, self.database, self.kind)
        results = dbapi.run(
            connection, statements, self.parameters, autocommit=self.autocommit, handler=wanted
        )
        value = results[-1] if self._one_result() and results else results
        if self.show_return_value_in_logs:
            self.log.info("Result: %s", value)
        return value if wanted is not None else None

    def _statements(self, dbapi: Any) -> list[str]:
        if not isinstance(self.sql, str):
            return list(self.sql)
        return dbapi.split_sql(self.sql) if self.split_statements or self.kind else [self.sql]

    def _one_result(self) -> bool:
        return self.return_last or (isinstance(self.sql, str) and not self.split_statements)


class MySqlOperator(SQLExecuteQueryOperator):
    """SQL on MySQL or MariaDB."""

    template_fields: Collection[str] = ("sql", "parameters", "mysql_conn_id", "conn_id", "database")
    ui_color = "#ededed"
    kind = "mysql"

    def __init__(
        self, *, sql: Any, mysql_conn_id: str = "mysql_default", conn_id: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(sql=sql, conn_id=conn_id or mysql_conn_id, **kwargs)
        self.mysql_conn_id = self.conn_id


class PostgresOperator(SQLExecuteQueryOperator):
    """SQL on PostgreSQL."""

    template_fields: Collection[str] = ("sql", "parameters", "postgres_conn_id", "conn_id", "database")
    ui_color = "#ededed"
    kind = "postgres"

    def __init__(
        self, *, sql: Any, postgres_conn_id: str = "postgres_default", conn_id: str | None = None,
        runtime_parameters: Any = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(sql=sql, conn_id=conn_id or postgres_conn_id, **kwargs)
        self.postgres_conn_id, self.runtime_parameters = self.conn_id, runtime_parameters


class SqliteOperator(SQLExecuteQueryOperator):
    """SQL on SQLite."""

    template_fields: Collection[str] = ("sql", "parameters", "sqlite_conn_id", "conn_id", "database")
    kind = "sqlite"

    def __init__(
        self, *, sql: Any, sqlite_conn_id: str = "sqlite_default", conn_id: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(sql=sql, conn_id=conn_id or sqlite_conn_id, **kwargs)
        self.sqlite_conn_id = self.conn_id
