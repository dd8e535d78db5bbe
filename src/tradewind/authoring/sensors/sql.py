"""Waits for a row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from tradewind.authoring.sensor import BaseSensorOperator
from tradewind.domain.errors import AirflowException


class SqlSensor(BaseSensorOperator):
    """Runs ``sql`` until it gives a row whose first cell is true (or passes ``success``).

    ``failure(cell)`` fails the sensor; so does an empty result with ``fail_on_empty``.
    """

    template_fields: Collection[str] = ("sql", "hook_params", "parameters")
    template_ext: Sequence[str] = (".hql", ".sql")
    ui_color = "#7c7287"

    def __init__(
        self, *, conn_id: str, sql: str, parameters: Any = None, success: Callable[[Any], bool] | None = None,
        failure: Callable[[Any], bool] | None = None, fail_on_empty: bool = False,
        hook_params: dict[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.conn_id, self.sql, self.parameters = conn_id, sql, parameters
        self.success, self.failure = success, failure
        self.fail_on_empty, self.hook_params = fail_on_empty, hook_params or {}

    def poke(self, context: Any) -> bool:
        """Ask once. Raises AirflowException."""
        from tradewind.authoring.hooks.sql import DbApiHook  # finds a driver

        records = DbApiHook(self.conn_id, **self.hook_params).get_records(self.sql, self.parameters)
        if not records:
            if self.fail_on_empty:
                raise AirflowException(f"Task {self.task_id!r}: no rows, and fail_on_empty is set.")
            return False
        cell = records[0][0]
        if self.failure is not None and self.failure(cell):
            raise AirflowException(f"Task {self.task_id!r}: failure({cell!r}) is true.")
        if self.success is not None:
            return bool(self.success(cell))
        return cell not in (0, "0", "", None)
