"""Mark: say how task instances ended, one task, a group of tasks or several; write notes on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from tradewind.api import changing, missing
from tradewind.api.door import Call, Door
from tradewind.api.routes.public import clearing, runs, task_instances
from tradewind.api.schemas import task_instances as schemas
from tradewind.api.schemas.common import MaskQuery
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain.spec import dag as dag_spec
from tradewind.domain.states import TaskInstanceState
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.queries.browse.listing import Where

door = Door("Task Instance")
GROUP = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskGroupInstances/{group_id}"
MARKABLE: Final = ("success", "failed", "skipped")
Body = schemas.PatchTaskInstanceBody


# --- one task ---------------------------------------------------------------------------------------


@door.patch(
    task_instances.ONE, Resource.TASK_INSTANCE, query=schemas.PatchQuery, body=Body,
    answer=schemas.TaskInstanceCollectionResponse,
)  # fmt: skip
def patch_task_instance(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """Mark a task instance (of a mapped task: one index, or all), or write a note on it."""
    return mark_task(call, call.query.map_index, dry=False)


@door.patch(
    task_instances.ONE + "/dry_run", Resource.TASK_INSTANCE, query=schemas.PatchQuery, body=Body,
    answer=schemas.TaskInstanceCollectionResponse, reads_only=True,
)  # fmt: skip
def patch_task_instance_dry_run(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """What marking it would change."""
    return mark_task(call, call.query.map_index, dry=True)


@door.patch(
    task_instances.ONE + "/{map_index}", Resource.TASK_INSTANCE, query=schemas.PatchQuery, body=Body,
    answer=schemas.TaskInstanceCollectionResponse,
)  # fmt: skip
def patch_task_instance_by_map_index(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """Mark one index of a mapped task, or write a note on it."""
    return mark_task(call, int(call.path["map_index"]), dry=False)


@door.patch(
    task_instances.ONE + "/{map_index}/dry_run", Resource.TASK_INSTANCE, query=schemas.PatchQuery, body=Body,
    answer=schemas.TaskInstanceCollectionResponse, reads_only=True,
)  # fmt: skip
def patch_task_instance_dry_run_by_map_index(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """What marking it would change."""
    return mark_task(call, int(call.path["map_index"]), dry=True)


def mark_task(call: Call, map_index: int | None, *, dry: bool) -> schemas.TaskInstanceCollectionResponse:
    """Do to the task of the path what the body says; what was changed, or (``dry``) would be."""
    row = runs.row_of_run(call)
    _state_to_mark(call.body, call.query.update_mask)  # what is malformed comes before what is missing
    _require_instance(call, map_index)
    return _patch(call, row, scope_of(call.body, [call.task_id], map_index), dry=dry)


def _require_instance(call: Call, map_index: int | None) -> None:
    named = [("dag_id", call.dag_id), ("run_id", call.run_id), ("task_id", call.task_id)]
    where = [Where(field, "eq", value) for field, value in named]
    if map_index is not None:
        where.append(Where("map_index", "eq", map_index))
    if browse.instances.one(call.tx, *where, access=call.access) is None:
        raise missing.instance(call, -1 if map_index is None else map_index)


# --- a group ----------------------------------------------------------------------------------------


@door.patch(
    GROUP, Resource.TASK_INSTANCE, query=MaskQuery, body=Body, answer=schemas.TaskInstanceCollectionResponse
)
def patch_task_group_instances(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """Mark every task instance in a group and in the groups below it."""
    return _patch_group(call, dry=False)


@door.patch(
    GROUP + "/dry_run", Resource.TASK_INSTANCE, query=MaskQuery, body=Body,
    answer=schemas.TaskInstanceCollectionResponse, reads_only=True,
)  # fmt: skip
def patch_task_group_instances_dry_run(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """What marking it would change."""
    return _patch_group(call, dry=True)


def _patch_group(call: Call, *, dry: bool) -> schemas.TaskInstanceCollectionResponse:
    row = runs.row_of_run(call)
    spec = call.services.specs.spec(call.tx, row.dag_id, row.version_hash)
    members = dag_spec.members(spec, call.path["group_id"])
    return _patch(call, row, scope_of(call.body, members, None), dry=dry)


# --- all of them ------------------------------------------------------------------------------------


def scope_of(body: Body, task_ids: Sequence[str], map_index: int | None) -> changing.Scope:
    """What a body reaches that names these tasks."""
    return changing.Scope(
        task_ids=frozenset(task_ids),
        map_indexes={} if map_index is None else {task_id: frozenset([map_index]) for task_id in task_ids},
        upstream=body.include_upstream,
        downstream=body.include_downstream,
        past=body.include_past,
        future=body.include_future,
    )


def _patch(
    call: Call, row: browse_runs.RunRow, scope: changing.Scope, *, dry: bool
) -> schemas.TaskInstanceCollectionResponse:
    body: Body = call.body
    if dry:
        state = _state_to_mark(body, call.query.update_mask)
        picked = _picked(call, row, scope)
        wanted = [(loaded, [one for one in meant if one.state is not state]) for loaded, meant in picked]
    else:
        wanted = change(call, row, body, scope, call.query.update_mask)
    shown = task_instances.show(call, clearing.rows_of(call, wanted))
    return schemas.TaskInstanceCollectionResponse(task_instances=shown, total_entries=len(shown))


def _picked(call: Call, row: browse_runs.RunRow, scope: changing.Scope) -> changing.Picked:
    graph = changing.graph_of(call, row.dag_id, row.version_hash)
    return changing.pick(call, changing.runs_in_reach(call, row, scope), graph, scope)


def change(
    call: Call, row: browse_runs.RunRow, body: Body, scope: changing.Scope, mask: Sequence[str] | None
) -> changing.Picked:
    """Mark and note what the scope holds; everything that was meant. Raises BadRequest, InvalidValue."""
    state, picked = _state_to_mark(body, mask), _picked(call, row, scope)
    before: dict[str, Any] = {"states": changing.told(picked)}
    after: dict[str, Any] = {}
    if state is not None:
        changing.mark(call, picked, changing.graph_of(call, row.dag_id, row.version_hash), state)
        after["new_state"] = state.value
    if body.note is not msgspec.UNSET and (mask is None or "note" in mask):
        before["notes"], after["note"] = clearing.note_all(call, picked, body.note), body.note
    _tell(call, row, scope, before=before, after=after)
    return picked


def _tell(call: Call, row: browse_runs.RunRow, scope: changing.Scope, **changed: dict[str, Any]) -> None:
    named = sorted(scope.task_ids or ())
    index = next(iter(scope.map_indexes.get(named[0], ())), None) if len(named) == 1 else None
    call.audit(
        "patch_task_instance", dag_id=row.dag_id, run_id=row.run_id, map_index=index,
        extra={"task_ids": named} if len(named) > 1 else {}, task_id=named[0] if len(named) == 1 else None,
        **changed,
    )  # fmt: skip


def _state_to_mark(body: Body, mask: Sequence[str] | None) -> TaskInstanceState | None:
    """Raises BadRequest where nothing is to be done, InvalidValue for a state that is no mark."""
    unknown = [name for name in mask or () if name not in {"new_state", "note"}]
    if unknown:
        raise errors.BadRequest(f"update_mask may hold new_state and note, got {', '.join(unknown)}.")
    state = body.new_state if mask is None or "new_state" in mask else None
    if state is not None and state.value not in MARKABLE:
        raise errors.InvalidValue("new_state", state.value, f"be one of {', '.join(MARKABLE)}")
    if state is None and body.note is msgspec.UNSET:
        raise errors.BadRequest("Give new_state, note or both: there is nothing to change.")
    return state
