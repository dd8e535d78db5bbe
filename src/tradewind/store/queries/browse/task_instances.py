"""Task instances, their earlier tries, and what deferred ones wait for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries import jobs
from tradewind.store.queries.browse.listing import Column, Listing, Page, Where
from tradewind.store.queries.reading import permits, within
from tradewind.store.records import JobRecord
from tradewind.store.statements import Statement, one_of
from tradewind.store.tables.dags import dag, dag_version
from tradewind.store.tables.runs import dag_run
from tradewind.store.tables.task_instances import HELD, UNWELL
from tradewind.store.tables.task_instances import (
    rendered_task_instance_fields as rendered,
)
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.tables.task_instances import task_instance_history as history
from tradewind.store.tables.task_instances import task_instance_note as note
from tradewind.store.tables.triggers import trigger


class TryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a task instance, for showing. ``executor_config`` is JSON text."""

    id: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: str | None
    try_number: int
    max_tries: int
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    hostname: str | None
    unixname: str | None
    pid: int | None
    pool: str
    pool_slots: int
    queue: str | None
    priority_weight: int | None
    operator: str | None
    custom_operator_name: str | None
    queued_dttm: datetime | None
    scheduled_dttm: datetime | None
    executor: str | None
    executor_config: str | None
    task_display_name: str | None
    dag_version_id: str | None
    dag_display_name: str | None
    run_version_hash: str | None


class InstanceRow(TryRow, frozen=True, kw_only=True):
    """A task instance as it is now. ``rendered_fields`` is JSON text."""

    logical_date: datetime | None
    run_after: datetime
    note: str | None
    rendered_map_index: str | None
    rendered_fields: str | None
    trigger_id: int | None
    dispatch: int


class TriggerRow(msgspec.Struct, frozen=True, kw_only=True):
    """What a deferred task instance waits for, and the triggerer that holds it."""

    id: int
    classpath: str
    created_date: datetime
    queue: str | None
    triggerer_id: int | None


def _try_columns(table: sa.Table, key: str) -> dict[str, Column]:
    return {
        **{name: table.c[name] for name in TryRow.__struct_fields__ if name in table.c},
        "id": table.c[key],
        "dag_display_name": dag.c.dag_display_name,
        "run_version_hash": dag_run.c.version_hash,
    }


def _with_run(table: sa.Table) -> Any:
    same_run = sa.and_(dag_run.c.dag_id == table.c.dag_id, dag_run.c.run_id == table.c.run_id)
    return table.join(dag_run, same_run).outerjoin(dag, dag.c.dag_id == table.c.dag_id)


_same_rendered = sa.and_(
    rendered.c.dag_id == ti.c.dag_id,
    rendered.c.run_id == ti.c.run_id,
    rendered.c.task_id == ti.c.task_id,
    rendered.c.map_index == ti.c.map_index,
)


def _in_an_index(where: Where) -> Column | None:
    """Which of the partial indexes by state has all rows that are asked for."""
    if where.field != "state" or where.op not in ("eq", "in"):
        return None
    asked = {where.value} if where.op == "eq" else set(where.value)
    return next((one_of(ti.c.state, states) for states in (HELD, UNWELL) if asked <= set(states)), None)


instances = Listing(
    InstanceRow,
    {
        **_try_columns(ti, "id"),
        "logical_date": dag_run.c.logical_date,
        "run_after": dag_run.c.run_after,
        "note": note.c.content,
        "rendered_map_index": ti.c.rendered_map_index,
        "rendered_fields": rendered.c.rendered_fields,
        "trigger_id": ti.c.trigger_id,
        "dispatch": ti.c.dispatch,
    },
    _with_run(ti).outerjoin(note, note.c.ti_id == ti.c.id).outerjoin(rendered, _same_rendered),
    unique=ti.c.id,
    dag=ti.c.dag_id,
    filters={
        "updated_at": ti.c.updated_at,
        "pool_name": ti.c.pool,
        "queue_name": ti.c.queue,
        "operator_name": sa.func.coalesce(ti.c.custom_operator_name, ti.c.operator),
        "data_interval_start": dag_run.c.data_interval_start,
        "data_interval_end": dag_run.c.data_interval_end,
        "run_pk": dag_run.c.id,
    },
    rows=ti,
    implied=_in_an_index,
)

earlier_tries = Listing(
    TryRow,
    _try_columns(history, "task_instance_id"),
    _with_run(history),
    unique=history.c.try_number,
    dag=history.c.dag_id,
)

_holder = ti.alias("holder")
triggers = Listing(
    TriggerRow,
    {name: trigger.c[name] for name in TriggerRow.__struct_fields__},
    trigger,
    unique=trigger.c.id,
    dag=lambda access: trigger.c.id.in_(
        sa.select(_holder.c.trigger_id).where(within(_holder.c.dag_id, access))
    ),
)


def with_version_number(numbers: Sequence[int]) -> Column:
    """The condition that a task instance ran with one of these versions of its DAG."""
    same = sa.and_(dag_version.c.id == ti.c.dag_version_id, dag_version.c.version_number.in_(numbers))
    return sa.exists().where(same).correlate(ti)


_FIND = Statement(
    instances.select().where(
        ti.c.dag_id == sa.bindparam("dag_id"),
        ti.c.run_id == sa.bindparam("run_id"),
        ti.c.task_id == sa.bindparam("task_id"),
        ti.c.map_index == sa.bindparam("map_index"),
    )
)


def find(
    tx: Tx, dag_id: str, run_id: str, task_id: str, map_index: int, *, access: Access
) -> InstanceRow | None:
    """One task instance, by a statement that is compiled once."""
    row = tx.first(_FIND, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index)
    found = None if row is None else instances.make(row)
    return found if found is not None and permits(tx, found.dag_id, access) else None


def triggers_of(
    tx: Tx, trigger_ids: Sequence[int], *, access: Access
) -> tuple[dict[int, TriggerRow], dict[int, JobRecord]]:
    """These triggers by id, and the triggerers that hold them by id."""
    everything = Page(limit=None)
    found = {
        row.id: row
        for row in triggers.page(tx, [Where("id", "in", list(trigger_ids))], access=access, page=everything)
    }
    holders = {row.triggerer_id for row in found.values() if row.triggerer_id is not None}
    if not holders:
        return found, {}
    return found, {
        row.id: row
        for row in jobs.listing.page(tx, [Where("id", "in", list(holders))], access=access, page=everything)
    }
