"""Runs to come, as far as they can be told without asking a DAG's timetable."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from tradewind.domain import errors
from tradewind.domain.timetables import cron

if TYPE_CHECKING:
    from tradewind.store.queries.ui.home import Planned

MOST_OF_ONE: Final = 96
"""Planned runs of one DAG that are told."""
_MOMENT: Final = timedelta(microseconds=1)
Next = Callable[[datetime], datetime | None]


def to_come(
    row: Planned, *, until: datetime, zones: Sequence[str], most: int = MOST_OF_ONE
) -> Iterator[datetime]:
    """The next run of a DAG and those after it: the ticks of its cron expression, in the first of these
    zones in which the next run is one; else as far apart as its data interval is long; else none.
    """
    after = _by_cron(row, zones) or _by_interval(row)
    at: datetime | None = row.run_after
    for _ in range(most):
        if at is None or at >= until:
            return
        yield at
        at = after(at)


def _by_cron(row: Planned, zones: Sequence[str]) -> Next | None:
    for zone in zones if row.timetable_summary else ():
        try:
            ticks = cron.cron_ticks((row.timetable_summary or "",), zone)
        except errors.AirflowTimetableInvalid:
            return None
        if ticks.after(row.run_after - _MOMENT) == row.run_after:
            return ticks.after
    return None


def _by_interval(row: Planned) -> Next:
    start, end = row.data_interval_start, row.data_interval_end
    step = end - start if start is not None and end is not None else timedelta()
    return lambda at: at + step if step > timedelta() else None
