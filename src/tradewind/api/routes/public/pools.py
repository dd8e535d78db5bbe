"""Pools: list, show, create, change, delete, one by one and several at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from tradewind.api import bulk, filters, masks
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import pools as schemas
from tradewind.api.schemas.bulk import BulkBody, BulkResponse
from tradewind.api.schemas.common import MaskQuery
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries import pools as store
from tradewind.store.queries.browse import others as browse
from tradewind.store.queries.browse.listing import Where

door = Door("Pool")
ONE = "/pools/{pool_name}"
ORDER = {"id": "id", "name": "pool", "pool": "pool", "slots": "slots", "description": "description"}


@door.get("/pools", Resource.POOL, query=schemas.PoolQuery, answer=schemas.PoolCollectionResponse)
def get_pools(call: Call) -> schemas.PoolCollectionResponse:
    """List pools with who holds their slots."""
    where = filters.conditions(call.query, rename={"pool_name": "pool"})
    wanted = page(call.query, call.services.settings, ORDER, ["id"])
    rows = browse.pools.page(call.tx, where, access=call.access, page=wanted)
    usage = browse.pool_usage(call.tx)
    return schemas.PoolCollectionResponse(
        pools=[_show(row, usage.get(row.pool, {})) for row in rows],
        total_entries=browse.pools.count(call.tx, where, access=call.access),
    )


@door.get(ONE, Resource.POOL, answer=schemas.PoolResponse)
def get_pool(call: Call) -> schemas.PoolResponse:
    """Show a pool."""
    return _answer(call, call.path["pool_name"])


@door.post("/pools", Resource.POOL, body=schemas.PoolBody, answer=schemas.PoolResponse, status=201)
def post_pool(call: Call) -> schemas.PoolResponse:
    """Create a pool."""
    body: schemas.PoolBody = call.body
    if store.get(call.tx, body.name) is not None:
        raise errors.Conflict(f"Pool {body.name!r} exists already. PATCH changes it.")
    _Pools().create(call, body.name, body)
    return _answer(call, body.name)


@door.patch(ONE, Resource.POOL, query=MaskQuery, body=schemas.PoolPatchBody, answer=schemas.PoolResponse)
def patch_pool(call: Call) -> schemas.PoolResponse:
    """Change a pool: the fields that are sent, or of these the ones in ``update_mask``."""
    body: schemas.PoolPatchBody = call.body
    name = call.path["pool_name"]
    if isinstance(body.pool, str) and body.pool != name:
        raise errors.BadRequest(
            f"The body names pool {body.pool!r}, the path {name!r}: a pool keeps its name."
        )
    _change(call, name, masks.given(body, call.query.update_mask, fixed=("pool",)))
    return _answer(call, name)


@door.delete(ONE, Resource.POOL)
def delete_pool(call: Call) -> None:
    """Delete a pool that no task holds a slot of, or waits for one."""
    _Pools().delete(call, call.path["pool_name"])


@door.patch("/pools", Resource.POOL, body=BulkBody[schemas.PoolBody], answer=BulkResponse, by_body=True)
def bulk_pools(call: Call) -> BulkResponse:
    """Create, change and delete several pools."""
    return bulk.carry_out(call, _Pools())


class _Pools(bulk.Noun[str, schemas.PoolBody]):
    """Pools by name, for ``bulk``."""

    def __init__(self) -> None:
        self._usage: dict[str, dict[str, int]] | None = None

    def keys(self, call: Call, entity: schemas.PoolBody | str) -> list[str]:
        return [entity if isinstance(entity, str) else entity.name]

    def known(self, call: Call, keys: Collection[str]) -> Collection[str]:
        return {pool.name for pool in store.list_pools(call.tx)}.intersection(keys)

    def create(self, call: Call, key: str, entity: schemas.PoolBody) -> None:
        masks.no_team(entity.team_name or None)
        store.set_pool(
            call.tx,
            key,
            entity.slots,
            entity.description or None,
            include_deferred=entity.include_deferred is True,
        )
        _note(call, "post_pool", key, after={"slots": entity.slots})

    def update(self, call: Call, key: str, entity: schemas.PoolBody, mask: Sequence[str] | None) -> None:
        _change(call, key, masks.given(entity, mask, fixed=("name",)))

    def delete(self, call: Call, key: str) -> None:
        if self._usage is None:  # of all pools, in one query
            self._usage = browse.pool_usage(call.tx)
        if any(self._usage.get(key, {}).values()):
            raise errors.Conflict(
                f"Pool {key!r} is in use: tasks hold its slots or wait for them. Let them end first."
            )
        found = store.get(call.tx, key)
        store.delete(call.tx, key)
        _note(call, "delete_pool", key, before={} if found is None else {"slots": found.slots})


def _change(call: Call, name: str, fields: dict[str, object]) -> None:
    found = store.get(call.tx, name)
    if found is None:
        raise errors.PoolNotFound(name)
    masks.no_team(fields.pop("team_name", None))
    new = {key: value for key, value in fields.items() if value is not None or key == "description"}
    changed = msgspec.structs.replace(found, **new)
    store.set_pool(
        call.tx, name, changed.slots, changed.description, include_deferred=changed.include_deferred
    )
    before = {key: getattr(found, key) for key in new}
    _note(call, "patch_pool", name, before=before, after=new)


def _note(call: Call, event: str, name: str, **changed: dict[str, object]) -> None:
    call.audit(event, extra={"pool": name}, **changed)
    call.wake("pools")


def _answer(call: Call, name: str) -> schemas.PoolResponse:
    row = browse.pools.one(call.tx, Where("pool", "eq", name), access=call.access)
    if row is None:
        raise errors.PoolNotFound(name)
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
