"""By when a run, or a task of it, has to be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tradewind.domain.spec import DagSpec
from tradewind.engine import retry

QUEUED_AT = "DAGRUN_QUEUED_AT"
LOGICAL_DATE = "DAGRUN_LOGICAL_DATE"
FIXED = "FIXED_DATETIME"
AVERAGE = "AVERAGE_RUNTIME"
PLUGIN = "PLUGIN"


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """One moment. ``kind`` is ``deadline`` (``alert`` counts within the DAG), ``sla`` (of ``task_id``), or
    ``reference``: a deadline whose moment a plug-in has to be asked for, from ``at`` on.
    """

    kind: str
    at: datetime
    alert: int = 0
    name: str | None = None
    task_id: str | None = None


class RunTimes(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a run when it is made. ``scheduled``: its timetable made it."""

    queued_at: datetime
    logical_date: datetime | None
    interval_end: datetime | None
    run_after: datetime
    scheduled: bool


def of_run(
    spec: DagSpec,
    times: RunTimes,
    *,
    average: Callable[[int, int], float | None],
) -> list[Deadline]:
    """Every deadline of a new run. ``average(most, least)`` is the mean of earlier run times in seconds, None
    where there are fewer than ``least``.
    """
    found = []
    for number, alert in enumerate(spec.deadlines):
        if alert["reference"]["kind"] == PLUGIN:
            found.append(Deadline(kind="reference", at=times.queued_at, alert=number, name=alert.get("name")))
            continue
        at = _moment(alert, times, average)
        if at is not None:
            found.append(Deadline(kind="deadline", at=at, alert=number, name=alert.get("name")))
    if times.scheduled:
        after = times.interval_end or times.run_after
        for task in spec.tasks:
            if task.sla is not None:
                found.append(Deadline(kind="sla", at=retry.due(after, task.sla), task_id=task.task_id))
    return found


def _moment(
    alert: dict[str, Any],
    times: RunTimes,
    average: Callable[[int, int], float | None],
) -> datetime | None:
    start = _reference(alert["reference"], times, average)
    return None if start is None else counted(start, alert)


def counted(start: datetime, alert: dict[str, Any]) -> datetime:
    """When the deadline is that counts from ``start``."""
    seconds = float(alert["interval"])
    return start + timedelta(seconds=seconds) if seconds < 0 else retry.due(start, seconds)


def _reference(
    reference: dict[str, Any], times: RunTimes, average: Callable[[int, int], float | None]
) -> datetime | None:
    kind = reference["kind"]
    if kind == QUEUED_AT:
        return times.queued_at
    if kind == LOGICAL_DATE:
        return times.logical_date
    if kind == FIXED:
        return datetime.fromisoformat(reference["at"])
    usual = average(int(reference["max_runs"]), int(reference["min_runs"]))
    return None if usual is None else retry.due(times.queued_at, usual)
