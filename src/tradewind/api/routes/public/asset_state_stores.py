"""What is kept about an asset from run to run: list, show, set, delete."""

from __future__ import annotations

from typing import Any

from tradewind.api.door import Call, Door
from tradewind.api.pagination import PlainPage, page
from tradewind.api.routes.public import assets
from tradewind.api.routes.public.task_state_stores import state_text
from tradewind.api.schemas import state_stores as schemas
from tradewind.api.schemas.common import raw
from tradewind.auth.permissions import Resource
from tradewind.domain import errors, keys
from tradewind.store.queries import state_stores as store
from tradewind.store.queries.browse import state_stores as browse
from tradewind.store.queries.browse.listing import Where

door = Door("Asset State Store")
ALL = "/assets/{asset_id}/state-store"
ONE = ALL + "/{key:path}"


@door.get(ALL, Resource.ASSET, query=PlainPage, answer=schemas.AssetStateStoreCollectionResponse)
def list_asset_state_store(call: Call) -> schemas.AssetStateStoreCollectionResponse:
    """List the values of an asset."""
    where = [Where("asset_id", "eq", assets.number_of_existing(call))]
    rows = browse.asset_states(
        call.tx, where, access=call.access, page=page(call.query, call.services.settings, ("key",), ["key"])
    )
    return schemas.AssetStateStoreCollectionResponse(
        asset_state_store=[_show(row) for row in rows],
        total_entries=browse.count_asset_states(call.tx, where, access=call.access),
    )


@door.delete(ALL, Resource.ASSET)
def clear_asset_state_store(call: Call) -> None:
    """Delete every value of an asset."""
    store.delete_asset_state(call.tx, assets.number_of_existing(call), None)
    _note(call, "clear_asset_state_store")


@door.get(ONE, Resource.ASSET, answer=schemas.AssetStateStoreResponse)
def get_asset_state_store(call: Call) -> schemas.AssetStateStoreResponse:
    """Show a value."""
    return _show(_find(call))


@door.put(ONE, Resource.ASSET, body=schemas.AssetStateStoreBody, status=204)
def set_asset_state_store(call: Call) -> None:
    """Set a value."""
    number, key = assets.number_of_existing(call), keys.check_state_key(call.path["key"])
    store.set_asset_state(
        call.tx, number, key, state_text(key, call.body.value), now=call.services.clock.now(), kind="api",
        **dict.fromkeys(("dag_id", "run_id", "task_id", "map_index")),
    )  # fmt: skip
    _note(call, "set_asset_state_store", key=key)


@door.delete(ONE, Resource.ASSET)
def delete_asset_state_store(call: Call) -> None:
    """Delete a value."""
    _find(call)
    store.delete_asset_state(call.tx, assets.number_of_existing(call), call.path["key"])
    _note(call, "delete_asset_state_store", key=call.path["key"])


def _find(call: Call) -> browse.AssetStateRow:
    number, key = assets.number_of_existing(call), call.path["key"]
    where = [Where("asset_id", "eq", number), Where("key", "eq", key)]
    rows = browse.asset_states(call.tx, where, access=call.access)
    if not rows:
        raise errors.NotFound(f"Nothing is kept about asset {number} as {key!r}.")
    return rows[0]


def _show(row: browse.AssetStateRow) -> schemas.AssetStateStoreResponse:
    return schemas.AssetStateStoreResponse(
        key=row.key,
        value=raw(row.value),
        updated_at=row.updated_at,
        last_updated_by=schemas.AssetStateStoreLastUpdatedBy(
            kind=row.writer_kind, dag_id=row.dag_id, run_id=row.run_id, task_id=row.task_id,  # type: ignore[arg-type]  # one of the three
            map_index=row.map_index,
        ),
    )  # fmt: skip


def _note(call: Call, event: str, **extra: Any) -> None:
    call.audit(event, extra={"asset_id": assets.number_of_existing(call), **extra})
