"""Assets as the scheduler and running tasks read them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.engine.assets import Updated
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader
from tradewind.store.records import WatchedAsset
from tradewind.store.statements import Statement
from tradewind.store.tables import assets as tables
from tradewind.store.tables.dags import dag
from tradewind.store.tables.runs import dag_run as run

asset, event, queue = tables.asset, tables.asset_event, tables.asset_dag_run_queue
_of_dag = sa.bindparam("of_dag", type_=sa.String())

# --- what waits ----------------------------------------------------------------------------------------


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that was updated since the DAG's last run."""

    dag_id: str
    asset_id: int
    at: datetime
    name: str
    uri: str


_waiting = Reader(
    Waiting,
    {
        "dag_id": queue.c.target_dag_id, "asset_id": queue.c.asset_id, "at": queue.c.created_at,
        "name": asset.c.name, "uri": asset.c.uri,
    },
)  # fmt: skip
_WAITING = (
    sa.select(*_waiting.columns)
    .join_from(queue, asset, asset.c.id == queue.c.asset_id)
    .join(dag, dag.c.dag_id == queue.c.target_dag_id)
    .where(dag.c.is_paused == sa.false(), dag.c.is_stale == sa.false(), dag.c.has_import_errors == sa.false())
    .order_by(queue.c.asset_id, queue.c.target_dag_id)
)
_LOOK = Statement(_WAITING)


def waiting(tx: Tx, *, only_dag: str | None = None) -> list[Waiting]:
    """What DAGs may have to be run for."""
    found = _waiting.all(tx, _LOOK)
    return [one for one in found if only_dag is None or one.dag_id == only_dag]


def locked(tx: Tx, dag_ids: Collection[str]) -> list[Waiting]:
    """The same for these DAGs, kept from changing until the transaction ends."""
    select = _WAITING.where(queue.c.target_dag_id.in_(sorted(dag_ids)))
    return _waiting.all(tx, select.with_for_update(of=queue))


_linked = tables.asset_alias_asset


