"""Connections: list, show, create, change, delete. What may be secret of them goes in and never out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from tradewind.api import bulk, filters, hiding, masks, problems
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import connections as schemas
from tradewind.api.schemas.bulk import BulkBody, BulkResponse
from tradewind.api.schemas.common import MaskQuery
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain import keys as ids
from tradewind.secrets.cipher import CannotDecrypt
from tradewind.secrets.connection import Connection
from tradewind.secrets.default_connections import default_connections
from tradewind.store.queries import connections as store
from tradewind.store.queries.browse import secrets as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.telemetry.masking import MASK

door = Door("Connection")
ONE = "/connections/{connection_id:path}"
SHOWN_IN_PART = ("host", "password", "extra")
"""A host may be a URL with a password in it."""
_COLUMNS = ("id", "conn_id", "conn_type", "description", "host", "port")
ORDER = {"connection_id": "conn_id", **{name: name for name in _COLUMNS}}


@door.get(
    "/connections",
    Resource.CONNECTION,
    query=schemas.ConnectionQuery,
    answer=schemas.ConnectionCollectionResponse,
)
def get_connections(call: Call) -> schemas.ConnectionCollectionResponse:
    """List connections."""
    where = filters.conditions(call.query)
    rows = browse.connections.page(
        call.tx, where, access=call.access, page=page(call.query, call.services.settings, ORDER, ["id"])
    )
    return schemas.ConnectionCollectionResponse(
        connections=[_show(call, row) for row in rows],
        total_entries=browse.connections.count(call.tx, where, access=call.access),
    )


@door.get(ONE, Resource.CONNECTION, answer=schemas.ConnectionResponse)
def get_connection(call: Call) -> schemas.ConnectionResponse:
    """Show a connection."""
    return _answer(call, call.path["connection_id"])


@door.post(
    "/connections",
    Resource.CONNECTION,
    body=schemas.ConnectionBody,
    answer=schemas.ConnectionResponse,
    status=201,
)
def post_connection(call: Call) -> schemas.ConnectionResponse:
    """Create a connection."""
    conn_id = call.body.connection_id
    if _row(call, conn_id) is not None:
        raise errors.Conflict(f"Connection {conn_id!r} exists already. PATCH changes it.")
    _Connections().create(call, conn_id, call.body)
    return _answer(call, conn_id)


@door.patch(
    ONE, Resource.CONNECTION, query=MaskQuery, body=schemas.ConnectionBody, answer=schemas.ConnectionResponse
)
def patch_connection(call: Call) -> schemas.ConnectionResponse:
    """Change a connection: the fields that are sent, or of these the ones in ``update_mask``."""
    conn_id = call.path["connection_id"]
    if call.body.connection_id != conn_id:
        raise errors.BadRequest(
            f"The body names connection {call.body.connection_id!r}, the path {conn_id!r}."
        )
    _Connections().update(call, conn_id, call.body, call.query.update_mask)
    return _answer(call, conn_id)


@door.delete(ONE, Resource.CONNECTION)
def delete_connection(call: Call) -> None:
    """Delete a connection."""
    conn_id = call.path["connection_id"]
    if _row(call, conn_id) is None:
        raise errors.ConnectionNotFound(conn_id)
    _Connections().delete(call, conn_id)


@door.patch(
    "/connections", Resource.CONNECTION, body=BulkBody[schemas.ConnectionBody], answer=BulkResponse,
    by_body=True,
)  # fmt: skip
def bulk_connections(call: Call) -> BulkResponse:
    """Create, change and delete several connections."""
    return bulk.carry_out(call, _Connections())


@door.post("/connections/defaults", Resource.CONNECTION, status=204)
def create_default_connections(call: Call) -> None:
    """Add the connections that Airflow's examples use, where they are not there yet."""
    store.add_missing(call.tx, default_connections(), cipher=call.services.cipher)
    call.audit("create_default_connections")


