"""When a failed try is repeated. Nothing is stored: the time follows from its end and the current spec."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta
from typing import Final

from tradewind.domain.spec import TaskSpec

MAX_DELAY: Final = 24 * 60 * 60.0
"""Seconds; a delay that grows never goes beyond a day (``[core] max_task_retry_delay``)."""


def may_retry(task: TaskSpec, try_number: int, max_tries: int) -> bool:
    """Whether a failed try is followed by another one."""
    return task.retries > 0 and try_number <= max_tries


def delay(
    task: TaskSpec,
    *,
    dag_id: str,
    logical_date: datetime | None,
    try_number: int,
    override: float | None = None,
) -> float:
    """Seconds from the end of try ``try_number`` to the next one.

    A delay that grows is spread by a hash, so that tasks that failed together do not come back together, and
    is the same each time it is computed. It lies in [least, 2 * least) before the caps.
    """
    if override is not None:
        return override
    seconds = task.retry_delay
    multiplier = task.retry_multiplier or 1.0
    if multiplier != 1.0:
        least = _least(seconds, multiplier, try_number)
        seconds = min(least + _spread(task.task_id, dag_id, logical_date, try_number) % least, MAX_DELAY)
    if task.max_retry_delay is not None:
        seconds = min(seconds, task.max_retry_delay)
    return seconds


def due(end: datetime, seconds: float) -> datetime:
    """``seconds`` after ``end``; the last possible moment where the sum is beyond the calendar."""
    try:
        return end + timedelta(seconds=seconds)
    except OverflowError:
        return datetime.max.replace(tzinfo=end.tzinfo)


def _least(seconds: float, multiplier: float, try_number: int) -> int:
    try:
        return max(1, math.ceil(seconds * multiplier ** (try_number - 1)))
    except OverflowError:
        return int(MAX_DELAY)


def _spread(task_id: str, dag_id: str, logical_date: datetime | None, try_number: int) -> int:
    text = f"{dag_id}#{task_id}#{logical_date}#{try_number}"
    return int(hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(), 16)
