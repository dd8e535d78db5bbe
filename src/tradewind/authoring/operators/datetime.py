"""Chooses between two branches by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from tradewind.authoring import moments
from tradewind.authoring.operators.branch import BaseBranchOperator
from tradewind.domain.errors import InvalidValue
from tradewind.runtime.clock import Clock, SystemClock


class BranchDateTimeOperator(BaseBranchOperator):
    """Follows ``follow_task_ids_if_true`` between ``target_lower`` and ``target_upper`` (either may be None).

    Times without a date mean that time, in the DAG's time zone, on today's date in UTC; an upper time before
    the lower one means the day after. ``use_task_logical_date`` looks at the run's logical date instead of
    the clock.
    """

    clock: Clock = SystemClock()

    def __init__(
        self, *, follow_task_ids_if_true: str | Iterable[str], follow_task_ids_if_false: str | Iterable[str],
        target_lower: datetime | time | None, target_upper: datetime | time | None,
        use_task_logical_date: bool = False, use_task_execution_date: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        if target_lower is None and target_upper is None:
            raise InvalidValue("target_lower and target_upper", None, "not both be None")
        self.target_lower, self.target_upper = target_lower, target_upper
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.use_task_logical_date = use_task_logical_date or use_task_execution_date

    def choose_branch(self, context: Any) -> str | Iterable[str]:
        """The branch for now."""
        now = self.clock.now()
        if self.use_task_logical_date:
            run = context["dag_run"].dates
            now = run.logical_date or run.run_after
        lower, upper = self._limits(now)
        if (upper is not None and upper < now) or (lower is not None and lower > now):
            return self.follow_task_ids_if_false
        return self.follow_task_ids_if_true

    def _limits(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        given = (self.target_lower, self.target_upper)
        lower, upper = (self._exact(limit, now.date()) for limit in given)
        with_date = all(isinstance(limit, datetime) for limit in given)
        if lower is not None and upper is not None and upper < lower and not with_date:
            upper += timedelta(days=1)
        return lower, upper

    def _exact(self, limit: datetime | time | None, day: date) -> datetime | None:
        moment = datetime.combine(day, limit) if isinstance(limit, time) else limit
        return moments.to_datetime("target", moment, moments.timezone_of(self.dag.timezone))
