"""Schedules without ticks: once, and as often as possible."""

from __future__ import annotations

from datetime import datetime

from tradewind.domain.intervals import DataInterval, Restriction, RunInfo
from tradewind.domain.timetables import interval


def once(last: DataInterval | None, restriction: Restriction, now: datetime) -> RunInfo | None:
    """One run, at the start date (now, if there is none); never a second."""
    at = now if restriction.earliest is None else restriction.earliest
    if last is not None or (restriction.latest is not None and at > restriction.latest):
        return None
    return exact(at)


def continuous(last: DataInterval | None, restriction: Restriction, now: datetime) -> RunInfo | None:
    """A run for the time since the last one ended; the caller makes it when no run is active."""
    start = last.end if last is not None else (now if restriction.earliest is None else restriction.earliest)
    end = max(start, now)
    if restriction.latest is not None and end > restriction.latest:
        return None
    return interval.of(DataInterval(start, end))


def exact(at: datetime) -> RunInfo:
    """A run at a moment, with a data interval of length zero."""
    return RunInfo(run_after=at, logical_date=at, data_interval=DataInterval.exact(at))
