"""What is going on in all DAGs: each read costs by what is under way or recent, never by the history.

Of runs that ended there is no index by when; so "since yesterday" looks among the runs that were due in the
last days and among those that were made last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader, within
from tradewind.store.statements import Statement, const, one_of
from tradewind.store.tables.dags import dag
from tradewind.store.tables.deadlines import deadline
from tradewind.store.tables.runs import ACTIVE
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import HELD
from tradewind.store.tables.task_instances import task_instance as ti

DUE_WITHIN: Final = timedelta(days=3)
MADE_LAST: Final = 5000
"""So many of the newest runs are looked at, whenever they were due (backfills, runs for old dates)."""


class HomeRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run in one of the lists."""

    dag_id: str
    dag_display_name: str
    run_id: str
    state: str
    run_type: str
    run_after: datetime
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None


_runs = Reader(
    HomeRun,
    {
        **{
            name: run.c[name]
            for name in HomeRun.__struct_fields__
            if name in run.c and name != "dag_display_name"
        },
        "dag_display_name": dag.c.dag_display_name,
    },
)
_SELECT = sa.select(*_runs.columns).select_from(run.join(dag, dag.c.dag_id == run.c.dag_id))


def any_run(tx: Tx, *, access: Access) -> bool:
    """Is there a run at all?"""
    return bool(tx.rows(sa.select(run.c.id).where(within(run.c.dag_id, access)).limit(1)))


def active_counts(tx: Tx, *, access: Access) -> dict[str, int]:
    """State to number, of the runs that are queued or running."""
    counted = sa.select(run.c.state, sa.func.count()).where(
        one_of(run.c.state, ACTIVE), within(run.c.dag_id, access)
    )
    return dict(tx.rows(counted.group_by(run.c.state)))


def running(tx: Tx, limit: int, *, access: Access) -> list[HomeRun]:
    """Runs that run, the longest running first."""
    where = (one_of(run.c.state, ACTIVE), run.c.state == "running", within(run.c.dag_id, access))
    return _runs.all(tx, _SELECT.where(*where).order_by(run.c.start_date, run.c.id).limit(limit))


def not_started(tx: Tx, due: datetime, limit: int, *, access: Access) -> list[HomeRun]:
    """Runs that were due before then and are queued still, the longest waiting first."""
    where = (one_of(run.c.state, ACTIVE), run.c.state == "queued", run.c.run_after < due)
    select = _SELECT.where(*where, ~dag.c.is_paused, within(run.c.dag_id, access))
    return _runs.all(tx, select.order_by(run.c.run_after, run.c.id).limit(limit))


def failed(tx: Tx, since: datetime, limit: int, *, access: Access) -> tuple[list[HomeRun], int]:
    """The latest of the runs that failed since then, and how many did."""
    newest = sa.select(sa.func.max(run.c.id)).scalar_subquery()
    ended = (run.c.state == "failed", run.c.end_date >= since, within(run.c.dag_id, access))
    found: dict[tuple[str, str], HomeRun] = {}
    for recent in (run.c.run_after >= since - DUE_WITHIN, run.c.id > newest - MADE_LAST):
        select = _SELECT.where(recent, *ended).order_by(run.c.end_date.desc()).limit(MADE_LAST)
        found |= {(row.dag_id, row.run_id): row for row in _runs.all(tx, select)}
    rows = sorted(found.values(), key=lambda row: row.end_date or since, reverse=True)
    return rows[:limit], len(rows)


class FailedTask(msgspec.Struct, frozen=True, kw_only=True):
    """The task instance that failed first in a run."""

    task_id: str
    map_index: int
    try_number: int
    end_date: datetime | None
    reason: str | None
    hostname: str | None


_first = Reader(FailedTask, {name: ti.c[name] for name in FailedTask.__struct_fields__})
_FIRST = Statement(
    sa.select(*_first.columns)
    .where(
        ti.c.dag_id == sa.bindparam("dag_id"),
        ti.c.run_id == sa.bindparam("run_id"),
        ti.c.state == sa.bindparam("state"),  # no constant: the index of all that failed is not meant
    )
    .order_by(ti.c.end_date, ti.c.task_id, ti.c.map_index)
    .limit(1)
)


def first_failed(tx: Tx, dag_id: str, run_id: str) -> FailedTask | None:
    """The task instance that failed first in a run, which the caller has read."""
    return _first.first(tx, _FIRST, dag_id=dag_id, run_id=run_id, state="failed")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Task instances that hold something, by where they do."""

    state: str
    pool: str
    queue: str | None
    hostname: str | None
    count: int
    slots: int


_held = Reader(
    Held,
    {
        "state": ti.c.state, "pool": ti.c.pool, "queue": ti.c.queue, "hostname": ti.c.hostname,
        "count": sa.func.count(), "slots": sa.func.sum(ti.c.pool_slots),
    },
    slots=int,
)  # fmt: skip


def held(tx: Tx, *, access: Access) -> list[Held]:
    """What is queued, running, deferred or waits for a person."""
    where = (one_of(ti.c.state, HELD), within(ti.c.dag_id, access))
    select = sa.select(*_held.columns).where(*where)
    return _held.all(tx, select.group_by(ti.c.state, ti.c.pool, ti.c.queue, ti.c.hostname))


class DueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline of a run, or an SLA of a task; ``alert`` counts within the DAG's deadlines."""

    id: int
    dag_id: str
    run_id: str
    kind: str
    alert: int
    name: str | None
    task_id: str | None
    deadline_time: datetime
    run_state: str
    version_hash: str | None