def aliases_of(tx: Tx, asset_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """The aliases that ever named these assets."""
    select = (
        sa.select(_linked.c.asset_id, tables.asset_alias.c.name)
        .join_from(_linked, tables.asset_alias, tables.asset_alias.c.id == _linked.c.alias_id)
        .where(_linked.c.asset_id.in_(sorted(asset_ids)))
        .order_by(tables.asset_alias.c.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for asset_id, name in tx.rows(select):
        found[asset_id] = (*found.get(asset_id, ()), name)
    return found


def updated(waiting: Sequence[Waiting], aliases: dict[int, tuple[str, ...]]) -> list[Updated]:
    """What a condition is held against."""
    return [Updated(name=one.name, uri=one.uri, aliases=aliases.get(one.asset_id, ())) for one in waiting]


def _mentioned(table: sa.Table, column: Any, on: Any, alias: bool = False) -> Any:
    return (
        sa.select(column, sa.literal_column("1" if alias else "0", sa.Integer()))
        .select_from(on)
        .where(table.c.dag_id == _of_dag)
    )


_direct, _names, _uris, _aliases = (
    tables.dag_schedule_asset_reference,
    tables.dag_schedule_asset_name_reference,
    tables.dag_schedule_asset_uri_reference,
    tables.dag_schedule_asset_alias_reference,
)
_MENTIONED = Statement(
    sa.union_all(
        _mentioned(_direct, _direct.c.asset_id, _direct),
        _mentioned(_names, asset.c.id, _names.join(asset, asset.c.name == _names.c.name)),
        _mentioned(_uris, asset.c.id, _uris.join(asset, asset.c.uri == _uris.c.uri)),
        _mentioned(
            _aliases,
            _linked.c.asset_id,
            _aliases.join(_linked, _linked.c.alias_id == _aliases.c.alias_id),
            alias=True,
        ),
    )
)
_seen = tables.asset_event_seen
_SEEN = Statement(sa.select(_seen.c.asset_id, _seen.c.event_id).where(_seen.c.dag_id == _of_dag))


def watched(tx: Tx, dag_id: str) -> list[WatchedAsset]:
    """The assets that the DAG waits for now."""
    seen = dict(tx.rows(_SEEN, of_dag=dag_id))
    only_aliases: dict[int, bool] = {}
    for asset_id, alias in tx.rows(_MENTIONED, of_dag=dag_id):
        only_aliases[asset_id] = only_aliases.get(asset_id, True) and bool(alias)
    return [
        WatchedAsset(asset_id=asset_id, seen=seen.get(asset_id, 0), only_aliases=only)
        for asset_id, only in sorted(only_aliases.items())
    ]


# --- events --------------------------------------------------------------------------------------------


class AssetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``asset``; ``extra`` is JSON text."""

    id: int
    name: str
    uri: str
    group: str
    extra: str


class EventRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``asset_event`` with its asset; ``extra`` is JSON text."""

    id: int
    asset_id: int
    name: str
    uri: str
    group: str
    extra: str
    source_dag_id: str | None
    source_run_id: str | None
    source_task_id: str | None
    source_map_index: int
    timestamp: datetime
    partition_key: str | None


ASSETS = Reader(AssetRecord, {name: asset.c[name] for name in AssetRecord.__struct_fields__})
EVENTS = Reader(
    EventRecord,
    {
        name: (asset if name in ("name", "uri", "group") else event).c[name]
        for name in EventRecord.__struct_fields__
    },
    source_map_index=lambda value: -1 if value is None else value,
)
SELECT_EVENTS = sa.select(*EVENTS.columns).join_from(event, asset, asset.c.id == event.c.asset_id)
_links = tables.dagrun_asset_event
_OF_RUN = Statement(
    SELECT_EVENTS.join(_links, _links.c.event_id == event.c.id)
    .join(run, run.c.id == _links.c.dag_run_id)
    .where(run.c.dag_id == _of_dag, run.c.run_id == sa.bindparam("run_id", type_=sa.String()))
    .order_by(event.c.id)
)


def by_name(tx: Tx, *, name: str | None = None, uri: str | None = None) -> AssetRecord | None:
    """The newest asset of that name, or of that uri; None where there is none."""
    select = sa.select(*ASSETS.columns).order_by(asset.c.id.desc()).limit(1)
    if name is not None:
        select = select.where(asset.c.name == name)
    if uri is not None:
        select = select.where(asset.c.uri == uri)
    return ASSETS.first(tx, select)


def events_of_run(tx: Tx, dag_id: str, run_id: str) -> list[EventRecord]:
    """The events that made the run, oldest first."""
    return EVENTS.all(tx, _OF_RUN, of_dag=dag_id, run_id=run_id)


def events_of(
    tx: Tx,
    *,
    name: str | None = None,
    uri: str | None = None,
    alias: str | None = None,
    after: datetime | None = None,
    before: datetime | None = None,
    ascending: bool = True,
    limit: int | None = None,
) -> list[EventRecord]:
    """Events of an asset by its name and uri, or of all assets of an alias."""
    select = SELECT_EVENTS
    if alias is not None:
        links = tables.asset_alias_asset_event
        select = (
            select.join(links, links.c.event_id == event.c.id)
            .join(tables.asset_alias, tables.asset_alias.c.id == links.c.alias_id)
            .where(tables.asset_alias.c.name == alias)
        )
    for column, value in ((asset.c.name, name), (asset.c.uri, uri)):
        if value is not None:
            select = select.where(column == value)
    if after is not None:
        select = select.where(event.c.timestamp >= after)
    if before is not None:
        select = select.where(event.c.timestamp <= before)
    order = event.c.id.asc() if ascending else event.c.id.desc()
    return EVENTS.all(tx, select.order_by(order).limit(limit))


_ALIASES = (
    sa.select(tables.asset_alias_asset_event.c.event_id, tables.asset_alias.c.name)
    .join_from(
        tables.asset_alias_asset_event,
        tables.asset_alias,
        tables.asset_alias.c.id == tables.asset_alias_asset_event.c.alias_id,
    )
    .order_by(tables.asset_alias.c.name)
)


def event_aliases(tx: Tx, event_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The aliases by which these events came."""
    if not event_ids:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    links = tables.asset_alias_asset_event
    for event_id, name in tx.rows(_ALIASES.where(links.c.event_id.in_(list(event_ids)))):
        found[event_id] = (*found.get(event_id, ()), name)
    return found
