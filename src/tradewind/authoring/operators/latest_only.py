"""Skips what comes after it in runs that make up for the past."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from tradewind.authoring import neighbours
from tradewind.authoring.operators.branch import BaseBranchOperator
from tradewind.domain.intervals import DataInterval
from tradewind.runtime.clock import Clock, SystemClock


class LatestOnlyOperator(BaseBranchOperator):
    """Goes on only in the newest run of the schedule; runs asked for by somebody always go on."""

    ui_color = "#e9ffdb"
    clock: Clock = SystemClock()

    def choose_branch(self, context: Any) -> str | Iterable[str]:
        """All tasks after it, or none."""
        run = context["dag_run"]
        if run.external_trigger:
            self.log.info("Externally triggered run: always go on.")
            return sorted(self.downstream_task_ids)
        if self._is_latest(run.dates):
            self.log.info("Latest run: go on.")
            return sorted(self.downstream_task_ids)
        self.log.info("Not the latest run: skip what comes after.")
        return []

    def _is_latest(self, run: Any) -> bool:
        start: datetime | None = run.data_interval_start or run.logical_date
        end: datetime | None = run.data_interval_end or run.logical_date
        if start is None or end is None:
            return True
        now = self.clock.now()
        following = neighbours.next_due(self.dag, DataInterval(start, end))
        return following is None or now <= following
