"""Ticks as data intervals: the run for [tick, next tick) is made at the next tick (Airflow 1.x and 2.x)."""

from __future__ import annotations

from datetime import datetime

from tradewind.domain.intervals import DataInterval, Restriction, RunInfo
from tradewind.domain.timetables import ticks as sets


def next_run(
    ticks: sets.Ticks, last: DataInterval | None, restriction: Restriction, now: datetime
) -> RunInfo | None:
    """The interval after ``last``; without catch-up no earlier than the last one that is complete."""
    start = _start(ticks, last, restriction, now)
    if start is None or (restriction.latest is not None and start > restriction.latest):
        return None
    end = ticks.after(start)
    return None if end is None else of(DataInterval(start, end))


def of(interval: DataInterval) -> RunInfo:
    """The run of a data interval."""
    return RunInfo(run_after=interval.end, logical_date=interval.start, data_interval=interval)


def last_complete(ticks: sets.Ticks, moment: datetime) -> DataInterval | None:
    """The last interval that has ended at ``moment``."""
    end = sets.at_or_before(ticks, moment)
    start = ticks.before(end) if end is not None else None
    return None if end is None or start is None else DataInterval(start, end)


def _start(
    ticks: sets.Ticks, last: DataInterval | None, restriction: Restriction, now: datetime
) -> datetime | None:
    earliest = _earliest(ticks, restriction, now)
    if last is None:
        return earliest
    follow = sets.at_or_before(ticks, last.end)
    if follow is None or follow <= last.start:
        # The schedule has become coarser: the interval around the last run began before that run did.
        follow = sets.at_or_after(ticks, last.end)
    return follow if follow is None or earliest is None else max(follow, earliest)


def _earliest(ticks: sets.Ticks, restriction: Restriction, now: datetime) -> datetime | None:
    bound = None if restriction.earliest is None else sets.at_or_after(ticks, restriction.earliest)
    if restriction.catchup:
        return bound
    complete = last_complete(ticks, now)
    if complete is None:
        return bound
    return complete.start if bound is None else max(complete.start, bound)
