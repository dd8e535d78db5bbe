"""Task instances and their tries: list, show."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.api import cursors, filters, missing, views
from tradewind.api.door import Call, Door
from tradewind.api.pagination import Paged, page
from tradewind.api.path_names import ANY
from tradewind.api.routes.public.dags import dag_filter, row_of
from tradewind.api.schemas import task_instances as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain.spec import dag as dag_spec
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse import task_instances as browse
from tradewind.store.queries.browse.listing import Page, Where

door = Door("Task Instance")
BASE = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances"
ONE = BASE + "/{task_id}"

ORDER = (
    "id",
    "state",
    "dag_id",
    "run_id",
    "task_id",
    "map_index",
    "start_date",
    "end_date",
    "duration",
    "try_number",
    "logical_date",
    "run_after",
    "queued_dttm",
    "data_interval_start",
    "data_interval_end",
    "rendered_map_index",
    "pool",
    "queue",
    "operator",
    "priority_weight",
    "updated_at",
)


# --- one ---------------------------------------------------------------------------------------------


def find(call: Call, map_index: int) -> browse.InstanceRow:
    """The task instance that the path and ``map_index`` name. Raises NotFound."""
    row = browse.find(call.tx, call.dag_id, call.run_id, call.task_id, map_index, access=call.access)
    if row is None:
        raise missing.instance(call, map_index)
    return row


def show(call: Call, rows: list[browse.InstanceRow]) -> list[schemas.TaskInstanceResponse]:
    """Rows as the API shows them, with what deferred ones wait for."""
    waits = [row.trigger_id for row in rows if row.trigger_id is not None]
    triggers, holders = browse.triggers_of(call.tx, waits, access=call.access) if waits else ({}, {})
    shown = []
    for row in rows:
        trigger = triggers.get(row.trigger_id) if row.trigger_id is not None else None
        holder = holders.get(trigger.triggerer_id) if trigger and trigger.triggerer_id is not None else None
        shown.append(views.task_instance(row, call.services.specs, call.tx, trigger, holder))
    return shown


@door.get(ONE, Resource.TASK_INSTANCE, answer=schemas.TaskInstanceResponse)
def get_task_instance(call: Call) -> schemas.TaskInstanceResponse:
    """Show a task instance that is not mapped."""
    row = browse.find(call.tx, call.dag_id, call.run_id, call.task_id, -1, access=call.access)
    if row is None and browse.instances.count(call.tx, _of_task(call), access=call.access):
        raise errors.NotFound(
            f"Task {call.task_id!r} is mapped: add the map index to the path, "
            f"or list them with {call.request.url.path}/listMapped."
        )
    if row is None:
        raise missing.instance(call)
    return show(call, [row])[0]


@door.get(
    ONE + "/listMapped",
    Resource.TASK_INSTANCE,
    query=schemas.MappedQuery,
    answer=schemas.TaskInstanceCollectionResponse,
)
def get_mapped_task_instances(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """List the task instances of a mapped task."""
    where = [*_of_task(call), Where("map_index", "gte", 0), *_filters(call.query)]
    answer = _collection(call, where, page(call.query, call.services.settings, ORDER, ["map_index"]))
    if not answer.total_entries and not browse.instances.count(call.tx, _of_task(call), access=call.access):
        raise missing.instance(call)
    return answer


def indexes(call: Call) -> list[int]:
    """The map indexes of the task's instances in the run; of one that is not mapped, -1."""
    rows = browse.instances.page(call.tx, _of_task(call), page=Page(limit=None), access=call.access)
    return [row.map_index for row in rows]


def _of_task(call: Call) -> list[Where]:
    return [
        Where("dag_id", "eq", call.dag_id),
        Where("run_id", "eq", call.run_id),
        Where("task_id", "eq", call.task_id),
    ]


# --- tries ---------------------------------------------------------------------------------------------


def tries(call: Call, map_index: int) -> list[schemas.TaskInstanceHistoryResponse]:
    """Every try, the first one first; the current one counts once it began. Raises TaskInstanceNotFound."""
    now = find(call, map_index)
    where = [*_of_task(call), Where("map_index", "eq", map_index)]
    earlier = browse.earlier_tries.page(call.tx, where, access=call.access, page=Page(limit=None))
    specs = call.services.specs
    found = {row.try_number: views.one_try(row, specs, call.tx) for row in earlier}
    if now.try_number > 0 or now.state is not None:
        found[now.try_number] = views.one_try(now, specs, call.tx)
    return [found[number] for number in sorted(found)]


def _all_tries(call: Call, map_index: int) -> schemas.TaskInstanceHistoryCollectionResponse:
    found = tries(call, map_index)
    return schemas.TaskInstanceHistoryCollectionResponse(task_instances=found, total_entries=len(found))


def _one_try(call: Call, map_index: int) -> schemas.TaskInstanceHistoryResponse:
    number = int(call.path["task_try_number"])
    found = next((one for one in tries(call, map_index) if one.try_number == number), None)
    if found is None:
        raise errors.NotFound(
            f"Task instance {call.task_id!r} of run {call.run_id!r} has no try {number}. "
            "GET …/tries lists its tries."
        )
    return found