class _Connections(bulk.Noun[str, schemas.ConnectionBody]):
    """Connections by id, for ``bulk``."""

    def keys(self, call: Call, entity: schemas.ConnectionBody | str) -> list[str]:
        return [ids.check_conn_id(entity if isinstance(entity, str) else entity.connection_id)]

    def known(self, call: Call, keys: Collection[str]) -> Collection[str]:
        return {
            row.conn_id
            for row in browse.connections.page(
                call.tx, [Where("conn_id", "in", list(keys))], access=call.access, page=Page(limit=None)
            )
        }

    def create(self, call: Call, key: str, entity: schemas.ConnectionBody) -> None:
        there = store.get(call.tx, key, cipher=call.services.cipher)
        made = Connection(key)
        self._write(call, made, entity, None, shown=there)
        call.audit("post_connection", extra={"connection_id": key}, after=_told(made))

    def update(
        self, call: Call, key: str, entity: schemas.ConnectionBody, mask: Sequence[str] | None
    ) -> None:
        found = store.get(call.tx, key, cipher=call.services.cipher)
        if found is None:
            raise errors.ConnectionNotFound(key)
        before = _told(found)
        fields = self._write(call, found, entity, mask)
        call.audit(
            "patch_connection", extra={"connection_id": key, "fields": fields},
            before=before, after=_told(found),
        )  # fmt: skip

    def delete(self, call: Call, key: str) -> None:
        found = store.get(call.tx, key, cipher=call.services.cipher)
        store.delete(call.tx, key)
        call.audit(
            "delete_connection", extra={"connection_id": key}, before=None if found is None else _told(found)
        )

    def _write(
        self,
        call: Call,
        found: Connection,
        body: schemas.ConnectionBody,
        mask: Sequence[str] | None,
        *,
        shown: Connection | None = None,
    ) -> list[str]:
        """Write the fields that the body gives. ``shown``: what the client copies from, if not ``found``."""
        fields = masks.given(body, mask, fixed=("connection_id",))
        masks.no_team(fields.pop("team_name", None))
        for name, value in fields.items():
            secret = name in SHOWN_IN_PART
            stored = getattr(shown or found, name)
            setattr(found, name, hiding.meant(value, stored) if secret else value)
        if "extra" in fields:
            check_extra(found)
        store.set_connection(call.tx, found, cipher=call.services.cipher)
        return sorted(fields)


def _told(one: Connection) -> dict[str, Any]:
    """What the audit log tells of a connection: nothing that is secret as a whole."""
    open_to_all = ("conn_type", "description", "host", "login", "port", "schema")
    told = {name: getattr(one, name) for name in open_to_all}
    return {**told, "host": hiding.shown(one.host)}


def check_extra(found: Connection) -> None:
    """``extra`` is empty or a JSON object. Raises Unprocessable, which does not repeat it."""
    if not found.extra or (found.extra.lstrip().startswith("{") and hiding.is_json(found.extra)):
        return
    raise problems.Unprocessable(
        problems.Problem(
            type="value_error", loc=("body", "extra"), msg="Input should be a JSON object, as text"
        )
    )


def _row(call: Call, conn_id: str) -> browse.ConnectionRow | None:
    return browse.connections.one(call.tx, Where("conn_id", "eq", conn_id), access=call.access)


def _answer(call: Call, conn_id: str) -> schemas.ConnectionResponse:
    row = _row(call, conn_id)
    if row is None:
        raise errors.ConnectionNotFound(conn_id)
    return _show(call, row)


def _show(call: Call, row: browse.ConnectionRow) -> schemas.ConnectionResponse:
    extra = row.extra
    if extra and row.is_extra_encrypted:
        try:
            extra = call.services.cipher.decrypt(extra)
        except CannotDecrypt:
            extra = MASK
    return schemas.ConnectionResponse(
        connection_id=row.conn_id, conn_type=row.conn_type, description=row.description, login=row.login,
        host=hiding.shown(row.host), schema=row.schema, port=row.port, extra=hiding.shown(extra),
        password=MASK if row.has_password else None,
    )  # fmt: skip
