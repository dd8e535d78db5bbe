"""The tasks of a DAG, from its newest stored version."""

from __future__ import annotations

from tradewind.api import views
from tradewind.api.door import Call, Door
from tradewind.api.routes.public.dags import row_of
from tradewind.api.schemas.tasks import TaskCollectionResponse, TaskQuery, TaskResponse
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain.spec import DagSpec

door = Door("Task")


@door.get("/dags/{dag_id}/tasks", Resource.TASK, query=TaskQuery, answer=TaskCollectionResponse)
def get_tasks(call: Call) -> TaskCollectionResponse:
    """List the tasks of a DAG."""
    spec = _spec(call)
    downstream = _downstream(spec)
    tasks = [views.task(task, downstream[task.task_id]) for task in spec.tasks]
    field = call.query.order_by.lstrip("-")
    if field not in TaskResponse.__struct_fields__:
        raise errors.InvalidValue("order_by", field, f"be one of {', '.join(TaskResponse.__struct_fields__)}")
    tasks.sort(key=lambda task: _sortable(getattr(task, field)), reverse=call.query.order_by.startswith("-"))
    return TaskCollectionResponse(tasks=tasks, total_entries=len(tasks))


@door.get("/dags/{dag_id}/tasks/{task_id}", Resource.TASK, answer=TaskResponse)
def get_task(call: Call) -> TaskResponse:
    """Show a task."""
    spec = _spec(call)
    task = spec.task(call.task_id)
    if task is None:
        raise errors.TaskNotFound(spec.dag_id, call.task_id, [known.task_id for known in spec.tasks])
    return views.task(task, _downstream(spec)[task.task_id])


def _spec(call: Call) -> DagSpec:
    row = row_of(call)
    return call.services.specs.spec(call.tx, row.dag_id, row.version_hash)


def _downstream(spec: DagSpec) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {task.task_id: [] for task in spec.tasks}
    for task in spec.tasks:
        for upstream in task.upstream:
            found[upstream].append(task.task_id)
    return found


def _sortable(value: object) -> tuple[bool, str]:
    """None last; numbers and times in their own order as text of equal width."""
    if isinstance(value, bool | int | float):
        return False, f"{float(value):030.6f}"
    return value is None, str(value)
