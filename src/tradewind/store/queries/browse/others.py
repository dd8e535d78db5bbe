"""XComs, pools, backfills and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.queries.browse.listing import Listing
from tradewind.store.statements import Statement
from tradewind.store.tables.backfills import backfill
from tradewind.store.tables.dags import dag
from tradewind.store.tables.jobs import log
from tradewind.store.tables.pools import slot_pool
from tradewind.store.tables.runs import dag_run
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.tables.xcoms import xcom


class XComRow(msgspec.Struct, frozen=True, kw_only=True):
    """An XCom without its value, for showing."""

    key: str
    timestamp: datetime
    logical_date: datetime | None
    map_index: int
    task_id: str
    dag_id: str
    run_id: str
    dag_display_name: str | None
    task_display_name: str | None
    run_after: datetime


class XComValueRow(XComRow, frozen=True, kw_only=True):
    """An XCom; ``value`` is JSON text."""

    value: str | None


class PoolRow(msgspec.Struct, frozen=True, kw_only=True):
    """A pool, for showing."""

    id: int
    pool: str
    slots: int
    description: str | None
    include_deferred: bool


class BackfillRow(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill, for showing."""

    id: int
    dag_id: str
    from_date: datetime
    to_date: datetime
    dag_run_conf: str | None
    is_paused: bool
    reprocess_behavior: str
    max_active_runs: int
    created_at: datetime
    completed_at: datetime | None
    updated_at: datetime
    dag_display_name: str | None


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the audit log."""

    id: int
    dttm: datetime
    dag_id: str | None
    task_id: str | None
    run_id: str | None
    map_index: int | None
    try_number: int | None
    event: str
    logical_date: datetime | None
    owner: str | None
    extra: str | None
    dag_display_name: str | None


def _xcom_columns() -> dict[str, Any]:
    return {
        **{name: xcom.c[name] for name in XComRow.__struct_fields__ if name in xcom.c},
        "logical_date": dag_run.c.logical_date,
        "run_after": dag_run.c.run_after,
        "dag_display_name": dag.c.dag_display_name,
        "task_display_name": ti.c.task_display_name,
    }


_same_instance = sa.and_(
    ti.c.dag_id == xcom.c.dag_id,
    ti.c.run_id == xcom.c.run_id,
    ti.c.task_id == xcom.c.task_id,
    ti.c.map_index == xcom.c.map_index,
)
_xcom_source = (
    xcom.join(dag_run, dag_run.c.id == xcom.c.dag_run_id)
    .outerjoin(dag, dag.c.dag_id == xcom.c.dag_id)
    .outerjoin(ti, _same_instance)
)

xcoms = Listing(XComRow, _xcom_columns(), _xcom_source, unique=xcom.c.dag_run_id, dag=xcom.c.dag_id)
xcom_values = Listing(
    XComValueRow,
    {**_xcom_columns(), "value": xcom.c.value},
    _xcom_source,
    unique=xcom.c.dag_run_id,
    dag=xcom.c.dag_id,
)
pools = Listing(
    PoolRow,
    {name: slot_pool.c[name] for name in PoolRow.__struct_fields__},
    slot_pool,
    unique=slot_pool.c.id,
    dag=None,
    filters={"name": slot_pool.c.pool},
)
backfills = Listing(
    BackfillRow,
    {
        **{name: backfill.c[name] for name in BackfillRow.__struct_fields__ if name in backfill.c},
        "dag_display_name": dag.c.dag_display_name,
    },
    backfill.outerjoin(dag, dag.c.dag_id == backfill.c.dag_id),
    unique=backfill.c.id,
    dag=backfill.c.dag_id,
)
audit_log = Listing(
    LogRow,
    {
        **{name: log.c[name] for name in LogRow.__struct_fields__ if name in log.c},
        "dag_display_name": dag.c.dag_display_name,
    },
    log.outerjoin(dag, dag.c.dag_id == log.c.dag_id),
    unique=log.c.id,
    dag=log.c.dag_id,
    filters={"event_log_id": log.c.id, "when": log.c.dttm},
)


def pool_usage(tx: Tx) -> dict[str, dict[str, int]]:
    """Pool name to {state: slots}, of task instances that are scheduled, queued, running or deferred."""
    states = ["scheduled", "queued", "running", "restarting", "deferred"]
    statement = (
        sa.select(ti.c.pool, ti.c.state, sa.func.sum(ti.c.pool_slots))
        .where(ti.c.state.in_(states))
        .group_by(ti.c.pool, ti.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for pool, state, slots in tx.rows(statement):
        found.setdefault(pool, {})[state] = int(slots)
    return found


_RETURNED = Statement(
    sa.select(xcom.c.map_index, xcom.c.value)
    .where(
        xcom.c.dag_run_id == sa.bindparam("pk", type_=xcom.c.dag_run_id.type),
        xcom.c.task_id == sa.bindparam("task_id"),
        xcom.c.key == "return_value",
    )
    .order_by(xcom.c.map_index)
)


def return_values(tx: Tx, run_pk: int, task_id: str) -> list[tuple[int, str | None]]:
    """(map index, JSON text) of what a task of a run returned, in index order."""
    return [(index, value) for index, value in tx.rows(_RETURNED, pk=run_pk, task_id=task_id)]
