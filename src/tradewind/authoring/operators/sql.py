"""Runs SQL on the database that an Airflow connection names. Drivers load when a task executes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NoReturn

from tradewind.authoring.operator import BaseOperator
from tradewind.domain.errors import AirflowException, AirflowFailException


def fetch_all_handler(cursor: Any) -> list[Any] | None:
    """All rows of a cursor; None for a statement that gives none."""
    return [tuple(row) for row in cursor.fetchall()] if cursor.description is not None else None


class BaseSQLOperator(BaseOperator):
    """Base of operators that ask the database of a connection; ``get_db_hook`` gives its hook."""

    conn_id_field: ClassVar[str] = "conn_id"
    template_fields: Collection[str] = ("conn_id", "database", "hook_params")
    ui_color = "#cdaaed"
    kind: str | None = None
    """Which kind of database; None: the connection says."""

    def __init__(
        self, *, conn_id: str | None = None, database: str | None = None,
        hook_params: dict[str, Any] | None = None, retry_on_failure: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.conn_id, self.database = conn_id, database
        self.hook_params, self.retry_on_failure = hook_params or {}, retry_on_failure

    def get_db_hook(self) -> Any:
        """The hook of the connection. Raises ConnectionNotFound, NoHook; AirflowException for a connection
        that cannot run SQL.
        """
        named = getattr(self, self.conn_id_field)
        if not named:
            raise AirflowException(
                f"Task {self.task_id!r} has no {self.conn_id_field}, so it does not know which database to "
                f"use."
            )
        hook = self._hook_of_kind(named) or self.get_hook(named, hook_params=self.hook_params)
        if not hasattr(hook, "get_records"):
            raise AirflowException(
                f"Task {self.task_id!r}: connection {named!r} leads to {type(hook).__name__}, which runs no "
                f"SQL."
            )
        if self.database:
            setattr(hook, "database" if hasattr(hook, "database") else "schema", self.database)
        return hook

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook of any connection. Raises ConnectionNotFound, NoHook."""
        from tradewind.authoring.hooks.base import BaseHook  # see get_db_hook

        return BaseHook.get_hook(conn_id, hook_params=hook_params)

    def _hook_of_kind(self, conn_id: str) -> Any:
        if self.kind is None:
            return None
        from tradewind.authoring.hooks import finding  # see get_db_hook

        found = finding.hook_class_of(self.kind)
        return found(**{found.conn_name_attr: conn_id, **self.hook_params})

    def _raise_exception(self, message: str) -> NoReturn:
        """Fail; at once where ``retry_on_failure`` is False."""
        raise (AirflowException if self.retry_on_failure else AirflowFailException)(message)

    def first_row(self, sql: str, parameters: Any = None) -> Any:
        """The first row of a query, logged; None where there is none."""
        self.log.info("Executing SQL: %s", sql)
        row = self.get_db_hook().get_first(sql, parameters)
        self.log.info("Row: %s", row)
        return row


class SQLExecuteQueryOperator(BaseSQLOperator):
    """Runs ``sql`` (text, a list of texts, or a ``.sql`` template file); the rows of the last statement are
    the result.
    """

    template_fields: Collection[str] = ("sql", "parameters", *BaseSQLOperator.template_fields)
    template_ext: Sequence[str] = (".sql", ".json")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql", "parameters": "json"}

    def __init__(
        self, *, sql: str | list[str], autocommit: bool = False,
        parameters: Mapping[str, Any] | Iterable[Any] | None = None,
        handler: Callable[[Any], Any] | None = fetch_all_handler, split_statements: bool | None = None,
        return_last: bool = True, show_return_value_in_logs: bool = False,
        requires_result_fetch: bool = False, output_processor: Callable[[Any, Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.sql, self.autocommit, self.parameters = sql, autocommit, parameters
        self.handler, self.split_statements, self.return_last = handler, split_statements, return_last
        self.show_return_value_in_logs = show_return_value_in_logs
        self.requires_result_fetch, self.output_processor = requires_result_fetch, output_processor

    def execute(self, context: Any) -> Any:
        """Run it. Raises ConnectionNotFound, DriverMissing, and what the driver raises."""
        self.log.info("Executing: %s", self.sql)
        hook = self.get_db_hook()
        wanted = self.do_xcom_push or self.requires_result_fetch
        split = bool(self.split_statements if self.split_statements is not None else self.kind)
        found = hook.run(
            sql=self.sql, autocommit=self.autocommit, parameters=self.parameters,
            handler=self.handler if wanted else None, return_last=self.return_last,
            **({"split_statements": True} if split else {}),
        )  # fmt: skip
        if not wanted or self.handler is None:
            return None
        one = self.return_last or (isinstance(self.sql, str) and not split)
        descriptions = getattr(hook, "descriptions", None) or [None]
        value = self._process_output([found] if one else found, descriptions)
        if one:
            value = value[-1]
        if self.show_return_value_in_logs:
            self.log.info("Result: %s", value)
        return value

    def _process_output(self, results: list[Any], descriptions: list[Any]) -> list[Any]:
        """What is made of the results before they are returned; for subclasses, or ``output_processor``."""
        if self.output_processor is None:
            return results
        return list(self.output_processor(results, descriptions))


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