@door.get(
    ONE + "/tries",
    Resource.TASK_INSTANCE,
    query=schemas.MapIndexQuery,
    answer=schemas.TaskInstanceHistoryCollectionResponse,
)
def get_task_instance_tries(call: Call) -> schemas.TaskInstanceHistoryCollectionResponse:
    """List the tries of a task instance."""
    return _all_tries(call, call.query.map_index)


@door.get(
    ONE + "/tries/{task_try_number}", Resource.TASK_INSTANCE, query=schemas.MapIndexQuery,
    answer=schemas.TaskInstanceHistoryResponse,
)  # fmt: skip
def get_task_instance_try_details(call: Call) -> schemas.TaskInstanceHistoryResponse:
    """Show one try of a task instance."""
    return _one_try(call, call.query.map_index)


@door.get(
    ONE + "/{map_index}/tries", Resource.TASK_INSTANCE, answer=schemas.TaskInstanceHistoryCollectionResponse
)
def get_mapped_task_instance_tries(call: Call) -> schemas.TaskInstanceHistoryCollectionResponse:
    """List the tries of a mapped task instance."""
    return _all_tries(call, int(call.path["map_index"]))


@door.get(
    ONE + "/{map_index}/tries/{task_try_number}",
    Resource.TASK_INSTANCE,
    answer=schemas.TaskInstanceHistoryResponse,
)
def get_mapped_task_instance_try_details(call: Call) -> schemas.TaskInstanceHistoryResponse:
    """Show one try of a mapped task instance."""
    return _one_try(call, int(call.path["map_index"]))


@door.get(ONE + "/{map_index}", Resource.TASK_INSTANCE, answer=schemas.TaskInstanceResponse)
def get_mapped_task_instance(call: Call) -> schemas.TaskInstanceResponse:
    """Show a mapped task instance."""
    return show(call, [find(call, int(call.path["map_index"]))])[0]


# --- lists -----------------------------------------------------------------------------------------------

_RENAMED = {"task_display_name": "task_display_name"}


def _filters(query: msgspec.Struct) -> list[Any]:
    apart = ("version_number", "task_group_id")
    where: list[Any] = list(filters.conditions(query, rename=_RENAMED, apart=apart))
    numbers = getattr(query, "version_number", None)
    if numbers:
        where.append(browse.with_version_number(numbers))
    return where


def _collection(call: Call, where: list[Any], wanted: Page) -> schemas.TaskInstanceCollectionResponse:
    rows = browse.instances.page(call.tx, where, page=wanted, access=call.access)
    return schemas.TaskInstanceCollectionResponse(
        task_instances=show(call, rows),
        total_entries=browse.instances.count(call.tx, where, access=call.access),
    )


@door.get(
    BASE,
    Resource.TASK_INSTANCE,
    query=schemas.TaskInstanceQuery,
    answer=schemas.TaskInstanceCollectionResponse,
    wildcard=True,
)
def get_task_instances(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """List the task instances of a run; ``~`` stands for every DAG, or every run."""
    where = [*dag_filter(call), *_filters(call.query)]
    if call.run_id != ANY:
        if call.dag_id != ANY and _run(call) is None:
            raise missing.run(call)
        where.append(Where("run_id", "eq", call.run_id))
    if call.query.task_group_id is not None:
        where.append(Where("task_id", "in", _members(call, call.query.task_group_id)))
    wanted = page(call.query, call.services.settings, ORDER, ["map_index"])
    if call.query.cursor is not None:
        found = cursors.window(call, browse.instances, where, wanted, call.query.cursor)
        return schemas.TaskInstanceCollectionResponse(
            task_instances=show(call, found.rows), **cursors.neighbours(found)
        )
    return _collection(call, where, wanted)


def _members(call: Call, group_id: str) -> list[str]:
    """Ids of the tasks in a group and in the groups below it. Raises NotFound."""
    if call.dag_id == ANY:
        raise errors.BadRequest("task_group_id needs a DAG: write its id in place of ~ in the path.")
    row = row_of(call)
    run = _run(call) if call.run_id != ANY else None
    version = (run.version_hash if run else None) or row.version_hash
    return dag_spec.members(call.services.specs.spec(call.tx, row.dag_id, version), group_id)


def _run(call: Call) -> browse_runs.RunRow | None:
    return browse_runs.find(call.tx, call.dag_id, call.run_id, access=call.access)


@door.post(
    BASE + "/list",
    Resource.TASK_INSTANCE,
    name="get_task_instances_batch",
    body=schemas.TaskInstancesBatchBody,
    answer=schemas.TaskInstanceCollectionResponse,
    wildcard=True,
    reads_only=True,
    action="read",
)
def get_task_instances_batch(call: Call) -> schemas.TaskInstanceCollectionResponse:
    """List task instances of several DAGs and runs; the filters stand in the body."""
    if call.dag_id != ANY or call.run_id != ANY:
        raise errors.BadRequest(
            "Write ~ for the DAG and the run; dag_ids and dag_run_ids in the body name them."
        )
    body: schemas.TaskInstancesBatchBody = call.body
    renamed = {"dag_ids": "dag_id", "dag_run_ids": "run_id", "task_ids": "task_id"}
    where: list[Any] = list(filters.conditions(body, rename=renamed))
    order = [body.order_by] if body.order_by else None
    paged = Paged(limit=body.page_limit, offset=body.page_offset, order_by=order)
    return _collection(call, where, page(paged, call.services.settings, ORDER, ["map_index"]))
