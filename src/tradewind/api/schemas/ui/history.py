"""How the runs of one DAG went."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from tradewind.api.schemas.common import Answer, Aware
from tradewind.domain.states import DagRunState


class UICalendarQuery(msgspec.Struct, kw_only=True):
    """From when to when, and where days begin."""

    since: Aware | None = None
    until: Aware | None = None
    timezone: str = "UTC"


class UIDay(Answer, kw_only=True):
    """A day with runs."""

    day: date
    success: int = 0
    failed: int = 0
    running: int = 0
    queued: int = 0
    planned: int = 0


class UICalendar(Answer, kw_only=True):
    """The days on which runs were or will be due, in order."""

    dag_id: str
    timezone: str
    days: list[UIDay]


class UITrendsQuery(msgspec.Struct, kw_only=True):
    """Of how many runs."""

    limit: int = 50


class UITrendRun(Answer, kw_only=True):
    """One run."""

    run_id: str
    state: DagRunState
    run_after: datetime
    duration: float | None
    queued: float | None
    """Seconds until it began."""
    is_outlier: bool
    """It took longer than three quarters of them by more than one and a half times their spread."""


class UITaskTrend(Answer, kw_only=True):
    """How long a task takes, in seconds."""

    task_id: str
    count: int
    median: float
    p95: float
    outliers: list[str]
    """Runs in which it took unusually long."""


class UITrends(Answer, kw_only=True):
    """Runs from the oldest to the newest, and the 100 tasks that take longest."""

    dag_id: str
    median: float | None
    p95: float | None
    runs: list[UITrendRun]
    tasks: list[UITaskTrend]
    tasks_of_runs: int
    """How many of the newest runs the tasks' numbers are of: fewer where a DAG has many tasks."""
