"""Pools: list, show."""

from __future__ import annotations

from tradewind.api import filters
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import admin as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries.browse import others as browse
from tradewind.store.queries.browse.listing import Where

door = Door("Pool")
ORDER = {"id": "id", "name": "pool", "pool": "pool", "slots": "slots", "description": "description"}


@door.get("/pools", Resource.POOL, query=schemas.PoolQuery, answer=schemas.PoolCollectionResponse)
def get_pools(call: Call) -> schemas.PoolCollectionResponse:
    """List pools with who holds their slots."""
    where = filters.conditions(call.query, rename={"pool_name": "pool"})
    rows = browse.pools.page(call.tx, where, page=page(call.query, call.services.settings, ORDER, ["id"]))
    usage = browse.pool_usage(call.tx)
    return schemas.PoolCollectionResponse(
        pools=[_show(row, usage.get(row.pool, {})) for row in rows],
        total_entries=browse.pools.count(call.tx, where),
    )


@door.get("/pools/{pool_name}", Resource.POOL, answer=schemas.PoolResponse)
def get_pool(call: Call) -> schemas.PoolResponse:
    """Show a pool."""
    row = browse.pools.one(call.tx, Where("pool", "eq", call.path["pool_name"]))
    if row is None:
        raise errors.PoolNotFound(call.path["pool_name"])
    return _show(row, browse.pool_usage(call.tx).get(row.pool, {}))


def _show(row: browse.PoolRow, used: dict[str, int]) -> schemas.PoolResponse:
    running = used.get("running", 0) + used.get("restarting", 0)
    queued, deferred = used.get("queued", 0), used.get("deferred", 0)
    occupied = running + queued + (deferred if row.include_deferred else 0)
    return schemas.PoolResponse(
        name=row.pool,
        slots=row.slots,
        description=row.description,
        include_deferred=row.include_deferred,
        occupied_slots=occupied,
        running_slots=running,
        queued_slots=queued,
        scheduled_slots=used.get("scheduled", 0),
        open_slots=-1 if row.slots == -1 else row.slots - occupied,
        deferred_slots=deferred,
    )
