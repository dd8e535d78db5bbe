"""Assets, their events and what waits for them, for showing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.browse.listing import Column, Listing
from tradewind.store.queries.reading import within
from tradewind.store.tables import assets as tables
from tradewind.store.tables.dags import dag
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.triggers import trigger
from tradewind.store.tables.watchers import dag_asset_watcher_reference as reference

asset, event, alias, queue = (
    tables.asset,
    tables.asset_event,
    tables.asset_alias,
    tables.asset_dag_run_queue,
)
_schedules, _outlets, _inlets = (
    tables.dag_schedule_asset_reference,
    tables.task_outlet_asset_reference,
    tables.task_inlet_asset_reference,
)


class AssetRow(msgspec.Struct, frozen=True, kw_only=True):
    """An asset; ``extra`` is JSON text."""

    id: int
    name: str
    uri: str
    group: str
    extra: str
    created_at: datetime
    updated_at: datetime


class AliasRow(msgspec.Struct, frozen=True, kw_only=True):
    """An alias."""

    id: int
    name: str
    group: str


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its asset; ``extra`` is JSON text."""

    id: int
    asset_id: int
    name: str
    uri: str
    group: str
    extra: str
    source_task_id: str | None
    source_dag_id: str | None
    source_run_id: str | None
    source_map_index: int | None
    timestamp: datetime
    partition_key: str | None


class QueuedRow(msgspec.Struct, frozen=True, kw_only=True):
    """An update that a DAG has not been run for yet."""

    dag_id: str
    asset_id: int
    created_at: datetime
    dag_display_name: str


class MentionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG, or a task of it, that mentions an asset."""

    asset_id: int
    dag_id: str
    task_id: str
    created_at: datetime
    updated_at: datetime


class CreatedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run that an event made."""

    event_id: int
    run_id: str
    dag_id: str
    logical_date: datetime | None
    start_date: datetime | None
    run_after: datetime
    end_date: datetime | None
    state: str
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    partition_key: str | None


class WatcherRow(msgspec.Struct, frozen=True, kw_only=True):
    """A watcher of an asset, with its trigger."""

    name: str
    trigger_id: int
    created_date: datetime


def mentioned_to(column: Column, access: Access) -> Column:
    """The condition that ``column`` holds the number of an asset that a DAG within ``access`` mentions."""
    return sa.or_(
        *(
            column.in_(sa.select(table.c.asset_id).where(within(table.c.dag_id, access)))
            for table in (_schedules, _outlets, _inlets)
        )
    )


def _alias_known_to(access: Access) -> Column:
    """A DAG within ``access`` waits for the alias, or mentions an asset that it named."""
    waits, links = tables.dag_schedule_asset_alias_reference, tables.asset_alias_asset
    waited_for = sa.select(waits.c.alias_id).where(within(waits.c.dag_id, access))
    named = sa.select(links.c.alias_id).where(mentioned_to(links.c.asset_id, access))
    return sa.or_(alias.c.id.in_(waited_for), alias.c.id.in_(named))


def event_known_to(access: Access) -> Column:
    """The condition that the task that made the event is of a DAG within ``access``; what came from outside
    is of its asset.
    """
    if access.unconfined:
        return sa.true()
    from_outside = sa.and_(event.c.source_dag_id.is_(None), mentioned_to(event.c.asset_id, access))
    return sa.or_(within(event.c.source_dag_id, access), from_outside)


assets = Listing(
    AssetRow,
    {name: asset.c[name] for name in AssetRow.__struct_fields__},
    asset,
    unique=asset.c.id,
    dag=lambda access: mentioned_to(asset.c.id, access),
)
aliases = Listing(
    AliasRow,
    {name: alias.c[name] for name in AliasRow.__struct_fields__},
    alias,
    unique=alias.c.id,
    dag=_alias_known_to,
)
events = Listing(
    EventRow,
    {
        name: (asset if name in ("name", "uri", "group") else event).c[name]
        for name in EventRow.__struct_fields__
    },
    event.join(asset, asset.c.id == event.c.asset_id),
    unique=event.c.id,
    dag=event_known_to,
)
queued = Listing(
    QueuedRow,
    {
        "dag_id": queue.c.target_dag_id,
        "asset_id": queue.c.asset_id,
        "created_at": queue.c.created_at,
        "dag_display_name": dag.c.dag_display_name,
    },
    queue.join(dag, dag.c.dag_id == queue.c.target_dag_id),
    unique=queue.c.asset_id,
    dag=queue.c.target_dag_id,
)


def _mentioned(dag_ids: Sequence[str] | None, access: Access) -> Column:
    """The asset is mentioned by one of these DAGs (None: by any DAG that is not stale) within ``access``."""
    named = (dag.c.is_stale == sa.false()) if dag_ids is None else dag.c.dag_id.in_(list(dag_ids))
    which = sa.and_(named, within(dag.c.dag_id, access))
    return sa.or_(
        *(
            sa.exists().where(table.c.asset_id == asset.c.id, table.c.dag_id == dag.c.dag_id, which)
            for table in (_schedules, _outlets, _inlets)
        )
    )


def active(*, access: Access) -> Column:
    """The condition that a DAG within ``access`` that is not stale mentions the asset."""
    return _mentioned(None, access)


def of_dags(dag_ids: Sequence[str], *, access: Access) -> Column:
    """The condition that one of these DAGs, as far as within ``access``, mentions the asset."""
    return _mentioned(dag_ids, access)


