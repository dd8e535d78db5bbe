"""The next runs of a DAG, without making them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tradewind.domain import timetables
from tradewind.domain.intervals import DataInterval, Restriction, RunInfo
from tradewind.store.records import DagRecord, next_run

if TYPE_CHECKING:
    from tradewind.domain.spec import DagSpec


def runs(record: DagRecord, spec: DagSpec, now: datetime, count: int) -> list[RunInfo]:
    """At most ``count`` next runs: the one that is stored as due, then what the timetable says follows."""
    found: list[RunInfo] = []
    info = next_run(record) or _first(spec, now)
    while info is not None and len(found) < count:
        found.append(info)
        following = _after(spec, info.data_interval, now)
        info = following if following != info else None
    return found


def _first(spec: DagSpec, now: datetime) -> RunInfo | None:
    return timetables.next_run(spec.timetable, last=None, restriction=_bounds(spec), now=now)


def _after(spec: DagSpec, last: DataInterval, now: datetime) -> RunInfo | None:
    return timetables.next_run(spec.timetable, last=last, restriction=_bounds(spec, catchup=True), now=now)


def _bounds(spec: DagSpec, *, catchup: bool | None = None) -> Restriction:
    starts = [task.start_date for task in spec.tasks if task.start_date is not None]
    earliest = spec.start_date or min(starts, default=None)
    return Restriction(
        earliest=earliest, latest=spec.end_date, catchup=spec.catchup if catchup is None else catchup
    )
