"""SQL that decides on a branch, and rows on their way into tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from tradewind.authoring import calling
from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.operators.sql import BaseSQLOperator
from tradewind.authoring.skipping import BranchMixIn
from tradewind.domain.errors import AirflowException, AirflowSkipException, InvalidValue

_YES: Final = frozenset({"y", "yes", "t", "true", "on", "1"})
_NO: Final = frozenset({"n", "no", "f", "false", "off", "0"})


def parse_boolean(val: str) -> bool | str:
    """True or False for the usual words, whatever their case. Raises InvalidValue (a ValueError) for
    others.
    """
    word = val.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _NoBoolean(val)


class _NoBoolean(InvalidValue, ValueError):
    def __init__(self, value: str) -> None:
        super().__init__("A truth value", value, "be one of yes, true, on, 1, no, false, off, 0")


class BranchSQLOperator(BaseSQLOperator, BranchMixIn):
    """Goes on with one of two sets of tasks: whether the first cell that ``sql`` gives is true decides."""

    template_fields: Collection[str] = ("sql", *BaseSQLOperator.template_fields)
    template_ext: Sequence[str] = (".sql",)
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql"}
    ui_color = "#a22034"
    ui_fgcolor = "#F7F7F7"
    inherits_from_skipmixin = True

    def __init__(
        self, *, sql: str, follow_task_ids_if_true: str | list[str], follow_task_ids_if_false: str |
        list[str], conn_id: str = "default_conn_id", parameters: Iterable[Any] | Mapping[str, Any] | None =
        None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(conn_id=conn_id, **kwargs)
        self.sql, self.parameters = sql, parameters
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false

    def execute(self, context: Any) -> Any:
        """Choose. Raises AirflowException where the answer is neither yes nor no."""
        row = self.first_row(self.sql, self.parameters)
        if not row:
            raise AirflowException(
                "No rows returned from sql query. Operator expected True or False return value."
            )
        cell = row[0] if isinstance(row, (list, tuple)) else row
        chosen = self.follow_task_ids_if_true if _truth(cell, self.sql) else self.follow_task_ids_if_false
        return self.do_branch(context, chosen)


def _truth(cell: Any, sql: str) -> bool:
    if isinstance(cell, str):
        return bool(parse_boolean(cell))
    if isinstance(cell, (bool, int)):
        return bool(cell)
    raise AirflowException(f"The answer of {sql!r} must be a truth, a whole number or text, got {cell!r}.")


class SQLInsertRowsOperator(BaseSQLOperator):
    """Inserts ``rows`` (perhaps the result of another task) into a table; skipped where there are none.

    ``rows_processor(rows, **context)`` makes others of them; ``preoperator`` and ``postoperator`` are
    statements before and after; ``insert_args`` go to the hook's ``insert_rows``.
    """

    template_fields: Collection[str] = (
        "table_name", "schema", "columns", "ignored_columns", "preoperator", "postoperator", "insert_args",
        "rows",
        *BaseSQLOperator.template_fields,
    )  # fmt: skip
    template_ext: Sequence[str] = (".sql",)
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"preoperator": "sql", "postoperator": "sql"}

    def __init__(
        self, *, table_name: str, schema: str | None = None, columns: Iterable[str] | None = None,
        ignored_columns: Iterable[str] | None = None, rows: Any = None,
        rows_processor: Callable[..., Any] | None = None, preoperator: str | list[str] | None = None,
        postoperator: str | list[str] | None = None, insert_args: dict[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.table_name, self.schema = table_name, schema
        self.columns = list(columns) if columns else None
        self.ignored_columns = list(ignored_columns or ())
        self.rows, self._rows_processor = rows if rows is not None else [], rows_processor
        self.preoperator, self.postoperator = preoperator, postoperator
        self.insert_args = insert_args or {}
        if self.ignored_columns and not self.columns:
            raise InvalidValue("ignored_columns", self.ignored_columns, "come together with columns")

    @property
    def table_name_with_schema(self) -> str:
        """The table as SQL names it."""
        return f"{self.schema}.{self.table_name}" if self.schema else self.table_name

    @property
    def column_names(self) -> list[str] | None:
        """The columns that rows have values for; None: all of the table."""
        if self.columns is None:
            return None
        return [column for column in self.columns if column not in self.ignored_columns]

    def execute(self, context: Any) -> Any:
        """Insert. Raises AirflowSkipException, and what the database raises."""
        if not self.rows:
            raise AirflowSkipException(f"Skipping task {self.task_id} because no rows.")
        hook = self.get_db_hook()
        if self.preoperator:
            hook.run(self.preoperator)
        rows, process = self.rows, self._rows_processor
        if process is not None:
            rows = calling.call(process, (rows,), calling.arguments(process, (rows,), {}, context))
        hook.insert_rows(
            table=self.table_name_with_schema, rows=rows, target_fields=self.column_names, **self.insert_args
        )
        if self.postoperator:
            hook.run(self.postoperator)


class GenericTransfer(BaseOperator):
    """Rows of a query on one connection, inserted into a table of another.

    ``page_size``: so many at a time, by ``paginated_sql_statement_format`` (statement, rows, first row);
    otherwise all of them pass through the memory of the task.
    """

    template_fields: Collection[str] = (
        "source_conn_id", "destination_conn_id", "sql", "destination_table", "preoperator", "insert_args",
        "page_size", "paginated_sql_statement_format",
    )  # fmt: skip
    template_ext: Sequence[str] = (".sql", ".hql")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql", "preoperator": "sql"}
    ui_color = "#b0f07c"

    def __init__(
        self, *, sql: str | list[str], destination_table: str, source_conn_id: str, destination_conn_id: str,
        source_hook_params: dict[str, Any] | None = None, destination_hook_params: dict[str, Any] | None =
        None, preoperator: str | list[str] | None = None, insert_args: dict[str, Any] | None = None,
        page_size: int | str | None = None, paginated_sql_statement_format: str | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.sql, self.destination_table, self.preoperator = sql, destination_table, preoperator
        self.source_conn_id, self.destination_conn_id = source_conn_id, destination_conn_id
        self.source_hook_params, self.destination_hook_params = source_hook_params, destination_hook_params
        self.insert_args, self.page_size = insert_args or {}, page_size
        self.paginated_sql_statement_format = paginated_sql_statement_format or "{} LIMIT {} OFFSET {}"

    def execute(self, context: Any) -> None:
        """Move the rows. Raises ConnectionNotFound, NoHook, and what the databases raise."""
        from tradewind.authoring.hooks.base import BaseHook  # drivers are found through it

        source = BaseHook.get_hook(self.source_conn_id, hook_params=self.source_hook_params)
        target = BaseHook.get_hook(self.destination_conn_id, hook_params=self.destination_hook_params)
        for rows in self._pages(source):
            if self.preoperator:
                target.run(self.preoperator)
                self.preoperator = None
            self.log.info("Inserting %d rows into %s", len(rows), self.destination_table)
            target.insert_rows(table=self.destination_table, rows=rows, **self.insert_args)

    def _pages(self, source: Any) -> Iterator[Any]:
        """The rows, a page at a time; at least one page, for the preoperator's sake."""
        if not self.page_size:
            yield source.get_records(self.sql)
            return
        size, sql = int(self.page_size), self.sql if isinstance(self.sql, str) else self.sql[-1]
        first = 0
        while True:
            rows = source.get_records(self.paginated_sql_statement_format.format(sql, size, first))
            if rows or not first:
                yield rows
            if not rows or len(rows) < size:
                return
            first += size
