"""What a task keeps between its tries: list, show, set, replace, delete."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.api import missing, params
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.routes.public import task_instances
from tradewind.api.schemas import state_stores as schemas
from tradewind.api.schemas.common import raw
from tradewind.auth.permissions import Resource
from tradewind.domain import errors, keys
from tradewind.store.queries import state_stores as store
from tradewind.store.queries.browse import state_stores as browse
from tradewind.store.queries.browse.listing import Where

door = Door("Task State Store")
ALL = task_instances.ONE + "/state-store"
ONE = ALL + "/{key:path}"


@door.get(
    ALL,
    Resource.TASK_INSTANCE,
    query=schemas.TaskStateListQuery,
    answer=schemas.TaskStateStoreCollectionResponse,
)
def list_task_state_store(call: Call) -> schemas.TaskStateStoreCollectionResponse:
    """List the values of a task instance."""
    task_instances.find(call, call.query.map_index)
    where = [*_of_instance(call), browse.alive(call.services.clock.now())]
    rows = browse.task_states.page(
        call.tx, where, page=page(call.query, call.services.settings, ("key",), ["key"]), access=call.access
    )
    return schemas.TaskStateStoreCollectionResponse(
        task_state_store=[_show(row) for row in rows],
        total_entries=browse.task_states.count(call.tx, where, access=call.access),
    )


@door.delete(ALL, Resource.TASK_INSTANCE, query=schemas.TaskStateClearQuery)
def clear_task_state_store(call: Call) -> None:
    """Delete every value of a task instance, or of all instances of the task."""
    instances = task_instances.indexes(call) if call.query.all_map_indices else [call.query.map_index]
    if not instances:
        raise missing.instance(call)
    for map_index in instances:
        task_instances.find(call, map_index)
        store.delete_task_state(call.tx, *_place(call), map_index, None)
    _note(call, "clear_task_state_store", all=call.query.all_map_indices)


@door.get(ONE, Resource.TASK_INSTANCE, query=schemas.TaskStateQuery, answer=schemas.TaskStateStoreResponse)
def get_task_state_store(call: Call) -> schemas.TaskStateStoreResponse:
    """Show a value."""
    return _show(_find(call))


@door.put(
    ONE, Resource.TASK_INSTANCE, query=schemas.TaskStateQuery, body=schemas.TaskStateStoreBody, status=204
)
def set_task_state_store(call: Call) -> None:
    """Set a value."""
    task_instances.find(call, call.query.map_index)
    _set(call, _expiry(call, call.body.expires_at))


def _expiry(call: Call, text: str | None) -> datetime | None:
    keep = call.services.settings.state_retention
    if text == "default":
        return None if keep is None else call.services.clock.now() + keep
    return None if text is None else params.moment_in_body("expires_at", text)


@door.patch(
    ONE, Resource.TASK_INSTANCE, query=schemas.TaskStateQuery, body=schemas.TaskStateStorePatchBody,
    answer=schemas.TaskStateStoreResponse,
)  # fmt: skip
def patch_task_state_store(call: Call) -> schemas.TaskStateStoreResponse:
    """Replace a value; it is kept as long as the old one."""
    _set(call, _find(call).expires_at)
    return _show(_find(call))


@door.delete(ONE, Resource.TASK_INSTANCE, query=schemas.TaskStateQuery)
def delete_task_state_store(call: Call) -> None:
    """Delete a value."""
    _find(call)
    store.delete_task_state(call.tx, *_place(call), call.query.map_index, call.path["key"])
    _note(call, "delete_task_state_store", key=call.path["key"])


def _place(call: Call) -> tuple[str, str, str]:
    return call.dag_id, call.run_id, call.task_id


def _of_instance(call: Call) -> list[Any]:
    names = dict(zip(("dag_id", "run_id", "task_id"), _place(call), strict=True))
    return [Where(name, "eq", value) for name, value in {**names, "map_index": call.query.map_index}.items()]


def _find(call: Call) -> browse.TaskStateRow:
    where = [
        *_of_instance(call),
        Where("key", "eq", call.path["key"]),
        browse.alive(call.services.clock.now()),
    ]
    row = browse.task_states.one(call.tx, *where, access=call.access)
    if row is None:
        task_instances.find(call, call.query.map_index)
        raise errors.NotFound(
            f"Task {call.task_id!r} of run {call.run_id!r} keeps nothing as {call.path['key']!r}."
        )
    return row


def _set(call: Call, expires: datetime | None) -> None:
    key = keys.check_state_key(call.path["key"])
    store.set_task_state(
        call.tx, *_place(call), call.query.map_index, key, state_text(key, call.body.value),
        now=call.services.clock.now(), expires_at=expires,
    )  # fmt: skip
    _note(call, "set_task_state_store", key=key)


def state_text(key: str, value: Any) -> str:
    """The value as it is stored. Raises InvalidValue for null, which stands for none."""
    if value is None:
        raise errors.InvalidValue(f"State {key!r}", "null", "be a value; DELETE removes it")
    return msgspec.json.encode(value).decode()


def _show(row: browse.TaskStateRow) -> schemas.TaskStateStoreResponse:
    return schemas.TaskStateStoreResponse(
        key=row.key, value=raw(row.value), updated_at=row.updated_at, expires_at=row.expires_at
    )


def _note(call: Call, event: str, **extra: Any) -> None:
    call.audit(
        event, dag_id=call.dag_id, run_id=call.run_id, task_id=call.task_id, map_index=call.query.map_index,
        extra=extra,
    )  # fmt: skip
