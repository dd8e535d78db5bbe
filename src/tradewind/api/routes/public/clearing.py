"""Clear: run task instances again."""

from __future__ import annotations

import msgspec

from tradewind.api import changing
from tradewind.api.door import Call, Door
from tradewind.api.routes.public import task_instances
from tradewind.api.routes.public.dags import row_of
from tradewind.api.schemas import task_instances as schemas
from tradewind.auth.permissions import Action, Resource
from tradewind.domain import errors, keys
from tradewind.domain.states import TaskInstanceState
from tradewind.engine.graph import Graph
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.transitions import results

door = Door("Task Instance")


# --- clear ---------------------------------------------------------------------------------------


@door.post(
    "/dags/{dag_id}/clearTaskInstances", Resource.TASK_INSTANCE, action=Action.EDIT,
    body=schemas.ClearTaskInstancesBody, answer=schemas.TaskInstanceCollectionResponse,
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
    shown = task_instances.show(call, rows_of(call, everything))
    if not body.dry_run:
        version = row.version_hash if by_latest_version(graph, body.run_on_latest_version) else None
        changing.clear(call, picked, graph, reset_runs=body.reset_dag_runs, version_hash=version)
        changing.clear_beyond(call, beyond, reset_runs=body.reset_dag_runs)
        before, after = {"states": changing.told(picked)}, {}
        if body.note is not None:
            before["notes"], after["note"] = note_all(call, everything, body.note), body.note
        call.audit(
            "post_clear_task_instances", dag_id=row.dag_id, run_id=body.dag_run_id, before=before, after=after
        )
    return schemas.TaskInstanceCollectionResponse(task_instances=shown, total_entries=len(shown))


def by_latest_version(graph: Graph, said: bool | None) -> bool:
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
        return browse_runs.runs.page(call.tx, where, access=call.access, page=Page(limit=None))
    row = browse_runs.find(call.tx, call.dag_id, keys.check_run_id(body.dag_run_id), access=call.access)
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


def rows_of(call: Call, picked: changing.Picked) -> list[browse.InstanceRow]:
    """Everything picked as rows for showing, as they are now."""
    found = []
    for loaded, instances in picked:
        meant = {(one.task_id, one.map_index) for one in instances}
        where = [Where("dag_id", "eq", loaded.run.dag_id), Where("run_id", "eq", loaded.run.run_id)]
        rows = browse.instances.page(
            call.tx,
            where,
            access=call.access,
            page=Page(limit=None, order=(("task_id", False), ("map_index", False))),
        )
        found += [row for row in rows if (row.task_id, row.map_index) in meant]
    return found


def note_all(call: Call, picked: changing.Picked, note: str | None) -> list[str]:
    """Write the same note on everything picked; None removes those that are there, which the audit log
    tells as ``changing.told`` does.
    """
    now, rows = call.services.clock.now(), rows_of(call, picked)
    for row in rows:
        results.set_note(call.tx, row.id, note, user=call.who.name, now=now)
    return [f"{row.run_id}.{row.task_id}[{row.map_index}]: {row.note}" for row in rows[: changing.MOST_TOLD]]
