"""The logical dates before and after a run's, as its DAG's schedule has them (variables of 1.x and 2.x)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tradewind.domain import timetables
from tradewind.domain.intervals import DataInterval, Restriction

_LOOK_BACK = (0.05, 1, 8, 40, 400, 1500)
"""Days; the first is short, because minutely schedules have many runs a day."""


def logical_date(dag: Any, run: Any, *, later: bool) -> datetime | None:
    """The neighbour of ``run`` (a RunContext) in time; None where the schedule has none."""
    at = run.logical_date
    if dag is None or at is None:
        return None
    if later:
        return after(dag, DataInterval(run.data_interval_start or at, run.data_interval_end or at))
    return before(dag, at)


def after(dag: Any, interval: DataInterval) -> datetime | None:
    """The logical date of the run that follows the one of ``interval``."""
    free = Restriction(earliest=None, latest=None, catchup=True)
    info = timetables.next_run(dag.timetable_spec, last=interval, restriction=free, now=interval.end)
    return info.logical_date if info is not None else None


def before(dag: Any, at: datetime) -> datetime | None:
    """The logical date of the last run before ``at``: looked for over longer and longer spans."""
    spec = dag.timetable_spec
    if not timetables.periodic(spec):
        return None
    for days in _LOOK_BACK:
        found = None
        for info in timetables.iter_between(spec, at - timedelta(days=days), at - timedelta(microseconds=1)):
            found = info.logical_date
        if found is not None:
            return found
    return None


def next_due(dag: Any, interval: DataInterval) -> datetime | None:
    """When the run that follows the one of ``interval`` is due; None where the schedule has none."""
    free = Restriction(earliest=None, latest=None, catchup=True)
    info = timetables.next_run(dag.timetable_spec, last=interval, restriction=free, now=interval.end)
    return info.run_after if info is not None else None


def interval_at(dag: Any, at: datetime) -> DataInterval:
    """The data interval of the schedule's run of logical date ``at``; of length zero where it has none."""
    for info in timetables.iter_between(dag.timetable_spec, at, at + timedelta(days=_LOOK_BACK[-1])):
        return info.data_interval if info.logical_date == at else DataInterval.exact(at)
    return DataInterval.exact(at)
