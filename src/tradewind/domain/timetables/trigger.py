"""Ticks as runs: the run is made at the tick and named after it (Airflow 3.x)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tradewind.domain.intervals import DataInterval, Restriction, RunInfo
from tradewind.domain.timetables import ticks as sets

_LEAST_BUFFER: Final = timedelta(minutes=5)


def next_run(
    ticks: sets.Ticks,
    last: DataInterval | None,
    restriction: Restriction,
    now: datetime,
    *,
    interval: timedelta = timedelta(),
    run_immediately: bool | float | None = False,
) -> RunInfo | None:
    """The tick after ``last`` within the restriction; without catch-up no earlier than the latest past tick.

    ``interval`` is the length of the data interval that ends at the tick. ``run_immediately`` says which tick
    is the first where there is neither a start date nor an earlier run (see CronTriggerTimetable).
    """
    candidates: list[datetime | None] = []
    if last is not None:
        candidates.append(ticks.after(last.end))
    elif restriction.earliest is None:
        candidates.append(_first(ticks, now, run_immediately))
    if restriction.earliest is not None and (last is None or not restriction.catchup):
        candidates.append(sets.at_or_after(ticks, restriction.earliest))
    if any(candidate is None for candidate in candidates):
        return None
    if not restriction.catchup:
        candidates.append(sets.at_or_before(ticks, now))
    tick = max(candidate for candidate in candidates if candidate is not None)
    if restriction.latest is not None and tick > restriction.latest:
        return None
    return at(tick, interval)


def at(tick: datetime, interval: timedelta) -> RunInfo:
    """The run made at a tick."""
    start = tick - interval
    return RunInfo(run_after=tick, logical_date=start, data_interval=DataInterval(start, tick))


def _first(ticks: sets.Ticks, now: datetime, run_immediately: bool | float | None) -> datetime | None:
    past = sets.at_or_before(ticks, now)
    coming = sets.at_or_after(ticks, now)
    if past is None or coming is None or past == now:
        return coming if past is None else past
    if isinstance(run_immediately, bool):
        return past if run_immediately else coming
    if run_immediately is None:
        buffer = max((coming - past) / 10, _LEAST_BUFFER)
    else:
        buffer = timedelta(seconds=run_immediately)
    return past if now - past <= buffer else coming
