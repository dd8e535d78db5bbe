"""Task instances and their tries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tradewind.api.door import Call
from tradewind.api.pagination import Paged
from tradewind.api.pagination import page as page_of
from tradewind.api.routes.public import marking
from tradewind.api.routes.public import task_instances as v2
from tradewind.api.routes.v1.runs import RANGES, executed, find_by_date
from tradewind.api.routes.v1.translation import Reshape, like, names, one, page, paged
from tradewind.api.schemas import task_instances as schemas
from tradewind.api.schemas.common import Aware
from tradewind.domain import errors
from tradewind.domain.states import TaskInstanceState

BASE, ONE = v2.BASE, v2.ONE
MAPPED = ONE + "/{map_index}"
STATES: Final = {"awaiting_input": "deferred"}
"""States that v1 has another word for."""
_RANGES: Final = f"{RANGES} duration_gte duration_lte state pool queue executor"
_FLAGS: Final = "include_upstream include_downstream include_future include_past"


# --- what is asked ---------------------------------------------------------------------------------


class CutQuery(Paged, kw_only=True):
    """Tries: v2 lists all of them, v1 by pages."""

    map_index: int = -1


class MarkBody(schemas.PatchTaskInstanceBody, kw_only=True):
    """Mark one task instance; ``dry_run`` (the default) changes nothing."""

    new_state: TaskInstanceState
    dry_run: bool = True


class MarkManyBody(MarkBody, kw_only=True):
    """Mark a task and what hangs on it, in the run that is named by its id or its date."""

    task_id: str
    dag_run_id: str | None = None
    logical_date: Aware | None = None


def _mark_one(call: Call) -> schemas.TaskInstanceResponse:
    """Mark a task instance."""
    return _changed(call, dry=call.body.dry_run)


def _note_one(call: Call) -> schemas.TaskInstanceResponse:
    """Write a note on a task instance."""
    return _changed(call, dry=False)


def _changed(call: Call, *, dry: bool) -> schemas.TaskInstanceResponse:
    index = int(call.path.get("map_index", -1))
    marking.mark_task(call, index, dry=dry)
    return v2.show(call, [v2.find(call, index)])[0]


def _mark_many(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """Mark a task, and on request those before and after it and in other runs."""
    body: MarkManyBody = call.body
    call.path = {**call.path, "task_id": body.task_id, "dag_run_id": _run_id(call, body)}
    return marking.mark_task(call, None, dry=body.dry_run)


def _run_id(call: Call, body: MarkManyBody) -> str:
    """Raises BadRequest where neither or both say which run, NotFound."""
    if (body.dag_run_id is None) == (body.logical_date is None):
        raise errors.BadRequest("Say which run: either dag_run_id or execution_date.")
    return body.dag_run_id or find_by_date(call, body.logical_date).run_id  # type: ignore[arg-type]


def _cut(
    whole: Callable[[Call], schemas.TaskInstanceHistoryCollectionResponse],
) -> Callable[[Call], schemas.TaskInstanceHistoryCollectionResponse]:
    def cut(call: Call) -> schemas.TaskInstanceHistoryCollectionResponse:
        found, wanted = (
            whole(call),
            page_of(call.query, call.services.settings, ["try_number"], ["try_number"]),
        )
        backwards = wanted.order[0][1]
        tries = found.task_instances[:: -1 if backwards else 1]
        found.task_instances = tries[wanted.offset : wanted.offset + (wanted.limit or len(tries))]
        return found

    return cut


# --- what is answered ------------------------------------------------------------------------------


def _of(field: str, shape: Reshape) -> Reshape:
    return lambda it: None if it[field] is None else shape(it[field])


def _text(field: str) -> Reshape:
    """v1 knows no null there."""
    return lambda it: it[field] or ""


JOB = one("id dag_id state job_type start_date end_date latest_heartbeat executor_class hostname unixname")
_SHARED: dict[str, Any] = {
    "state": lambda it: STATES.get(it["state"], it["state"]),
    "hostname": _text("hostname"),
    "unixname": _text("unixname"),
}
_TRY = (
    "task_id task_display_name dag_id dag_run_id start_date end_date duration try_number map_index max_tries"
    " pool pool_slots queue priority_weight operator queued_when pid executor executor_config"
)
TRY = one(_TRY, **_SHARED)
INSTANCE = one(
    f"{_TRY} rendered_map_index rendered_fields note",
    execution_date=executed,
    sla_miss=None,
    trigger=_of("trigger", one("id classpath kwargs created_date triggerer_id")),
    triggerer_job=_of("triggerer_job", JOB),
    **_SHARED,
)
REFERENCE = one("task_id dag_id dag_run_id", execution_date=executed)


def REFERENCES(it: Any) -> Any:
    """Task instances by their names alone, uncounted."""
    return {"task_instances": [REFERENCE(part) for part in it["task_instances"]]}


_INSTANCES = page("task_instances", INSTANCE)
_TRIES = page("task_instances task_instances_history", TRY, was="task_instances")
_LIST = paged(f"{_RANGES} updated_at_gte updated_at_lte")

OPERATIONS = [
    like("POST /dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/list", "get_task_instances_batch",
         body=names(f"page_offset page_limit dag_ids dag_run_ids task_ids {_RANGES}"),
         answer=_INSTANCES),
    like("POST /dags/{dag_id}/clearTaskInstances", "post_clear_task_instances", answer=REFERENCES,
         body=names("dry_run task_ids start_date end_date only_failed only_running reset_dag_runs dag_run_id"
                    f" {_FLAGS} include_subdags= include_parentdag=", unless={"reset_dag_runs": False})),
    like("POST /dags/{dag_id}/updateTaskInstancesState", "patch_task_instance", answer=REFERENCES,
         name="post_set_task_instances_state", handler=_mark_many, body_kind=MarkManyBody,
         body=names(f"dry_run new_state task_id dag_run_id execution_date=logical_date {_FLAGS}")),
    like(f"GET {BASE}", "get_task_instances", query=_LIST, answer=_INSTANCES),
    like(f"GET {ONE}", "get_task_instance", answer=INSTANCE),
    like(f"PATCH {ONE}", "patch_task_instance", handler=_mark_one, body_kind=MarkBody,
         body=names("dry_run new_state"), answer=REFERENCE),
    like(f"PATCH {ONE}/setNote", "patch_task_instance_by_map_index", name="set_task_instance_note",
         handler=_note_one, body=names("note"), answer=INSTANCE),
    like(f"GET {ONE}/dependencies", "get_task_instance_dependencies", answer=one("dependencies")),
    like(f"GET {ONE}/listMapped", "get_mapped_task_instances", query=_LIST, answer=_INSTANCES),
    like(f"GET {ONE}/tries", "get_task_instance_tries", query=paged(), query_kind=CutQuery,
         handler=_cut(v2.get_task_instance_tries), answer=_TRIES),
    like(f"GET {ONE}/tries/{{task_try_number}}", "get_task_instance_try_details", answer=TRY),
    like(f"GET {MAPPED}", "get_mapped_task_instance", answer=INSTANCE),
    like(f"PATCH {MAPPED}", "patch_task_instance_by_map_index", name="patch_mapped_task_instance",
         handler=_mark_one, body_kind=MarkBody, body=names("dry_run new_state"), answer=REFERENCE),
    like(f"PATCH {MAPPED}/setNote", "patch_task_instance_by_map_index", name="set_mapped_task_instance_note",
         handler=_note_one, body=names("note"), answer=INSTANCE),
    like(f"GET {MAPPED}/dependencies", "get_task_instance_dependencies_by_map_index",
         name="get_mapped_task_instance_dependencies", answer=one("dependencies")),
    like(f"GET {MAPPED}/tries", "get_mapped_task_instance_tries", query=paged(), query_kind=CutQuery,
         handler=_cut(v2.get_mapped_task_instance_tries), answer=_TRIES),
    like(f"GET {MAPPED}/tries/{{task_try_number}}", "get_mapped_task_instance_try_details", answer=TRY),
]  # fmt: skip
