"""Clear and mark: run task instances again, or say how they ended."""

from __future__ import annotations

import msgspec

from tradewind.api import changing, missing
from tradewind.api.door import Call, Door
from tradewind.api.routes.public import runs, task_instances
from tradewind.api.routes.public.dags import row_of
from tradewind.api.schemas import runs as run_schemas
from tradewind.api.schemas import task_instances as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors, keys
from tradewind.domain.states import TaskInstanceState
from tradewind.engine.graph import Graph
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.records import RunLoad
from tradewind.store.transitions import results
from tradewind.store.transitions import runs as run_transitions

door = Door("Task Instance")
MARKABLE = ("success", "failed", "skipped")


# --- clear ---------------------------------------------------------------------------------------


@door.post(
    "/dags/{dag_id}/clearTaskInstances", Resource.TASK_INSTANCE, body=schemas.ClearTaskInstancesBody,
    answer=schemas.TaskInstanceCollectionResponse,
)  # fmt: skip
def post_clear_task_instances(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """Run task instances again; with ``dry_run`` (the default) only list which."""
    body: schemas.ClearTaskInstancesBody = call.body
    row = row_of(call)
    graph = changing.graph_of(call, row.dag_id, row.version_hash)
    picked = changing.pick(call, _runs_to_clear(call, body), graph, _scope_to_clear(body))
    if body.prevent_running_task:
        _refuse_running(picked)
    beyond = changing.beyond(call, picked, graph, _scope_to_clear(body))
    if body.prevent_running_task:
        _refuse_running([(reached.load, reached.instances) for reached in beyond])
    everything = [*picked, *((reached.load, reached.instances) for reached in beyond)]
    shown = task_instances.show(call, _rows(call, everything))
    if not body.dry_run:
        version = row.version_hash if _by_latest_version(graph, body.run_on_latest_version) else None
        changing.clear(call, picked, graph, reset_runs=body.reset_dag_runs, version_hash=version)
        changing.clear_beyond(call, beyond, reset_runs=body.reset_dag_runs)
        _note(call, everything, body.note)
        call.audit("post_clear_task_instances", dag_id=row.dag_id, run_id=body.dag_run_id)
    return schemas.TaskInstanceCollectionResponse(task_instances=shown, total_entries=len(shown))


def _by_latest_version(graph: Graph, said: bool | None) -> bool:
    """What the request says, else what the DAG does (``rerun_with_latest_version``), else no."""
    return bool(graph.spec.rerun_with_latest_version if said is None else said)


def _scope_to_clear(body: schemas.ClearTaskInstancesBody) -> changing.Scope:
    return msgspec.structs.replace(
        changing.named_tasks(body.task_ids),
        upstream=body.include_upstream,
        downstream=body.include_downstream,
        only_failed=body.only_failed,
        only_running=body.only_running,
    )


def _runs_to_clear(call: Call, body: schemas.ClearTaskInstancesBody) -> list[browse_runs.RunRow]:
    if body.dag_run_id is None:
        if body.include_past or body.include_future:
            raise errors.BadRequest(
                "include_past and include_future need dag_run_id: the run they count from."
            )
        where = [Where("dag_id", "eq", call.dag_id)]
        if body.start_date is not None:
            where.append(Where("logical_date", "gte", body.start_date))
        if body.end_date is not None:
            where.append(Where("logical_date", "lte", body.end_date))
        return browse_runs.runs.page(call.tx, where, page=Page(limit=None))
    row = browse_runs.find(call.tx, call.dag_id, keys.check_run_id(body.dag_run_id))
    if row is None:
        raise errors.DagRunNotFound(call.dag_id, body.dag_run_id)
    return changing.runs_in_reach(
        call, row, changing.Scope(past=body.include_past, future=body.include_future)
    )


def _refuse_running(picked: changing.Picked) -> None:
    for loaded, instances in picked:
        for one in instances:
            if one.state is TaskInstanceState.RUNNING:
                raise errors.Conflict(
                    f"Task instance {one.task_id!r} of run {loaded.run.run_id!r} is running; "
                    "nothing was cleared. "
                    "Wait for it, or send prevent_running_task false to have it stopped."
                )


@door.post(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/clear", Resource.RUN, body=run_schemas.DAGRunClearBody,
    answer=(schemas.ClearTaskInstanceCollectionResponse, run_schemas.DAGRunResponse),
)  # fmt: skip
def clear_dag_run(
    call: Call,
) -> (
    schemas.ClearTaskInstanceCollectionResponse
    | schemas.NewTaskCollectionResponse
    | run_schemas.DAGRunResponse
):
    """Run a whole run again, or what failed in it; with ``dry_run`` (the default) only list which tasks."""
    body: run_schemas.DAGRunClearBody = call.body
    dag, row = row_of(call), runs.row_of_run(call)
    if body.only_failed and body.only_new:
        raise errors.BadRequest("only_failed and only_new exclude each other.")
    graph = changing.graph_of(call, dag.dag_id, dag.version_hash)
    loaded = changing.load(call, row)
    if body.only_new:
        return _clear_new(call, graph, loaded, dag.version_hash)
    scope = changing.Scope(
        task_ids=frozenset(one.task_id for one in loaded.instances if one.task_id in graph.index)
    )
    picked = changing.pick(call, [row], graph, msgspec.structs.replace(scope, only_failed=body.only_failed))
    beyond = changing.beyond(
        call, picked, graph, msgspec.structs.replace(scope, only_failed=body.only_failed)
    )
    if body.dry_run:
        everything = [*picked, *((reached.load, reached.instances) for reached in beyond)]
        shown = task_instances.show(call, _rows(call, everything))
        return schemas.ClearTaskInstanceCollectionResponse(task_instances=shown, total_entries=len(shown))
    changing.clear_beyond(call, beyond, reset_runs=True)
    changing.clear(
        call,
        picked,
        graph,
        reset_runs=True,
        version_hash=dag.version_hash if _by_latest_version(graph, body.run_on_latest_version) else None,
    )
    if body.note is not None:
        run_transitions.set_note(
            call.tx, row.pk, body.note, user=call.who.name, now=call.services.clock.now()
        )
    call.audit("clear_dag_run", dag_id=row.dag_id, run_id=row.run_id)
    return runs.shown(call, row.dag_id, row.run_id)


def _clear_new(
    call: Call, graph: Graph, loaded: RunLoad, version_hash: str | None
) -> schemas.NewTaskCollectionResponse | run_schemas.DAGRunResponse:
    """Tasks of the DAG's newest version that the run does not have: the scheduler adds them to it."""
    there = {one.task_id for one in loaded.instances}
    new = [spec for spec in graph.tasks if spec.task_id not in there]
    if call.body.dry_run:
        shown = [
            schemas.NewTaskResponse(task_id=spec.task_id, task_display_name=spec.display_name or spec.task_id)
            for spec in new
        ]
        return schemas.NewTaskCollectionResponse(task_instances=shown, total_entries=len(shown))
    if new:
        changing.clear(call, [(loaded, [])], graph, reset_runs=True, version_hash=version_hash)
        call.audit("clear_dag_run", dag_id=loaded.run.dag_id, run_id=loaded.run.run_id)
    return runs.shown(call, loaded.run.dag_id, loaded.run.run_id)


# --- mark ------------------------------------------------------------------------------------------


@door.patch(
    task_instances.ONE, Resource.TASK_INSTANCE, query=schemas.PatchQuery, body=schemas.PatchTaskInstanceBody,
    answer=schemas.TaskInstanceCollectionResponse,
)  # fmt: skip
def patch_task_instance(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """Mark a task instance (of a mapped task: one index, or all), or write a note on it."""
    return _patch(call, call.query.map_index, dry=False)


@door.patch(
    task_instances.ONE + "/dry_run", Resource.TASK_INSTANCE, query=schemas.PatchQuery,
    body=schemas.PatchTaskInstanceBody, answer=schemas.TaskInstanceCollectionResponse, reads_only=True,
)  # fmt: skip
def patch_task_instance_dry_run(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """What marking it would change."""
    return _patch(call, call.query.map_index, dry=True)


@door.patch(
    task_instances.ONE + "/{map_index}", Resource.TASK_INSTANCE, query=schemas.PatchQuery,
    body=schemas.PatchTaskInstanceBody, answer=schemas.TaskInstanceCollectionResponse,
)  # fmt: skip
def patch_task_instance_by_map_index(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """Mark one index of a mapped task, or write a note on it."""
    return _patch(call, int(call.path["map_index"]), dry=False)


@door.patch(
    task_instances.ONE + "/{map_index}/dry_run", Resource.TASK_INSTANCE, query=schemas.PatchQuery,
    body=schemas.PatchTaskInstanceBody, answer=schemas.TaskInstanceCollectionResponse, reads_only=True,
)  # fmt: skip
def patch_task_instance_dry_run_by_map_index(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """What marking it would change."""
    return _patch(call, int(call.path["map_index"]), dry=True)


def _patch(call: Call, map_index: int | None, *, dry: bool) -> schemas.TaskInstanceCollectionResponse:
    body: schemas.PatchTaskInstanceBody = call.body
    state = _state_to_mark(call)
    row = runs.row_of_run(call)
    _require_instance(call, map_index)
    graph = changing.graph_of(call, row.dag_id, row.version_hash)
    scope = changing.Scope(
        task_ids=frozenset([call.task_id]),
        map_indexes={} if map_index is None else {call.task_id: frozenset([map_index])},
        upstream=body.include_upstream,
        downstream=body.include_downstream,
        past=body.include_past,
        future=body.include_future,
    )
    picked = changing.pick(call, changing.runs_in_reach(call, row, scope), graph, scope)
    if dry:
        wanted = [(loaded, [one for one in meant if one.state is not state]) for loaded, meant in picked]
        shown = task_instances.show(call, _rows(call, wanted))
        return schemas.TaskInstanceCollectionResponse(task_instances=shown, total_entries=len(shown))
    if state is not None:
        changing.mark(call, picked, graph, state)
        call.audit(
            "patch_task_instance",
            dag_id=row.dag_id,
            run_id=row.run_id,
            task_id=call.task_id,
            map_index=map_index,
            extra={"new_state": state.value},
        )
    if body.note is not msgspec.UNSET and _masked_in(call, "note"):
        _note(call, picked, body.note)
    shown = task_instances.show(call, _rows(call, picked))
    return schemas.TaskInstanceCollectionResponse(task_instances=shown, total_entries=len(shown))


def _masked_in(call: Call, name: str) -> bool:
    return call.query.update_mask is None or name in call.query.update_mask


def _state_to_mark(call: Call) -> TaskInstanceState | None:
    """Raises BadRequest where nothing is to be done, InvalidValue for a state that is no mark."""
    unknown = [name for name in call.query.update_mask or () if name not in {"new_state", "note"}]
    if unknown:
        raise errors.BadRequest(f"update_mask may hold new_state and note, got {', '.join(unknown)}.")
    state: TaskInstanceState | None = call.body.new_state if _masked_in(call, "new_state") else None
    if state is not None and state.value not in MARKABLE:
        raise errors.InvalidValue("new_state", state.value, f"be one of {', '.join(MARKABLE)}")
    if state is None and call.body.note is msgspec.UNSET:
        raise errors.BadRequest("Give new_state, note or both: there is nothing to change.")
    return state


def _require_instance(call: Call, map_index: int | None) -> None:
    where = [
        Where("dag_id", "eq", call.dag_id),
        Where("run_id", "eq", call.run_id),
        Where("task_id", "eq", call.task_id),
    ]
    if map_index is not None:
        where.append(Where("map_index", "eq", map_index))
    if browse.instances.one(call.tx, *where) is None:
        raise missing.instance(call, -1 if map_index is None else map_index)


def _rows(call: Call, picked: changing.Picked) -> list[browse.InstanceRow]:
    """Everything picked as rows for showing, as they are now."""
    found = []
    for loaded, instances in picked:
        meant = {(one.task_id, one.map_index) for one in instances}
        where = [Where("dag_id", "eq", loaded.run.dag_id), Where("run_id", "eq", loaded.run.run_id)]
        rows = browse.instances.page(
            call.tx, where, page=Page(limit=None, order=(("task_id", False), ("map_index", False)))
        )
        found += [row for row in rows if (row.task_id, row.map_index) in meant]
    return found


def _note(call: Call, picked: changing.Picked, note: str | None) -> None:
    if note is None and isinstance(call.body, schemas.ClearTaskInstancesBody):
        return
    now = call.services.clock.now()
    for loaded, instances in picked:
        for one in instances:
            row = browse.find(call.tx, loaded.run.dag_id, loaded.run.run_id, one.task_id, one.map_index)
            if row is not None:
                results.set_note(call.tx, row.id, note, user=call.who.name, now=now)
