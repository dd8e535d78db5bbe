"""Assets: list, show, update from outside, have a DAG make them, and what waits for runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tradewind.api import filters, materializing
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.routes.public import runs as run_routes
from tradewind.api.schemas import assets as schemas
from tradewind.api.schemas.common import raw
from tradewind.api.schemas.runs import DAGRunResponse
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain.states import DagRunType
from tradewind.store.queries.browse import assets as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.transitions import asset_events
from tradewind.store.transitions.asset_events import Happened

door = Door("Asset")
ORDER = {name: name for name in ("id", "name", "uri", "created_at", "updated_at")}
EVENT_ORDER = {
    name: name
    for name in ("id", "timestamp", "source_task_id", "source_dag_id", "source_run_id", "source_map_index")
}


# --- assets ----------------------------------------------------------------------------------------------


@door.get("/assets", Resource.ASSET, query=schemas.AssetQuery, answer=schemas.AssetCollectionResponse)
def get_assets(call: Call) -> schemas.AssetCollectionResponse:
    """List assets; without ``only_active=false`` those that some DAG mentions."""
    query: schemas.AssetQuery = call.query
    where: list[Any] = list(filters.conditions(query, apart=("dag_ids", "only_active")))
    if query.only_active:
        where.append(browse.active(access=call.access))
    if query.dag_ids:
        where.append(browse.of_dags(query.dag_ids, access=call.access))
    rows = browse.assets.page(
        call.tx, where, access=call.access, page=page(query, call.services.settings, ORDER, ["id"])
    )
    return schemas.AssetCollectionResponse(
        assets=_show(call, rows), total_entries=browse.assets.count(call.tx, where, access=call.access)
    )


@door.get(
    "/assets/aliases", Resource.ASSET, query=schemas.AliasQuery, answer=schemas.AssetAliasCollectionResponse
)
def get_asset_aliases(call: Call) -> schemas.AssetAliasCollectionResponse:
    """List aliases."""
    where = filters.conditions(call.query)
    wanted = page(call.query, call.services.settings, ["id", "name"], ["id"])
    rows = browse.aliases.page(call.tx, where, access=call.access, page=wanted)
    return schemas.AssetAliasCollectionResponse(
        asset_aliases=[_alias(row) for row in rows],
        total_entries=browse.aliases.count(call.tx, where, access=call.access),
    )


@door.get("/assets/aliases/{asset_alias_id}", Resource.ASSET, answer=schemas.AssetAliasResponse)
def get_asset_alias(call: Call) -> schemas.AssetAliasResponse:
    """Show an alias."""
    number = _number(call, "asset_alias_id")
    row = browse.aliases.one(call.tx, Where("id", "eq", number), access=call.access)
    if row is None:
        raise errors.NotFound(f"There is no asset alias {number}.")
    return _alias(row)


def _number(call: Call, name: str) -> int:
    text = call.path[name]
    if not text.isdecimal():
        raise errors.NotFound(f"{name} {text!r} is not a number.")
    return int(text)


def _asset(call: Call, number: int) -> browse.AssetRow:
    row = browse.assets.one(call.tx, Where("id", "eq", number), access=call.access)
    if row is None:
        raise errors.NotFound(f"There is no asset {number}. GET /api/v2/assets lists them.")
    return row


def number_of_existing(call: Call) -> int:
    """The id of the asset that the path names. Raises NotFound."""
    return _asset(call, _number(call, "asset_id")).id


def _alias(row: browse.AliasRow) -> schemas.AssetAliasResponse:
    return schemas.AssetAliasResponse(id=row.id, name=row.name, group=row.group)


def _watcher(row: browse.WatcherRow) -> schemas.AssetWatcherResponse:
    return schemas.AssetWatcherResponse(
        name=row.name, trigger_id=row.trigger_id, created_date=row.created_date
    )


def _show(call: Call, rows: Sequence[browse.AssetRow]) -> list[schemas.AssetResponse]:
    tx, access, ids = call.tx, call.access, [row.id for row in rows]
    waiting, making, reading = (
        browse.mentions(tx, kind, ids, access=access) for kind in ("schedules", "outlets", "inlets")
    )
    aliases, newest = (
        browse.aliases_of(tx, ids, access=access),
        browse.last_events(tx, ids, access=access),
    )
    watchers = browse.watchers_of(tx, ids, access=access)
    return [
        schemas.AssetResponse(
            id=row.id,
            name=row.name,
            uri=row.uri,
            group=row.group,
            extra=raw(row.extra),
            created_at=row.created_at,
            updated_at=row.updated_at,
            scheduled_dags=[_by_dag(one) for one in waiting.get(row.id, ())],
            producing_tasks=[_by_task(one) for one in making.get(row.id, ())],
            consuming_tasks=[_by_task(one) for one in reading.get(row.id, ())],
            aliases=[_alias(one) for one in aliases.get(row.id, ())],
            watchers=[_watcher(one) for one in watchers.get(row.id, ())],
            last_asset_event=_newest(newest.get(row.id)),
        )
        for row in rows
    ]


def _by_dag(row: browse.MentionRow) -> schemas.DagScheduleAssetReference:
    return schemas.DagScheduleAssetReference(
        dag_id=row.dag_id, created_at=row.created_at, updated_at=row.updated_at
    )


def _by_task(row: browse.MentionRow) -> schemas.TaskAssetReference:
    return schemas.TaskAssetReference(
        dag_id=row.dag_id, task_id=row.task_id, created_at=row.created_at, updated_at=row.updated_at
    )


def _newest(found: tuple[int, Any] | None) -> schemas.LastAssetEventResponse | None:
    return None if found is None else schemas.LastAssetEventResponse(id=found[0], timestamp=found[1])


# --- events ----------------------------------------------------------------------------------------------


@door.get(
    "/assets/events",
    Resource.ASSET,
    query=schemas.AssetEventQuery,
    answer=schemas.AssetEventCollectionResponse,
)
def get_asset_events(call: Call) -> schemas.AssetEventCollectionResponse:
    """List events."""
    where = filters.conditions(call.query)
    wanted = page(call.query, call.services.settings, EVENT_ORDER, ["timestamp"])
    rows = browse.events.page(call.tx, where, page=wanted, access=call.access)
    return schemas.AssetEventCollectionResponse(
        asset_events=_events(call, rows),
        total_entries=browse.events.count(call.tx, where, access=call.access),
    )


@door.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/upstreamAssetEvents",
    Resource.RUN,
    answer=schemas.AssetEventCollectionResponse,
)
def get_upstream_asset_events(call: Call) -> schemas.AssetEventCollectionResponse:
    """The events that made a run."""
    row = run_routes.row_of_run(call)
    made_it = [browse.made_run(row.dag_id, row.run_id)]
    rows = browse.events.page(call.tx, made_it, access=call.access, page=_EVERYTHING)
    return schemas.AssetEventCollectionResponse(asset_events=_events(call, rows), total_entries=len(rows))


@door.post(
    "/assets/events", Resource.ASSET, body=schemas.CreateAssetEventsBody, answer=schemas.AssetEventResponse
)
def create_asset_event(call: Call) -> schemas.AssetEventResponse:
    """Somebody outside updated an asset: the DAGs that wait for it are run."""
    body: schemas.CreateAssetEventsBody = call.body
    row = _asset(call, body.asset_id)
    update(call, row, {**body.extra, "from_rest_api": True}, body.partition_key, event="create_asset_event")
    newest = browse.last_events(call.tx, [row.id], access=call.access)[row.id][0]
    return _events(call, browse.events.page(call.tx, [Where("id", "eq", newest)], access=call.access))[0]


def update(
    call: Call, row: browse.AssetRow, extra: dict[str, Any], partition_key: str | None = None, *, event: str
) -> None:
    """Record that the asset was updated from outside. ``event`` is for the audit log."""
    happened = Happened(
        asset={"name": row.name, "uri": row.uri, "group": row.group}, extra=extra,
        partition_keys=(partition_key,),
    )  # fmt: skip
    asset_events.record(call.tx, [happened], call.now)
    call.audit(event, extra={"asset_id": row.id})
    call.wake("assets")


def _events(call: Call, rows: Sequence[browse.EventRow]) -> list[schemas.AssetEventResponse]:
    made = browse.created_runs(call.tx, [row.id for row in rows], access=call.access)
    return [
        schemas.AssetEventResponse(
            id=row.id,
            asset_id=row.asset_id,
            uri=row.uri,
            name=row.name,
            group=row.group,
            extra=raw(row.extra),
            source_task_id=row.source_task_id,
            source_dag_id=row.source_dag_id,
            source_run_id=row.source_run_id,
            source_map_index=-1 if row.source_map_index is None else row.source_map_index,
            created_dagruns=[_created(one) for one in made.get(row.id, ())],
            timestamp=row.timestamp,
            partition_key=row.partition_key,
        )
        for row in rows
    ]


def _created(row: browse.CreatedRow) -> schemas.DagRunAssetReference:
    return schemas.DagRunAssetReference(
        run_id=row.run_id,
        dag_id=row.dag_id,
        logical_date=row.logical_date,
        start_date=row.start_date or row.run_after,
        end_date=row.end_date,
        state=row.state,
        data_interval_start=row.data_interval_start,
        data_interval_end=row.data_interval_end,
        partition_key=row.partition_key,
    )


@door.get("/assets/{asset_id}", Resource.ASSET, answer=schemas.AssetResponse)
def get_asset(call: Call) -> schemas.AssetResponse:
    """Show an asset."""
    return _show(call, [_asset(call, _number(call, "asset_id"))])[0]


# --- materialize -----------------------------------------------------------------------------------------


@door.post(
    "/assets/{asset_id}/materialize",
    Resource.RUN,
    body=schemas.MaterializeAssetBody | None,
    answer=DAGRunResponse,
)
def materialize_asset(call: Call) -> DAGRunResponse:
    """Run the one DAG that updates the asset."""
    row = _asset(call, _number(call, "asset_id"))
    maker = materializing.maker(call.tx, row, access=call.access)
    body: schemas.MaterializeAssetBody = call.body or schemas.MaterializeAssetBody()
    fields = msgspec.structs.asdict(body)
    run_id = run_routes.start(
        call, maker, event="materialize_asset", audited={"asset_id": row.id},
        run_type=DagRunType.ASSET_MATERIALIZATION, run_id=fields.pop("dag_run_id"), **fields,
    )  # fmt: skip
    return run_routes.shown(call, maker, run_id)


# --- what waits ------------------------------------------------------------------------------------------

_OF_DAG = "/dags/{dag_id}/assets/queuedEvents"
_OF_BOTH = "/dags/{dag_id}/assets/{asset_id}/queuedEvents"
_OF_ASSET = "/assets/{asset_id}/queuedEvents"
_EVERYTHING = Page(limit=None)
_MANY: dict[str, Any] = {"query": schemas.BeforeQuery, "answer": schemas.QueuedEventCollectionResponse}


def _waiting(call: Call) -> list[browse.QueuedRow]:
    """What the path names, asked for before the moment that the query names."""
    where = []
    if "dag_id" in call.path:
        where.append(Where("dag_id", "eq", call.dag_id))
    if "asset_id" in call.path:
        where.append(Where("asset_id", "eq", _number(call, "asset_id")))
    if call.query.before is not None:
        where.append(Where("created_at", "lt", call.query.before))
    wanted = browse.queued.page(call.tx, where, page=_EVERYTHING, access=call.access)
    return sorted(wanted, key=lambda row: (row.dag_id, row.asset_id))


def _collection(call: Call) -> schemas.QueuedEventCollectionResponse:
    rows = [_queued(row) for row in _waiting(call)]
    return schemas.QueuedEventCollectionResponse(queued_events=rows, total_entries=len(rows))


def _queued(row: browse.QueuedRow) -> schemas.QueuedEventResponse:
    return schemas.QueuedEventResponse(**msgspec.structs.asdict(row))


def _forget(call: Call, rows: Sequence[browse.QueuedRow]) -> None:
    if not rows:
        raise errors.NotFound("Nothing of that waits.")
    for row in rows:
        asset_events.drop_queue(call.tx, row.dag_id, [row.asset_id])
        call.audit("delete_queued_event", dag_id=row.dag_id, extra={"asset_id": row.asset_id})


@door.get(_OF_ASSET, Resource.ASSET, name="get_asset_queued_events", **_MANY)
def get_asset_queued_events(call: Call) -> schemas.QueuedEventCollectionResponse:
    """What waits because of an asset."""
    return _collection(call)


@door.get(_OF_DAG, Resource.ASSET, name="get_dag_asset_queued_events", **_MANY)
def get_dag_asset_queued_events(call: Call) -> schemas.QueuedEventCollectionResponse:
    """What a DAG has not been run for yet."""
    return _collection(call)


@door.get(_OF_BOTH, Resource.ASSET, query=schemas.BeforeQuery, answer=schemas.QueuedEventResponse)
def get_dag_asset_queued_event(call: Call) -> schemas.QueuedEventResponse:
    """The update of one asset that a DAG has not been run for yet."""
    rows = _waiting(call)
    if not rows:
        raise errors.NotFound("Nothing of that waits.")
    return _queued(rows[0])


@door.delete(_OF_ASSET, Resource.ASSET, query=schemas.BeforeQuery)
def delete_asset_queued_events(call: Call) -> None:
    """Forget what waits because of an asset."""
    _forget(call, _waiting(call))


@door.delete(_OF_DAG, Resource.ASSET, query=schemas.BeforeQuery)
def delete_dag_asset_queued_events(call: Call) -> None:
    """Forget what a DAG has not been run for yet."""
    _forget(call, _waiting(call))


@door.delete(_OF_BOTH, Resource.ASSET, query=schemas.BeforeQuery)
def delete_dag_asset_queued_event(call: Call) -> None:
    """Forget one of them."""
    _forget(call, _waiting(call))