def made_run(dag_id: str, run_id: str) -> Column:
    """The condition that the event made that run."""
    links = tables.dagrun_asset_event
    return sa.exists().where(
        links.c.event_id == event.c.id,
        links.c.dag_run_id == run.c.id,
        run.c.dag_id == dag_id,
        run.c.run_id == run_id,
    )


def mentions(tx: Tx, kind: str, asset_ids: Sequence[int], *, access: Access) -> dict[int, list[MentionRow]]:
    """Which DAGs within ``access`` mention these assets: ``kind`` is schedules, outlets or inlets."""
    table = {"schedules": _schedules, "outlets": _outlets, "inlets": _inlets}[kind]
    task_id = table.c.task_id if "task_id" in table.c else sa.literal("")
    select = (
        sa.select(table.c.asset_id, table.c.dag_id, task_id, table.c.created_at, table.c.updated_at)
        .where(table.c.asset_id.in_(list(asset_ids)), within(table.c.dag_id, access))
        .order_by(table.c.dag_id, task_id)
    )
    found: dict[int, list[MentionRow]] = {}
    for row in tx.rows(select):
        one = MentionRow(**dict(zip(MentionRow.__struct_fields__, row, strict=True)))
        found.setdefault(one.asset_id, []).append(one)
    return found


def aliases_of(tx: Tx, asset_ids: Sequence[int], *, access: Access) -> dict[int, list[AliasRow]]:
    """The aliases that ever named these assets."""
    links = tables.asset_alias_asset
    select = (
        sa.select(links.c.asset_id, alias.c.id, alias.c.name, alias.c.group)
        .join_from(links, alias, alias.c.id == links.c.alias_id)
        .where(
            links.c.asset_id.in_(list(asset_ids)), sa.true() if access.unconfined else _alias_known_to(access)
        )
        .order_by(alias.c.name)
    )
    found: dict[int, list[AliasRow]] = {}
    for asset_id, *row in tx.rows(select):
        one = AliasRow(**dict(zip(AliasRow.__struct_fields__, row, strict=True)))
        found.setdefault(asset_id, []).append(one)
    return found


def watchers_of(tx: Tx, asset_ids: Sequence[int], *, access: Access) -> dict[int, list[WatcherRow]]:
    """The watchers of these assets that a DAG within ``access`` names."""
    watchers = tables.asset_watcher
    named = sa.exists().where(
        reference.c.asset_id == watchers.c.asset_id,
        reference.c.name == watchers.c.name,
        reference.c.trigger_id == watchers.c.trigger_id,
    )
    if not access.unconfined:
        named = named.where(within(reference.c.dag_id, access))
    select = (
        sa.select(watchers.c.asset_id, watchers.c.name, trigger.c.id, trigger.c.created_date)
        .join_from(watchers, trigger, trigger.c.id == watchers.c.trigger_id)
        .where(watchers.c.asset_id.in_(list(asset_ids)), named)
        .order_by(watchers.c.name, trigger.c.id)
    )
    found: dict[int, list[WatcherRow]] = {}
    for asset_id, *row in tx.rows(select):
        one = WatcherRow(**dict(zip(WatcherRow.__struct_fields__, row, strict=True)))
        found.setdefault(asset_id, []).append(one)
    return found


def last_events(tx: Tx, asset_ids: Sequence[int], *, access: Access) -> dict[int, tuple[int, datetime]]:
    """Number and time of the newest event of each asset, of those that the reader may know."""
    newest = (
        sa.select(sa.func.max(event.c.id))
        .where(event.c.asset_id.in_(list(asset_ids)), event_known_to(access))
        .group_by(event.c.asset_id)
        .scalar_subquery()
    )
    select = sa.select(event.c.asset_id, event.c.id, event.c.timestamp).where(event.c.id.in_(newest))
    return {asset_id: (number, at) for asset_id, number, at in tx.rows(select)}


def created_runs(tx: Tx, event_ids: Sequence[int], *, access: Access) -> dict[int, list[CreatedRow]]:
    """The runs of DAGs within ``access`` that these events made."""
    links = tables.dagrun_asset_event
    columns = [run.c[name] for name in CreatedRow.__struct_fields__[1:]]
    select = (
        sa.select(links.c.event_id, *columns)
        .join_from(links, run, run.c.id == links.c.dag_run_id)
        .where(links.c.event_id.in_(list(event_ids)), within(run.c.dag_id, access))
        .order_by(run.c.id)
    )
    found: dict[int, list[CreatedRow]] = {}
    for row in tx.rows(select):
        one = CreatedRow(**dict(zip(CreatedRow.__struct_fields__, row, strict=True)))
        found.setdefault(one.event_id, []).append(one)
    return found


def producers(tx: Tx, asset_id: int, *, access: Access) -> list[str]:
    """The DAGs within ``access``, not stale, with a task that updates the asset."""
    select = (
        sa.select(_outlets.c.dag_id)
        .join_from(_outlets, dag, dag.c.dag_id == _outlets.c.dag_id)
        .where(
            _outlets.c.asset_id == asset_id, dag.c.is_stale == sa.false(), within(_outlets.c.dag_id, access)
        )
        .distinct()
        .order_by(_outlets.c.dag_id)
    )
    return [row[0] for row in tx.rows(select)]