_due = Reader(
    DueRow,
    {
        **{name: deadline.c[name] for name in DueRow.__struct_fields__ if name in deadline.c},
        "run_state": run.c.state, "version_hash": run.c.version_hash,
    },
)  # fmt: skip
_its_run = deadline.join(run, (run.c.dag_id == deadline.c.dag_id) & (run.c.run_id == deadline.c.run_id))


def missed(tx: Tx, since: datetime, limit: int, *, active: bool = False, access: Access) -> list[DueRow]:
    """Deadlines that were missed since then, the latest first; ``active``: only by runs that still go on."""
    latest = (deadline.c.deadline_time.desc(), deadline.c.id.desc())
    where = [deadline.c.missed == sa.true(), deadline.c.deadline_time >= since]
    if active:
        where.append(one_of(run.c.state, ACTIVE))
    return _deadlines(tx, *where, order=latest, limit=limit, access=access)


def coming(tx: Tx, limit: int, *, access: Access) -> list[DueRow]:
    """Deadlines that nobody has looked at because they are still ahead, the next one first."""
    nearest = (deadline.c.deadline_time, deadline.c.id)
    where = (deadline.c.missed == sa.false(), deadline.c.kind != const("reference"))
    return _deadlines(tx, *where, order=nearest, limit=limit, access=access)


def _deadlines(
    tx: Tx,
    *where: sa.ColumnElement[bool],
    order: Sequence[sa.ColumnElement[Any]],
    limit: int,
    access: Access,
) -> list[DueRow]:
    select = sa.select(*_due.columns).select_from(_its_run).where(*where, within(deadline.c.dag_id, access))
    return _due.all(tx, select.order_by(*order).limit(limit))


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """The next run of a DAG."""

    dag_id: str
    dag_display_name: str
    run_after: datetime
    logical_date: datetime | None
    timetable_summary: str | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None


_planned = Reader(
    Planned,
    {
        "dag_id": dag.c.dag_id, "dag_display_name": dag.c.dag_display_name,
        "run_after": dag.c.next_dagrun_create_after, "logical_date": dag.c.next_dagrun,
        "timetable_summary": dag.c.timetable_summary,
        "data_interval_start": dag.c.next_dagrun_data_interval_start,
        "data_interval_end": dag.c.next_dagrun_data_interval_end,
    },
)  # fmt: skip


def planned(
    tx: Tx,
    *,
    after: datetime | None = None,
    before: datetime | None = None,
    dag_id: str | None = None,
    limit: int,
    access: Access,
) -> list[Planned]:
    """The next runs of DAGs that may get them, or of that one, the earliest first."""
    due = dag.c.next_dagrun_create_after
    select = sa.select(*_planned.columns).where(
        due.is_not(None),
        ~dag.c.is_paused,
        ~dag.c.is_stale,
        ~dag.c.has_import_errors,
        within(dag.c.dag_id, access),
    )
    if after is not None:
        select = select.where(due >= after)
    if before is not None:
        select = select.where(due < before)
    if dag_id is not None:
        select = select.where(dag.c.dag_id == dag_id)
    return _planned.all(tx, select.order_by(due, dag.c.dag_id).limit(limit))


class HourOf(FunctionElement[str]):
    """The hour of a time in UTC, as ``YYYY-MM-DD HH``."""

    type = sa.String()
    inherit_cache = True
    name = "hour_of"


@compiles(HourOf, "sqlite")
def _sqlite_hour(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"substr({compiler.process(element.clauses, **kw)}, 1, 13)"


@compiles(HourOf, "postgresql")
def _postgresql_hour(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    # Two percent signs would be one to some drivers; this format has none.
    return f"to_char({compiler.process(element.clauses, **kw)} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


@compiles(HourOf, "mysql", "mariadb")
def _mysql_hour(element: Any, compiler: SQLCompiler, **kw: Any) -> str:
    return f"substr({compiler.process(element.clauses, **kw)}, 1, 13)"


def by_hour(tx: Tx, since: datetime, until: datetime, *, access: Access) -> list[Sequence[Any]]:
    """(hour, state, how many) of the runs that were due in that time."""
    hour = HourOf(run.c.run_after)
    select = sa.select(hour, run.c.state, sa.func.count()).where(
        run.c.run_after >= since, run.c.run_after < until, within(run.c.dag_id, access)
    )
    return tx.rows(select.group_by(hour, run.c.state))
