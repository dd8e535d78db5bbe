"""A DAG's calendar and trends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from tradewind.api import home, plans
from tradewind.api.door import Call, Door
from tradewind.api.routes.public.dags import row_of
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.routes.ui.recent_runs import seconds
from tradewind.api.schemas.ui import history as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain.states import FINISHED_RUN, DagRunState
from tradewind.store.queries.browse.dags import DagRow
from tradewind.store.queries.ui import grid, history
from tradewind.store.queries.ui import home as home_queries

door = Door(TAG, PREFIX)
_MOST_DAYS: Final = 800
_MOST_PLANNED: Final = 800
_MOST_RUNS: Final = 200
_MOST_INSTANCES: Final = 20_000
_MOST_TASKS: Final = 100
_SPREADS: Final = 1.5
"""What lies so many spreads of the middle half above it is an outlier (Tukey's rule)."""


@door.get(
    "/dags/{dag_id}/calendar", Resource.RUN, name="ui_calendar", query=schemas.UICalendarQuery,
    answer=schemas.UICalendar,
)  # fmt: skip
def get_calendar(call: Call) -> schemas.UICalendar:
    """Show how many runs were due on each day, and how they ended; of days to come what is planned."""
    row, query, zone = row_of(call), call.query, _zone(call.query.timezone)
    until = query.until or call.now + timedelta(days=31)
    since = query.since or call.now - timedelta(days=366)
    if not timedelta() <= until - since <= timedelta(days=_MOST_DAYS):
        raise errors.InvalidValue("until", until.isoformat(), f"lie at most {_MOST_DAYS} days after since")
    days: defaultdict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for at, state, count in history.moments(
        call.tx, row.dag_id, since.astimezone(UTC), until.astimezone(UTC), access=call.access
    ):
        days[at.astimezone(zone).date()][state] += count
    for at in _planned(call, row, until):
        days[at.astimezone(zone).date()]["planned"] += 1
    return schemas.UICalendar(
        dag_id=row.dag_id,
        timezone=query.timezone,
        days=[schemas.UIDay(day=day, **counts) for day, counts in sorted(days.items())],
    )


def _planned(call: Call, row: DagRow, until: datetime) -> list[datetime]:
    """The runs to come of that DAG."""
    found = home_queries.planned(call.tx, limit=1, access=call.access, dag_id=call.dag_id)
    if not found:
        return []
    zones = [call.services.specs.spec(call.tx, row.dag_id, row.version_hash).timezone]
    return [
        at
        for next_run in found
        for at in plans.to_come(next_run, until=until, zones=zones, most=_MOST_PLANNED)
    ]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise errors.InvalidValue("timezone", name, "name a time zone such as Europe/Berlin") from None


@door.get(
    "/dags/{dag_id}/trends", Resource.TASK_INSTANCE, name="ui_trends", query=schemas.UITrendsQuery,
    answer=schemas.UITrends,
)  # fmt: skip
def get_trends(call: Call) -> schemas.UITrends:
    """Show how long the newest runs and their tasks took, and which took unusually long."""
    row = row_of(call)
    limit = min(max(call.query.limit, 1), _MOST_RUNS)
    runs = grid.columns(
        call.tx, row.dag_id, limit=limit, before=None, states=(), run_types=(), access=call.access
    )
    lasted = sorted(
        took
        for run in runs
        if run.state in FINISHED_RUN and (took := seconds(run.start_date, run.end_date, call.now)) is not None
    )
    bound = _bound(lasted)
    spec = call.services.specs.find(call.tx, row.dag_id, row.version_hash)
    tasks = max(1, len(spec.tasks)) if spec is not None else 1
    some = [run.run_id for run in runs][: max(5, _MOST_INSTANCES // tasks)]
    return schemas.UITrends(
        dag_id=row.dag_id,
        median=home.percentile(lasted, 0.5) if lasted else None,
        p95=home.percentile(lasted, 0.95) if lasted else None,
        runs=[_run(run, bound, call.now) for run in reversed(runs)],
        tasks=_tasks(history.durations(call.tx, row.dag_id, some, _MOST_INSTANCES)),
        tasks_of_runs=len(some),
    )


def _bound(ordered: Sequence[float]) -> float:
    """What is above this is an outlier."""
    if len(ordered) < 4:
        return float("inf")
    lower, upper = home.percentile(ordered, 0.25), home.percentile(ordered, 0.75)
    return upper + _SPREADS * (upper - lower)


def _run(run: grid.Column, bound: float, now: datetime) -> schemas.UITrendRun:
    took = seconds(run.start_date, run.end_date, now)
    begun = None if run.start_date is None or run.queued_at is None else run.start_date - run.queued_at
    return schemas.UITrendRun(
        run_id=run.run_id,
        state=DagRunState(run.state),
        run_after=run.run_after,
        duration=took,
        queued=None if begun is None else max(0.0, begun.total_seconds()),
        is_outlier=took is not None and took > bound,
    )


def _tasks(rows: Sequence[history.Took]) -> list[schemas.UITaskTrend]:
    by_task: defaultdict[str, list[history.Took]] = defaultdict(list)
    for row in rows:
        by_task[row.task_id].append(row)
    found = [_task(task_id, parts) for task_id, parts in by_task.items()]
    found.sort(key=lambda one: one.median, reverse=True)
    return found[:_MOST_TASKS]


def _task(task_id: str, parts: Sequence[history.Took]) -> schemas.UITaskTrend:
    ordered = sorted(part.duration for part in parts)
    bound = _bound(ordered)
    return schemas.UITaskTrend(
        task_id=task_id,
        count=len(parts),
        median=home.percentile(ordered, 0.5),
        p95=home.percentile(ordered, 0.95),
        outliers=sorted({part.run_id for part in parts if part.duration > bound}),
    )
