"""The next runs of a DAG, without making them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tradewind.domain import timetables
from tradewind.domain.intervals import Restriction, RunInfo
from tradewind.domain.messages.plugins import NextRun, RunsAre
from tradewind.domain.spec.timetable import PluginTimetable
from tradewind.runtime.plugin_hosts import Ask
from tradewind.store.records import DagRecord, next_run

if TYPE_CHECKING:
    from tradewind.domain.spec import DagSpec


def runs(record: DagRecord, spec: DagSpec, now: datetime, count: int, *, ask: Ask) -> list[RunInfo]:
    """At most ``count`` next runs: the one that is stored as due, then what the timetable says follows.

    Raises PluginFailed where a timetable of a plug-in does not say it.
    """
    found: list[RunInfo] = []
    info = next_run(record) or _following(spec, None, now, ask)
    while info is not None and len(found) < count:
        found.append(info)
        following = _following(spec, info, now, ask) if len(found) < count else None
        info = following if following != info else None
    return found


def _following(spec: DagSpec, last: RunInfo | None, now: datetime, ask: Ask) -> RunInfo | None:
    """The run after that one, or the first."""
    bounds, timetable = _bounds(spec, catchup=None if last is None else True), spec.timetable
    if not isinstance(timetable, PluginTimetable):
        interval = None if last is None else last.data_interval
        return timetables.next_run(timetable, last=interval, restriction=bounds, now=now)
    if not timetable.scheduled:
        return None
    said = ask(
        NextRun(
            name=timetable.name, data=timetable.data, last=last, earliest=bounds.earliest,
            latest=bounds.latest, catchup=bounds.catchup,
        )
    )  # fmt: skip
    assert isinstance(said, RunsAre)
    return said.runs[0] if said.runs else None


def _bounds(spec: DagSpec, *, catchup: bool | None) -> Restriction:
    starts = [task.start_date for task in spec.tasks if task.start_date is not None]
    earliest = spec.start_date or min(starts, default=None)
    return Restriction(
        earliest=earliest, latest=spec.end_date, catchup=spec.catchup if catchup is None else catchup
    )
