"""Partitions that DAGs wait for: what has arrived for each, and the runs they became.

A row of ``asset_partition_dag_run`` is a partition of a DAG that waits for its run; the rows of
``partitioned_asset_key_log`` below it say which events have arrived for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.records import WatchedAsset
from tradewind.store.statements import Statement, insert_all
from tradewind.store.tables import assets as tables
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.runs import dag_run

_row, _log, event = (
    tables.asset_partition_dag_run,
    tables.partitioned_asset_key_log,
    tables.asset_event,
)
_source = dag_run
_asset_id = sa.bindparam("asset_id", type_=Key)
_NEW = Statement(
    sa.select(event.c.id, event.c.partition_key, tables.asset.c.name, tables.asset.c.uri)
    .join_from(event, tables.asset, tables.asset.c.id == event.c.asset_id)
    .where(event.c.asset_id == _asset_id, event.c.id > sa.bindparam("seen", type_=Key))
    .order_by(event.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that no partition of the DAG knows yet."""

    id: int
    partition_key: str | None
    name: str
    uri: str


def new_events(tx: Tx, watched: WatchedAsset, *, limit: int) -> list[NewEvent]:
    """Events of an asset that the DAG has not seen, oldest first."""
    rows = tx.rows(_NEW, asset_id=watched.asset_id, seen=watched.seen, limit=limit)
    return [NewEvent(id=row[0], partition_key=row[1], name=row[2], uri=row[3]) for row in rows]


_target = sa.bindparam("of_dag", type_=sa.String())
_key = sa.bindparam("key", type_=sa.String())
_OPEN = Statement(
    sa.select(_row.c.id).where(
        _row.c.target_dag_id == _target, _row.c.is_open == sa.true(), _row.c.partition_key == _key
    )
)
_ADD = Statement(insert_all(_row, "target_dag_id", "partition_key", "created_at", "updated_at", "is_open"))
_NOTE = Statement(
    insert_all(
        _log, "asset_id", "asset_event_id", "asset_partition_dag_run_id", "source_partition_key",
        "target_dag_id", "target_partition_key", "created_at",
    )
)  # fmt: skip


def arrived(tx: Tx, dag_id: str, key: str, *, asset_id: int, event: NewEvent, now: datetime) -> int:
    """Note that an event has arrived for a partition of the DAG; the number of the partition's row."""
    found = tx.value(_OPEN, of_dag=dag_id, key=key)
    if found is None:
        tx.run(_ADD, target_dag_id=dag_id, partition_key=key, created_at=now, updated_at=now, is_open=True)
        found = tx.value(_OPEN, of_dag=dag_id, key=key)
    tx.run(
        _NOTE, asset_id=asset_id, asset_event_id=event.id, asset_partition_dag_run_id=found,
        source_partition_key=event.partition_key, target_dag_id=dag_id, target_partition_key=key,
        created_at=now,
    )  # fmt: skip
    return int(found)


_ALL_OPEN = Statement(
    sa.select(_row.c.id)
    .where(_row.c.target_dag_id == _target, _row.c.is_open == sa.true())
    .order_by(_row.c.id)
)


def open_rows(tx: Tx, dag_id: str) -> list[int]:
    """The partitions of a DAG that wait for their runs."""
    return [int(row[0]) for row in tx.rows(_ALL_OPEN, of_dag=dag_id)]


class Waiting(msgspec.Struct, kw_only=True):
    """A partition without a run, and the keys that have arrived for it, by (name, uri) of the asset."""

    row_id: int
    key: str
    arrived: dict[tuple[str, str], set[str]] = {}
    dates: dict[tuple[str, str], set[datetime]] = {}
    """Which moments the runs that updated them were for, by (name, uri) of the asset."""


def waiting(tx: Tx, row_ids: Sequence[int]) -> list[Waiting]:
    """Those partitions, with all that has arrived for them."""
    select = (
        sa.select(
            _log.c.asset_partition_dag_run_id,
            _log.c.target_partition_key,
            tables.asset.c.name,
            tables.asset.c.uri,
            _log.c.source_partition_key,
            _source.c.partition_date,
        )
        .join_from(_log, tables.asset, tables.asset.c.id == _log.c.asset_id)
        .join(event, event.c.id == _log.c.asset_event_id)
        .outerjoin(
            _source,
            sa.and_(_source.c.dag_id == event.c.source_dag_id, _source.c.run_id == event.c.source_run_id),
        )
        .where(_log.c.asset_partition_dag_run_id.in_(sorted(row_ids)))
        .order_by(_log.c.asset_partition_dag_run_id)
        .distinct()
    )
    found: dict[int, Waiting] = {}
    for row_id, key, name, uri, source, date in tx.rows(select):
        one = found.setdefault(row_id, Waiting(row_id=row_id, key=key))
        one.arrived.setdefault((name, uri), set()).add(source)
        if date is not None:
            one.dates.setdefault((name, uri), set()).add(date)
    return list(found.values())


_pk = sa.bindparam("pk", type_=Key)
_id = sa.bindparam("row_id", type_=Key)
_links = tables.dagrun_asset_event
_TELL = Statement(
    sa.insert(_links).from_select(
        ["dag_run_id", "event_id"],
        sa.select(_pk, _log.c.asset_event_id).where(_log.c.asset_partition_dag_run_id == _id).distinct(),
    )
)
_CLOSE = Statement(
    sa.update(_row)
    .where(_row.c.id == _id)
    .values(
        created_dag_run_id=_pk,
        is_open=sa.false(),
        partition_date=sa.bindparam("date", type_=Time),
        updated_at=sa.bindparam("at", type_=Time),
    )
)


def became(tx: Tx, row_id: int, run_pk: int, *, date: datetime | None, now: datetime) -> None:
    """The partition has its run, which is told of everything that arrived."""
    tx.run(_TELL, pk=run_pk, row_id=row_id)
    tx.run(_CLOSE, row_id=row_id, pk=run_pk, date=date, at=now)
