"""Assets by any of their names, how often each was updated, and what became of their partitions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.browse import assets as browse
from tradewind.store.queries.browse.listing import Column
from tradewind.store.queries.reading import within
from tradewind.store.tables import assets as tables
from tradewind.store.tables.dags import dag
from tradewind.store.tables.runs import dag_run as run

_asset, _event = tables.asset, tables.asset_event


class Updates(msgspec.Struct, frozen=True):
    """How often an asset was updated, and when last."""

    events: int
    last: datetime


class Partition(msgspec.Struct, frozen=True):
    """A partition of an asset, by the events that named it."""

    key: str
    events: int
    last: datetime


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What an asset's partition became for a DAG that waits for it. Without a run, it waits for more."""

    key: str
    dag_id: str
    dag_display_name: str
    target_key: str
    waits: bool
    run_id: str | None
    state: str | None


def named(text: str) -> Column:
    """The condition that name, URI or group hold the text, whatever its case."""
    columns = (_asset.c.name, _asset.c.uri, _asset.c.group)
    return sa.or_(*(sa.func.lower(each).contains(text.lower(), autoescape=True) for each in columns))


def updates(tx: Tx, asset_ids: Sequence[int], *, access: Access) -> dict[int, Updates]:
    """Of those assets that were updated at all, as far as the reader may know."""
    statement = (
        sa.select(_event.c.asset_id, sa.func.count(), sa.func.max(_event.c.timestamp))
        .where(_event.c.asset_id.in_(list(asset_ids)), browse.event_known_to(access))
        .group_by(_event.c.asset_id)
    )
    return {asset_id: Updates(*row) for asset_id, *row in tx.rows(statement)}


def partitions(tx: Tx, asset_id: int, *, limit: int, offset: int, access: Access) -> list[Partition]:
    """The partitions of an asset, that of the newest event first."""
    statement = (
        sa.select(_event.c.partition_key, sa.func.count(), sa.func.max(_event.c.timestamp))
        .where(*_with_key(asset_id, access))
        .group_by(_event.c.partition_key)
        .order_by(sa.func.max(_event.c.id).desc())
        .limit(limit)
        .offset(offset or None)
    )
    return [Partition(*row) for row in tx.rows(statement)]


def count_partitions(tx: Tx, asset_id: int, *, access: Access) -> int:
    """How many partitions the asset has."""
    distinct = sa.func.count(_event.c.partition_key.distinct())
    return int(tx.value(sa.select(distinct).where(*_with_key(asset_id, access))))


def _with_key(asset_id: int, access: Access) -> tuple[Column, ...]:
    known = browse.event_known_to(access)
    return _event.c.asset_id == asset_id, _event.c.partition_key.is_not(None), known


def targets(tx: Tx, asset_id: int, keys: Sequence[str], *, access: Access) -> list[Target]:
    """What those partitions became, for DAGs within ``access``."""
    entry, waiting = tables.partitioned_asset_key_log, tables.asset_partition_dag_run
    columns: tuple[Column, ...] = (
        entry.c.source_partition_key, dag.c.dag_id, dag.c.dag_display_name, entry.c.target_partition_key,
        waiting.c.is_open, run.c.run_id, run.c.state,
    )  # fmt: skip
    statement = (
        sa.select(*columns)
        .select_from(
            entry.join(waiting, waiting.c.id == entry.c.asset_partition_dag_run_id)
            .join(dag, dag.c.dag_id == entry.c.target_dag_id)
            .outerjoin(run, run.c.id == waiting.c.created_dag_run_id)
        )
        .where(
            entry.c.asset_id == asset_id,
            entry.c.source_partition_key.in_(list(keys)),
            within(entry.c.target_dag_id, access),
        )
        .distinct()
        .order_by(dag.c.dag_id, entry.c.target_partition_key, run.c.run_id)
    )
    fields = Target.__struct_fields__
    return [Target(**dict(zip(fields, row, strict=True))) for row in tx.rows(statement)]
