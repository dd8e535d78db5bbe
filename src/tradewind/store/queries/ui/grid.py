"""Runs and their task instances as the grid shows them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader, within
from tradewind.store.statements import Statement
from tradewind.store.tables.deadlines import deadline
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.runs import dag_run_note as note
from tradewind.store.tables.task_instances import task_instance as ti


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a column."""

    pk: int
    dag_id: str
    run_id: str
    state: str
    run_type: str
    run_after: datetime
    logical_date: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    row_version: int
    version_hash: str | None
    has_note: bool
    triggered_by: str | None
    triggering_user_name: str | None
    backfill_id: int | None
    partition_key: str | None
    missed_deadline: bool


_missed = (
    sa.exists()
    .where(
        deadline.c.dag_id == run.c.dag_id, deadline.c.run_id == run.c.run_id, deadline.c.missed == sa.true()
    )
    .correlate(run)
)
_reader = Reader(
    Column,
    {
        **{name: run.c[name] for name in Column.__struct_fields__ if name in run.c},
        "pk": run.c.id,
        "has_note": note.c.dag_run_id.is_not(None),
        "missed_deadline": _missed,
    },
    has_note=bool,
    missed_deadline=bool,
)
_SELECT = sa.select(*_reader.columns).select_from(run.outerjoin(note, note.c.dag_run_id == run.c.id))


def columns(
    tx: Tx,
    dag_id: str,
    *,
    limit: int,
    before: str | None,
    states: Sequence[str],
    run_types: Sequence[str],
    access: Access,
) -> list[Column]:
    """The newest runs of a DAG, newest first: those older than the run ``before``, of these states and types
    where some are named.
    """
    select = _SELECT.where(run.c.dag_id == dag_id, within(run.c.dag_id, access))
    if states:
        select = select.where(run.c.state.in_(list(states)))
    if run_types:
        select = select.where(run.c.run_type.in_(list(run_types)))
    if before is not None:
        last = run.alias("last")
        edge = sa.select(last.c.run_after, last.c.id).where(last.c.dag_id == dag_id, last.c.run_id == before)
        at, pk = (
            edge.with_only_columns(column).scalar_subquery() for column in (last.c.run_after, last.c.id)
        )
        select = select.where(run.c.run_after <= at, sa.or_(run.c.run_after < at, run.c.id < pk))
    return _reader.all(tx, select.order_by(run.c.run_after.desc(), run.c.id.desc()).limit(limit))


def heads(tx: Tx, dag_id: str, run_ids: Sequence[str], *, access: Access) -> dict[str, Column]:
    """Those of the runs that are there."""
    select = _SELECT.where(
        run.c.dag_id == dag_id, run.c.run_id.in_(list(run_ids)), within(run.c.dag_id, access)
    )
    return {row.run_id: row for row in _reader.all(tx, select)}


class Counted(msgspec.Struct, frozen=True):
    """How many task instances of one row of the grid are in one state."""

    run_id: str
    name: str
    state: str | None
    count: int
    try_number: int
    map_index: int
    """The highest: -1 where it is not mapped, or not expanded yet."""


_counted = (sa.func.count(), sa.func.max(ti.c.try_number), sa.func.max(ti.c.map_index))


def of_tasks(tx: Tx, dag_id: str, run_ids: Sequence[str], task_ids: Sequence[str]) -> list[Counted]:
    """These tasks in these runs, whose columns the caller has read."""
    if not run_ids or not task_ids:
        return []
    select = (
        sa.select(ti.c.run_id, ti.c.task_id, ti.c.state, *_counted)
        .where(ti.c.dag_id == dag_id, ti.c.run_id.in_(list(run_ids)), ti.c.task_id.in_(list(task_ids)))
        .group_by(ti.c.run_id, ti.c.task_id, ti.c.state)
    )
    return [Counted(*row) for row in tx.rows(select)]


def of_group(
    tx: Tx, dag_id: str, run_ids: Sequence[str], group_id: str, task_ids: Sequence[str] | None
) -> list[Counted]:
    """A group of these tasks (None: of all that the runs have) in these runs."""
    if not run_ids or (task_ids is not None and not task_ids):
        return []
    select = sa.select(ti.c.run_id, ti.c.state, *_counted).where(
        ti.c.dag_id == dag_id, ti.c.run_id.in_(list(run_ids))
    )
    if task_ids is not None:
        select = select.where(ti.c.task_id.in_(list(task_ids)))
    rows = tx.rows(select.group_by(ti.c.run_id, ti.c.state))
    return [Counted(run_id, group_id, *rest) for run_id, *rest in rows]


class TaskRow(msgspec.Struct, frozen=True, kw_only=True):
    """The task instances of one task of a run that are in one state."""

    task_id: str
    state: str | None
    count: int
    map_index: int
    try_number: int
    scheduled_when: datetime | None
    queued_when: datetime | None
    start_date: datetime | None
    end_date: datetime | None


_rows = Reader(
    TaskRow,
    {
        "task_id": ti.c.task_id,
        "state": ti.c.state,
        "count": sa.func.count(),
        "map_index": sa.func.max(ti.c.map_index),
        "try_number": sa.func.max(ti.c.try_number),
        "scheduled_when": sa.func.min(ti.c.scheduled_dttm),
        "queued_when": sa.func.min(ti.c.queued_dttm),
        "start_date": sa.func.min(sa.func.coalesce(ti.c.first_start, ti.c.start_date)),
        "end_date": sa.func.max(ti.c.end_date),
    },
)
_OF_RUN = Statement(
    sa.select(*_rows.columns)
    .where(ti.c.dag_id == sa.bindparam("dag_id"), ti.c.run_id == sa.bindparam("run_id"))
    .group_by(ti.c.task_id, ti.c.state)
    .order_by(ti.c.task_id)
)


def of_run(tx: Tx, dag_id: str, run_id: str) -> list[TaskRow]:
    """Every task of a run, whose column the caller has read."""
    return _rows.all(tx, _OF_RUN, dag_id=dag_id, run_id=run_id)
