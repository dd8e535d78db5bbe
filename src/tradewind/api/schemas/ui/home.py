"""The home page: what is going on in everything that one may see."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from tradewind.api.schemas.common import Answer
from tradewind.api.schemas.monitor import HealthInfoResponse
from tradewind.domain.states import DagRunState, DagRunType


class UIFirstCause(Answer, kw_only=True):
    """What failed first in a run."""

    task_id: str
    map_index: int
    try_number: int
    end_date: datetime | None
    message: str | None
    """Why, as far as the database knows."""


class UIHomeRun(Answer, kw_only=True):
    """A run."""

    dag_id: str
    dag_display_name: str
    run_id: str
    state: DagRunState
    run_type: DagRunType
    run_after: datetime
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    cause: UIFirstCause | None = None
    """Of one that failed."""


class UILate(Answer, kw_only=True):
    """A run that is late, and in which way."""

    kind: Literal["deadline", "sla", "slow", "not_started", "not_made"]
    dag_id: str
    run_id: str | None
    """None: it should have been made, and was not."""
    task_id: str | None
    since: datetime
    """The deadline, when it began, or when it was due."""
    name: str | None
    seconds: float
    """How long it is late, or runs."""
    usual_seconds: float | None
    """Of a slow one: 19 of 20 take less."""


class UIUpcoming(Answer, kw_only=True):
    """The next run of a DAG."""

    dag_id: str
    dag_display_name: str
    run_after: datetime
    logical_date: datetime | None
    timetable_summary: str | None


class UIPoolUse(Answer, kw_only=True):
    """A pool and who is in it."""

    name: str
    slots: int
    """-1: no limit."""
    running: int
    queued: int
    deferred: int
    include_deferred: bool
    """Do deferred ones hold slots?"""
    open: int


class UIQueueUse(Answer, kw_only=True):
    """A queue of the executors."""

    name: str
    queued: int
    running: int


class UIHour(Answer, kw_only=True):
    """An hour of the timeline."""

    start: datetime
    success: int = 0
    failed: int = 0
    running: int = 0
    queued: int = 0
    planned: int = 0


class UIHostUse(Answer, kw_only=True):
    """A machine on which tasks run."""

    hostname: str
    running: int
    queues: list[str]


class UIHomeNumbers(Answer, kw_only=True):
    """How many."""

    running_runs: int
    queued_runs: int
    failed_runs: int
    """Since a day."""
    late_runs: int
    """Of each way of being late, 200 are counted at most."""
    running_tasks: int
    queued_tasks: int
    deferred_tasks: int
    awaiting_input: int
    import_errors: int


class UIHome(Answer, kw_only=True):
    """All of it. Lists have 20 entries at most."""

    health: HealthInfoResponse
    hosts: list[UIHostUse]
    numbers: UIHomeNumbers
    ever_ran: bool
    """Is there any run that the asker may see, however old?"""
    running: list[UIHomeRun]
    failed: list[UIHomeRun]
    late: list[UILate]
    """A run stands there once; each way of being late has its turn."""
    upcoming: list[UIUpcoming]
    first_import_error: str | None
    """The file."""
    pools: list[UIPoolUse]
    queues: list[UIQueueUse]
    timeline: list[UIHour]
    """The last 24 hours, the current one, and the next 24."""
