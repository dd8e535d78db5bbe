"""Waits for a day of the week."""

from __future__ import annotations

from typing import Any

from tradewind.authoring import weekday
from tradewind.authoring.sensor import BaseSensorOperator


class DayOfWeekSensor(BaseSensorOperator):
    """Waits until it is one of the days ``week_day``, in UTC; with ``use_task_logical_date`` it looks at the
    run's logical date instead of the clock.
    """

    def __init__(
        self, *, week_day: Any, use_task_logical_date: bool = False, use_task_execution_day: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._days = weekday.WeekDay.validate_week_day(week_day)

    def poke(self, context: Any) -> bool:
        """Is it such a day?"""
        now = self.clock.now()
        if self.use_task_logical_date:
            run = context["dag_run"].dates
            now = run.logical_date or run.run_after
        self.log.info("Waiting for %s; it is %s", self.week_day, weekday.WeekDay(now.isoweekday()).name)
        return now.isoweekday() in self._days
