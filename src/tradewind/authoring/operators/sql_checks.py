"""Checks of data by SQL: a row of truths, a value, an earlier day, two bounds. A check that fails, fails the
task.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from tradewind.authoring.operators.sql import BaseSQLOperator
from tradewind.domain.errors import InvalidValue

Number = int | float


def _values(row: Any) -> list[Any]:
    return list(row.values()) if isinstance(row, Mapping) else list(row)


class SQLCheckOperator(BaseSQLOperator):
    """Every cell of the first row that ``sql`` gives must be true in Python's sense; so no row fails, and
    0.
    """

    template_fields: Collection[str] = ("sql", *BaseSQLOperator.template_fields)
    template_ext: Sequence[str] = (".hql", ".sql")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql"}
    ui_color = "#fff7e6"

    def __init__(
        self, *, sql: str, parameters: Iterable[Any] | Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.sql, self.parameters = sql, parameters

    def execute(self, context: Any) -> None:
        """Check. Raises AirflowException."""
        row = self.first_row(self.sql, self.parameters)
        if not row:
            self._raise_exception(f"The following query returned zero rows: {self.sql}")
        if not all(bool(cell) for cell in _values(row)):
            self._raise_exception(f"Test failed.\nQuery:\n{self.sql}\nResults:\n{row!s}")
        self.log.info("Success.")


class SQLValueCheckOperator(BaseSQLOperator):
    """Every cell of the first row must be ``pass_value``, as text or, where that is a number, as a number
    within ``tolerance`` (a share: 0.1 is ten per cent).
    """

    template_fields: Collection[str] = ("sql", "pass_value", *BaseSQLOperator.template_fields)
    template_ext: Sequence[str] = (".hql", ".sql")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql"}
    ui_color = "#fff7e6"

    def __init__(
        self, *, sql: str, pass_value: Any, tolerance: Any = None,
        parameters: Iterable[Any] | Mapping[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.sql, self.pass_value, self.parameters = sql, str(pass_value), parameters
        self.tol = _number(tolerance)
        if tolerance is not None and isinstance(self.tol, str):
            raise InvalidValue("tolerance", tolerance, "be a number, such as 0.1 for ten per cent")

    def execute(self, context: Any) -> None:
        """Check. Raises AirflowException."""
        row = self.first_row(self.sql, self.parameters)
        if not row:
            self._raise_exception(f"The following query returned zero rows: {self.sql}")
        self.check_value(row)

    def check_value(self, records: Any) -> None:
        """Check a row that was had otherwise. Raises AirflowException."""
        wanted = _number(self.pass_value)
        try:
            passed = all(self._is(cell, wanted) for cell in _values(records))
        except (TypeError, ValueError):
            passed = False
        if not passed:
            shown = f" ± {self.tol:.0%}" if self.tol else ""
            self._raise_exception(
                f"Test failed.\nPass value:{wanted}{shown}\nQuery:\n{self.sql}\nResults:\n{records!s}"
            )

    def _is(self, cell: Any, wanted: str | Number) -> bool:
        if isinstance(wanted, str):
            return str(cell) == wanted
        found = float(cell)
        if not self.tol:
            return bool(found == wanted)
        ends = (wanted * (1 - self.tol), wanted * (1 + self.tol))
        return bool(min(ends) <= found <= max(ends))


def _number(value: Any) -> Any:
    """As a float where it is one, else as it is."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _max_over_min(now: Number, then: Number) -> float:
    return max(now, then) / min(now, then)


def _relative_diff(now: Number, then: Number) -> float:
    return abs(now - then) / then


RATIOS: Final[dict[str, Callable[[Number, Number], float]]] = {
    "max_over_min": _max_over_min,
    "relative_diff": _relative_diff,
}


