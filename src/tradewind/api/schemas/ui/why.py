"""Why a run is not done, or why it failed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tradewind.api.schemas.common import Answer
from tradewind.api.schemas.ui.home import UIFirstCause
from tradewind.domain.states import DagRunState, TaskInstanceState


class UIReason(Answer, kw_only=True):
    """One thing that is waited for: a code with what fills it, and the same as an English sentence."""

    code: str
    """dag_paused, run_not_running, ended, is_queued, is_running, is_restarting, is_deferred, awaiting_input,
    up_for_retry, up_for_reschedule, past, trigger_rule, pool, pool_missing, pool_too_small, dag_limit,
    run_limit, task_limit, executor_limit, soon."""
    params: dict[str, Any]
    text: str


class UIWaitingTask(Answer, kw_only=True):
    """A task that has not ended; its mapped instances in the same state together."""

    task_id: str
    map_index: int
    """Of the instance for which the reasons were worked out."""
    state: TaskInstanceState | None
    count: int
    """How many instances of the task are in this state."""
    due: datetime | None
    """When time alone moves it on."""
    reasons: list[UIReason]


class UILogLine(Answer, kw_only=True):
    """A line of the log of what failed first."""

    text: str
    level: str | None


class UIWhy(Answer, kw_only=True):
    """Of one run."""

    dag_id: str
    run_id: str
    state: DagRunState
    reasons: list[UIReason]
    """What holds the whole run: its DAG is paused, it is queued."""
    reason: str | None
    """Why it ended as it did, as the scheduler noted it."""
    waiting: list[UIWaitingTask]
    """In the order in which tasks run; at most 200."""
    more: int
    """Rows of that kind that are not in the list."""
    cause: UIFirstCause | None
    """What failed first; of a run that still goes on, too."""
    log: list[UILogLine]
    """The last lines that it wrote, for whoever may read logs."""
