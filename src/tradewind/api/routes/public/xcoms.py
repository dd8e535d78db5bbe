"""XComs: list, show, push, replace, delete. Values stay JSON; nothing is turned back into Python objects."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.api import filters, views
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.path_names import ANY
from tradewind.api.routes.public import task_instances
from tradewind.api.routes.public.dags import dag_filter
from tradewind.api.schemas import xcoms as schemas
from tradewind.api.schemas.common import raw
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries import task_data
from tradewind.store.queries.browse import others as browse
from tradewind.store.queries.browse.listing import Where
from tradewind.store.transitions import results

door = Door("XCom")
BASE = task_instances.ONE + "/xcomEntries"
ONE = BASE + "/{xcom_key:path}"
ORDER = ("key", "timestamp", "dag_id", "run_id", "task_id", "map_index", "run_after", "logical_date")
_DEFAULT_ORDER = ("dag_id", "task_id", "run_id", "map_index", "key")
_APART = ("xcom_key", "map_index", "map_index_filter")


@door.get(BASE, Resource.XCOM, query=schemas.XComQuery, answer=schemas.XComCollectionResponse, wildcard=True)
def get_xcom_entries(call: Call) -> schemas.XComCollectionResponse:
    """List XComs without their values; ``~`` stands for every DAG, run or task."""
    where: list[Any] = [*dag_filter(call)]
    where += filters.conditions(call.query, rename={"xcom_key": "key"}, apart=_APART)
    where += [Where(field, "eq", value) for field, value in _exactly(call) if value is not None]
    wanted = page(call.query, call.services.settings, ORDER, _DEFAULT_ORDER)
    rows = browse.xcoms.page(call.tx, where, page=wanted, access=call.access)
    return schemas.XComCollectionResponse(
        xcom_entries=[schemas.XComResponse(**views.xcom_fields(row)) for row in rows],
        total_entries=browse.xcoms.count(call.tx, where, access=call.access),
    )


def _exactly(call: Call) -> list[tuple[str, Any]]:
    query = call.query
    return [
        ("key", query.xcom_key),
        ("map_index", query.map_index if query.map_index is not None else query.map_index_filter),
        ("run_id", None if call.run_id == ANY else call.run_id),
        ("task_id", None if call.task_id == ANY else call.task_id),
    ]


def _find(call: Call, key: str, map_index: int) -> browse.XComValueRow:
    found = browse.xcom_values.one(
        call.tx,
        *(Where(name, "eq", value) for name, value in _key(call, key, map_index).items()),
        access=call.access,
    )
    if found is None:
        task_instances.find(call, map_index)
        raise errors.XComNotFound(call.dag_id, call.task_id, key)
    return found


def _key(call: Call, key: str, map_index: int) -> dict[str, Any]:
    return {
        "dag_id": call.dag_id,
        "run_id": call.run_id,
        "task_id": call.task_id,
        "map_index": map_index,
        "key": key,
    }


def _native(row: browse.XComValueRow, value: Any) -> schemas.XComResponseNative:
    return schemas.XComResponseNative(**views.xcom_fields(row), value=value)


@door.get(ONE, Resource.XCOM, query=schemas.XComGetQuery, answer=schemas.XComResponseNative)
def get_xcom_entry(call: Call) -> schemas.XComResponseNative:
    """Show an XCom; ``stringify`` answers the value as text."""
    if call.query.deserialize:
        raise errors.BadRequest(
            "XCom deserialization is not done in the API: stored objects are shown as their JSON."
        )
    row = _find(call, call.path["xcom_key"], call.query.map_index)
    return _native(row, row.value if call.query.stringify else raw(row.value))


@door.post(BASE, Resource.XCOM, body=schemas.XComCreateBody, answer=schemas.XComResponseNative, status=201)
def create_xcom_entry(call: Call) -> schemas.XComResponseNative:
    """Push an XCom in the name of a task instance."""
    body: schemas.XComCreateBody = call.body
    if not body.key or len(body.key) > 512:
        raise errors.InvalidValue("key", body.key, "have 1 to 512 characters")
    if {".", ".."}.intersection(body.key.split("/")):  # as a path it would be that of something else
        raise errors.InvalidValue("key", body.key, "have no part between slashes that is . or ..")
    task_instances.find(call, body.map_index)
    known = [Where(name, "eq", value) for name, value in _key(call, body.key, body.map_index).items()]
    if browse.xcom_values.one(call.tx, *known, access=call.access) is not None:
        raise errors.Conflict(
            f"Task {call.task_id!r} already has an XCom {body.key!r} in run {call.run_id!r}. "
            "PATCH replaces it."
        )
    return _put(call, body.key, body.map_index, body.value)


@door.patch(ONE, Resource.XCOM, body=schemas.XComUpdateBody, answer=schemas.XComResponseNative)
def update_xcom_entry(call: Call) -> schemas.XComResponseNative:
    """Replace the value of an XCom."""
    _find(call, call.path["xcom_key"], call.body.map_index)
    return _put(call, call.path["xcom_key"], call.body.map_index, call.body.value)


def _put(call: Call, key: str, map_index: int, value: Any) -> schemas.XComResponseNative:
    text = msgspec.json.encode(value).decode()
    now = call.services.clock.now()
    length = len(value) if isinstance(value, list | dict) else None
    results.push(call.tx, task_instances.find(call, map_index).id, key, text, length, now)
    _note(call, "set_xcom", key, map_index)
    row = _find(call, key, map_index)
    return _native(row, raw(row.value))


@door.delete(ONE, Resource.XCOM, query=schemas.XComGetQuery)
def delete_xcom_entry(call: Call) -> None:
    """Delete an XCom."""
    key, map_index = call.path["xcom_key"], call.query.map_index
    _find(call, key, map_index)
    task_data.delete_xcom(call.tx, **_key(call, key, map_index))
    _note(call, "delete_xcom", key, map_index)


def _note(call: Call, event: str, key: str, map_index: int) -> None:
    call.audit(
        event, dag_id=call.dag_id, run_id=call.run_id, task_id=call.task_id, map_index=map_index,
        extra={"key": key},
    )  # fmt: skip
