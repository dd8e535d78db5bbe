"""Variables: list, show, create, change, delete. Values whose keys tell a secret go in and never out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from tradewind.api import bulk, filters, hiding, masks
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import variables as schemas
from tradewind.api.schemas.bulk import BulkBody, BulkResponse
from tradewind.api.schemas.common import MaskQuery
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain import keys as ids
from tradewind.secrets.cipher import CannotDecrypt
from tradewind.store.queries import variables as store
from tradewind.store.queries.browse import secrets as browse
from tradewind.store.queries.browse.listing import Where
from tradewind.telemetry.masking import MASK

door = Door("Variable")
ONE = "/variables/{variable_key:path}"
ORDER = {name: name for name in ("id", "key", "description", "is_encrypted")}
"""Not by value: the order of what is masked would tell it."""


@door.get(
    "/variables", Resource.VARIABLE, query=schemas.VariableQuery, answer=schemas.VariableCollectionResponse
)
def get_variables(call: Call) -> schemas.VariableCollectionResponse:
    """List variables."""
    where = filters.conditions(call.query, rename={"variable_key": "key"})
    rows = browse.variables.page(
        call.tx, where, access=call.access, page=page(call.query, call.services.settings, ORDER, ["id"])
    )
    return schemas.VariableCollectionResponse(
        variables=[_show(_opened(call, row)) for row in rows],
        total_entries=browse.variables.count(call.tx, where, access=call.access),
    )


@door.get(ONE, Resource.VARIABLE, answer=schemas.VariableResponse)
def get_variable(call: Call) -> schemas.VariableResponse:
    """Show a variable."""
    return _show(_find(call, call.path["variable_key"]))


@door.post(
    "/variables", Resource.VARIABLE, body=schemas.VariableBody, answer=schemas.VariableResponse, status=201
)
def post_variable(call: Call) -> schemas.VariableResponse:
    """Create a variable."""
    key = call.body.key
    if _row(call, key) is not None:
        raise errors.Conflict(f"Variable {key!r} exists already. PATCH changes it.")
    _Variables().create(call, key, call.body)
    return _show(_find(call, key))


@door.patch(
    ONE, Resource.VARIABLE, query=MaskQuery, body=schemas.VariableBody, answer=schemas.VariableResponse
)
def patch_variable(call: Call) -> schemas.VariableResponse:
    """Change a variable: the fields that are sent, or of these the ones in ``update_mask``."""
    key = call.path["variable_key"]
    if call.body.key != key:
        raise errors.BadRequest(f"The body names variable {call.body.key!r}, the path {key!r}.")
    _Variables().update(call, key, call.body, call.query.update_mask)
    return _show(_find(call, key))


@door.delete(ONE, Resource.VARIABLE)
def delete_variable(call: Call) -> None:
    """Delete a variable."""
    _find(call, call.path["variable_key"])
    _Variables().delete(call, call.path["variable_key"])


@door.patch(
    "/variables", Resource.VARIABLE, body=BulkBody[schemas.VariableBody], answer=BulkResponse, by_body=True
)
def bulk_variables(call: Call) -> BulkResponse:
    """Create, change and delete several variables."""
    return bulk.carry_out(call, _Variables())


class _Variables(bulk.Noun[str, schemas.VariableBody]):
    """Variables by key, for ``bulk``."""

    def keys(self, call: Call, entity: schemas.VariableBody | str) -> list[str]:
        return [ids.check_variable_key(entity if isinstance(entity, str) else entity.key)]

    def known(self, call: Call, keys: Collection[str]) -> Collection[str]:
        return set(store.list_keys(call.tx)).intersection(keys)

    def create(self, call: Call, key: str, entity: schemas.VariableBody) -> None:
        masks.no_team(entity.team_name or None)
        there = store.get(call.tx, key, cipher=call.services.cipher)
        value = hiding.meant(_text(entity.value), there.value if there else None)
        _write(call, key, value or "", entity.description or None)
        call.audit("post_variable", extra={"key": key})

    def update(self, call: Call, key: str, entity: schemas.VariableBody, mask: Sequence[str] | None) -> None:
        found = store.get(call.tx, key, cipher=call.services.cipher)
        if found is None:
            raise errors.NotFound(f"Variable {key!r} was not found.")
        fields = masks.given(entity, mask, fixed=("key",))
        masks.no_team(fields.get("team_name"))
        value, description = found.value, found.description
        if "value" in fields:
            value = hiding.meant(_text(entity.value), value)
        if "description" in fields:
            description = entity.description or None
        _write(call, key, value or "", description)
        call.audit("patch_variable", extra={"key": key, "fields": sorted(fields)})

    def delete(self, call: Call, key: str) -> None:
        store.delete(call.tx, key)
        call.audit("delete_variable", extra={"key": key})


def _write(call: Call, key: str, value: str, description: str | None) -> None:
    store.set_variable(call.tx, key, value, description=description, cipher=call.services.cipher)


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _row(call: Call, key: str) -> browse.VariableRow | None:
    return browse.variables.one(call.tx, Where("key", "eq", key), access=call.access)


def _find(call: Call, key: str) -> store.VariableRecord:
    """The variable as it may be shown. Raises NotFound."""
    row = _row(call, key)
    if row is None:
        raise errors.NotFound(f"Variable {key!r} was not found.")
    return _opened(call, row)


def _opened(call: Call, row: browse.VariableRow) -> store.VariableRecord:
    """As it is in the database; of one that no key of ours opens, everything but the value."""
    value = row.value
    if value and row.is_encrypted:
        try:
            value = call.services.cipher.decrypt(value, what=f"Variable {row.key!r}")
        except CannotDecrypt:
            value = MASK
    return store.VariableRecord(
        key=row.key, value=value, description=row.description, is_encrypted=row.is_encrypted
    )


def _show(found: store.VariableRecord) -> schemas.VariableResponse:
    return schemas.VariableResponse(
        key=found.key,
        value=hiding.shown(found.value, found.key),
        description=found.description,
        is_encrypted=found.is_encrypted,
    )
