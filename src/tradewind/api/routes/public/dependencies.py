"""Why a task instance does not run."""

from __future__ import annotations

from tradewind.api import missing, reasons
from tradewind.api.door import Call, Door
from tradewind.api.routes.public import task_instances
from tradewind.api.schemas import task_instances as schemas
from tradewind.auth.permissions import Resource
from tradewind.store.queries import task_instances as queries

door = Door("Task Instance")


@door.get(
    task_instances.ONE + "/dependencies", Resource.TASK_INSTANCE, query=schemas.MapIndexQuery,
    answer=schemas.TaskDependencyCollectionResponse,
)  # fmt: skip
def get_task_instance_dependencies(call: Call) -> schemas.TaskDependencyCollectionResponse:
    """What keeps a task instance from running."""
    return _reasons(call, call.query.map_index)


@door.get(
    task_instances.ONE + "/{map_index}/dependencies",
    Resource.TASK_INSTANCE,
    answer=schemas.TaskDependencyCollectionResponse,
)
def get_task_instance_dependencies_by_map_index(call: Call) -> schemas.TaskDependencyCollectionResponse:
    """What keeps a mapped task instance from running."""
    return _reasons(call, int(call.path["map_index"]))


def _reasons(call: Call, map_index: int) -> schemas.TaskDependencyCollectionResponse:
    names = call.dag_id, call.run_id, call.task_id
    record = queries.get(call.tx, *names, map_index, access=call.access)
    if record is None:
        raise missing.instance(call, map_index)
    spec = call.services.specs.spec(call.tx, record.dag_id, record.version_hash)
    found = reasons.reasons(call.tx, record, spec, access=call.access)
    return schemas.TaskDependencyCollectionResponse(
        dependencies=[schemas.TaskDependencyResponse(name=one.name, reason=one.text) for one in found]
    )
