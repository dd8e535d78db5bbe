"""Chooses between two branches by the day of the week."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tradewind.authoring import weekday
from tradewind.authoring.operators.branch import BaseBranchOperator
from tradewind.runtime.clock import Clock, SystemClock


class BranchDayOfWeekOperator(BaseBranchOperator):
    """Follows ``follow_task_ids_if_true`` on the days ``week_day``, in UTC; with ``use_task_logical_date`` it
    looks at the run's logical date instead of the clock.
    """

    clock: Clock = SystemClock()

    def __init__(
        self, *, follow_task_ids_if_true: str | Iterable[str], follow_task_ids_if_false: str | Iterable[str],
        week_day: Any, use_task_logical_date: bool = False, use_task_execution_day: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date or use_task_execution_day
        self._days = weekday.WeekDay.validate_week_day(week_day)

    def choose_branch(self, context: Any) -> str | Iterable[str]:
        """The branch for the day."""
        now = self.clock.now()
        if self.use_task_logical_date:
            run = context["dag_run"].dates
            now = run.logical_date or run.run_after
        is_such = now.isoweekday() in self._days
        return self.follow_task_ids_if_true if is_such else self.follow_task_ids_if_false
