"""Checks of the columns of a table, and of the table as a whole, in one query each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Final

from tradewind.authoring.operators.sql import BaseSQLOperator
from tradewind.domain.errors import DagDefinitionError, did_you_mean

_MEASURES: Final = {
    "null_check": "SUM(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END)",
    "distinct_check": "COUNT(DISTINCT {column})",
    "unique_check": "COUNT({column}) - COUNT(DISTINCT {column})",
    "min": "MIN({column})",
    "max": "MAX({column})",
}
_COMPARISONS: Final = ("greater_than", "geq_to", "less_than", "leq_to", "equal_to")
_EXCLUDE: Final = (
    ("greater_than", "geq_to"), ("less_than", "leq_to"), ("equal_to", "greater_than"), ("equal_to", "geq_to"),
    ("equal_to", "less_than"), ("equal_to", "leq_to"),
)  # fmt: skip


class WrongCheck(DagDefinitionError, ValueError):
    """A check is written wrongly."""


class SQLColumnCheckOperator(BaseSQLOperator):
    """``column_mapping`` names for each column its checks (null_check, distinct_check, unique_check, min,
    max), and for each check what its number must be: equal_to, or greater_than or geq_to and less_than or
    leq_to, with ``tolerance`` (a share) and ``partition_clause`` (a condition) of its own.

    ``accept_none``: a number that is NULL, for there are no rows, counts as 0. Raises WrongCheck.
    """

    template_fields: Collection[str] = (
        "table", "partition_clause", "sql", *BaseSQLOperator.template_fields,
    )  # fmt: skip
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql"}
    column_checks: ClassVar[Mapping[str, str]] = _MEASURES

    def __init__(
        self, *, table: str, column_mapping: Mapping[str, Mapping[str, Mapping[str, Any]]],
        partition_clause: str | None = None, accept_none: bool = True, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.table, self.partition_clause, self.accept_none = table, partition_clause, accept_none
        self.column_mapping = {
            column: {name: self._checked(column, name, dict(check)) for name, check in checks.items()}
            for column, checks in column_mapping.items()
        }
        self.sql = "\nUNION ALL\n".join(
            self._query(column, name, check)
            for column, checks in self.column_mapping.items()
            for name, check in checks.items()
        )

    def _checked(self, column: str, name: str, check: dict[str, Any]) -> dict[str, Any]:
        where = f"Task {self.task_id!r}, check {name!r} of column {column!r}"
        if name not in self.column_checks:
            known = ", ".join(self.column_checks)
            raise WrongCheck(
                f"{where}: there is no such check. Use {known}.{did_you_mean(name, self.column_checks)}"
            )
        known_words = (*_COMPARISONS, "tolerance", "partition_clause")
        for word in check:
            if word not in known_words:
                raise WrongCheck(f"{where} has no {word!r}.{did_you_mean(word, known_words)}")
        if not any(word in check for word in _COMPARISONS):
            raise WrongCheck(f"{where} compares with nothing. Give one of {', '.join(_COMPARISONS)}.")
        for one, other in _EXCLUDE:
            if one in check and other in check:
                raise WrongCheck(f"{where} has {one} and {other}, of which only one can be meant.")
        return check

    def _query(self, column: str, name: str, check: Mapping[str, Any]) -> str:
        # Table, columns and conditions are the author's own words, as in any SQL operator.
        measure = self.column_checks[name].format(column=column)
        where = _where(self.partition_clause, check.get("partition_clause"))
        return (
            f"SELECT '{column}' AS col_name, '{name}' AS check_type, {measure} AS check_result "  # noqa: S608
            f"FROM {self.table}{where}"
        )

    def execute(self, context: Any) -> None:
        """Check. Raises AirflowException, naming every check that failed."""
        records = self.get_db_hook().get_records(self.sql)
        if not records:
            self._raise_exception(f"The following query returned zero rows: {self.sql}")
        failed = []
        for column, name, found in records:
            check = self.column_mapping[column][name]
            check["result"] = found
            check["success"] = self._passes(found, check)
            if not check["success"]:
                failed.append(f"Column: {column}\n\tCheck: {name},\n\tCheck Values: {check}")
        if failed:
            self._raise_exception(
                f"Test failed.\nResults:\n{records!s}\nThe following tests have failed:\n" + "\n".join(failed)
            )
        self.log.info("All tests have passed")

    def _passes(self, found: Any, check: Mapping[str, Any]) -> bool:
        if found is None:
            if not self.accept_none:
                return False
            found = 0
        share = check.get("tolerance")
        return all(
            _compares(word, found, check[word], float(share or 0)) for word in _COMPARISONS if word in check
        )


def _where(*clauses: str | None) -> str:
    given = " AND ".join(clause for clause in clauses if clause)
    return f" WHERE {given}" if given else ""


def _compares(word: str, found: Any, wanted: Any, share: float) -> bool:
    """``share`` widens what is allowed by that part of ``wanted``."""
    low, high = (wanted - abs(wanted) * share, wanted + abs(wanted) * share) if share else (wanted, wanted)
    return bool(
        {
            "greater_than": lambda: found > low,
            "geq_to": lambda: found >= low,
            "less_than": lambda: found < high,
            "leq_to": lambda: found <= high,
            "equal_to": lambda: low <= found <= high,
        }[word]()
    )


class SQLTableCheckOperator(BaseSQLOperator):
    """``checks`` names checks, each with a ``check_statement`` (a condition on a row, or on sums of rows)
    and perhaps a ``partition_clause`` (a condition that chooses rows). Raises WrongCheck.
    """

    template_fields: Collection[str] = (
        "table", "partition_clause", "sql", "checks", *BaseSQLOperator.template_fields,
    )  # fmt: skip
    template_fields_renderers: ClassVar[Mapping[str, str]] = {"sql": "sql"}

    def __init__(
        self, *, table: str, checks: Mapping[str, Mapping[str, Any]], partition_clause: str | None = None,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        for name, check in checks.items():
            if not isinstance(check, Mapping) or not check.get("check_statement"):
                raise WrongCheck(f"Task {self.task_id!r}, check {name!r} has no check_statement.")
        self.table, self.partition_clause = table, partition_clause
        self.checks: dict[str, Any] = {name: dict(check) for name, check in checks.items()}
        self.sql = "\nUNION ALL\n".join(self._query(name, check) for name, check in self.checks.items())

    def _query(self, name: str, check: Mapping[str, Any]) -> str:
        where = _where(self.partition_clause, check.get("partition_clause"))
        # The author's own words, as in any SQL operator.
        return (
            f"SELECT '{name}' AS check_name, MIN(passed) AS check_result FROM (SELECT CASE WHEN "  # noqa: S608
            f"{check['check_statement']} THEN 1 ELSE 0 END AS passed FROM {self.table}{where}) AS sq"
        )

    def execute(self, context: Any) -> None:
        """Check. Raises AirflowException, naming every check that failed."""
        records = self.get_db_hook().get_records(self.sql)
        if not records:
            self._raise_exception(f"The following query returned zero rows: {self.sql}")
        for name, found in records:
            self.checks[name]["success"] = bool(found) and str(found) != "0"
        failed = [
            f"\tCheck: {name},\n\tCheck Values: {check}"
            for name, check in self.checks.items()
            if not check.get("success")
        ]
        if failed:
            self._raise_exception(
                f"Test failed.\nResults:\n{records!s}\nThe following tests have failed:\n" + "\n".join(failed)
            )
        self.log.info("All tests have passed")