class SQLIntervalCheckOperator(BaseSQLOperator):
    """Compares measures of a table's rows of today (``{{ ds }}`` in ``date_filter_column``) with those of
    ``days_back`` days ago: the ratio of each must stay below its threshold.
    """

    template_fields: Collection[str] = ("sql1", "sql2", *BaseSQLOperator.template_fields)
    template_ext: Sequence[str] = (".hql", ".sql")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql1": "sql", "sql2": "sql"}
    ui_color = "#fff7e6"
    ratio_formulas = RATIOS

    def __init__(
        self, *, table: str, metrics_thresholds: Mapping[str, Number], date_filter_column: str | None = "ds",
        days_back: int | str = -7, ratio_formula: str | None = "max_over_min", ignore_zero: bool = True,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        formula = ratio_formula or "max_over_min"
        if formula not in self.ratio_formulas:
            raise InvalidValue("ratio_formula", formula, f"be one of {', '.join(self.ratio_formulas)}")
        if not metrics_thresholds:
            raise InvalidValue("metrics_thresholds", metrics_thresholds, "name at least one measure")
        self.ratio_formula, self.ignore_zero, self.table = formula, ignore_zero, table
        self.metrics_thresholds = dict(metrics_thresholds)
        self.metrics_sorted = sorted(self.metrics_thresholds)
        self.date_filter_column = date_filter_column
        self.days_back = -abs(int(days_back))
        # Table, columns and measures are the author's own words; what they mean is checked by the database.
        asked = f"SELECT {', '.join(self.metrics_sorted)} FROM {table} WHERE {date_filter_column}="  # noqa: S608
        self.sql1 = f"{asked}'{{{{ ds }}}}'"
        self.sql2 = f"{asked}'{{{{ macros.ds_add(ds, {self.days_back}) }}}}'"

    def execute(self, context: Any) -> None:
        """Check. Raises AirflowException."""
        then, now = self.first_row(self.sql2), self.first_row(self.sql1)
        for row, sql in ((then, self.sql2), (now, self.sql1)):
            if not row:
                self._raise_exception(f"The query {sql} returned None")
        pairs = zip(self.metrics_sorted, _values(now), _values(then), strict=True)
        failed = [text for name, one, other in pairs if (text := self._failure(name, one, other))]
        if failed:
            self._raise_exception(
                f"The following tests have failed ({self.ratio_formula} of today and {-self.days_back} days "
                f"ago):\n" + "\n".join(failed)
            )
        self.log.info("All tests have passed")

    def _failure(self, name: str, now: Any, then: Any) -> str | None:
        """What is wrong with one measure, or None."""
        limit = self.metrics_thresholds[name]
        if not now or not then:
            return (
                None if self.ignore_zero else f"  {name}: {now} today, {then} then; there is no ratio with 0"
            )
        ratio = self.ratio_formulas[self.ratio_formula](now, then)
        if float(ratio) < limit:
            return None
        return f"  {name}: {now} today, {then} then; ratio {ratio:g} is not below {limit:g}"


class SQLThresholdCheckOperator(BaseSQLOperator):
    """The first cell that ``sql`` gives must lie between two bounds, numbers or queries that give one."""

    template_fields: Collection[str] = (
        "sql", "min_threshold", "max_threshold", *BaseSQLOperator.template_fields,
    )  # fmt: skip
    template_ext: Sequence[str] = (".hql", ".sql")
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql"}

    def __init__(self, *, sql: str, min_threshold: Any, max_threshold: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.min_threshold, self.max_threshold = _number(min_threshold), _number(max_threshold)

    def execute(self, context: Any) -> None:
        """Check. Raises AirflowException."""
        found = self._cell(self.sql)
        least, most = self._bound(self.min_threshold), self._bound(self.max_threshold)
        told = {
            "result": found, "task_id": self.task_id, "min_threshold": least, "max_threshold": most,
            "within_threshold": least <= found <= most,
        }  # fmt: skip
        self.push(told)
        if not told["within_threshold"]:
            self._raise_exception(
                f"Threshold Check: {found} of task {self.task_id!r} is not between {least} and {most}. "
                f"Query: {self.sql}"
            )
        self.log.info("Test %s Successful.", self.task_id)

    def push(self, meta_data: Mapping[str, Any]) -> None:
        """Told of each check before it may fail; logs. For subclasses."""
        self.log.info("Log from %s: \n%s", self.dag_id, "\n".join(f"{k}: {v}" for k, v in meta_data.items()))

    def _bound(self, given: Any) -> Any:
        number = _number(given)  # a template may have become one
        return number if not isinstance(number, str) else self._cell(number)

    def _cell(self, sql: str) -> Any:
        row = self.first_row(sql)
        if not row:
            self._raise_exception(f"The following query returned zero rows: {sql}")
        return _values(row)[0]
