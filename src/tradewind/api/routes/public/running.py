"""Run: have one task instance run now, whatever it waits for."""

from __future__ import annotations

from tradewind.api import changing, missing
from tradewind.api.door import OWN, Call, Door
from tradewind.api.routes.public import runs, task_instances
from tradewind.api.schemas import task_instances as schemas
from tradewind.auth.permissions import Action, Resource
from tradewind.domain import errors
from tradewind.store.transitions import runs as run_transitions

door = Door("Task Instance", prefix=OWN)


@door.post(
    task_instances.ONE + "/run", Resource.TASK_INSTANCE, action=Action.EDIT, query=schemas.MapIndexQuery,
    answer=schemas.TaskInstanceResponse,
)  # fmt: skip
def run_task_instance(call: Call) -> schemas.TaskInstanceResponse:
    """Run a task instance now, whatever its upstream tasks or the run before did. A slot of its pool, and
    that its DAG is not paused, it still waits for.
    """
    row, index = runs.row_of_run(call), call.query.map_index
    run_transitions.lock(call.tx, [row.pk])
    loaded = changing.load(call, row)
    mine = [one for one in loaded.instances if (one.task_id, one.map_index) == (call.task_id, index)]
    if not mine:
        raise missing.instance(call, index)
    graph = changing.graph_of(call, row.dag_id, row.version_hash)
    place = graph.index.get(call.task_id)
    if place is None or len(mine[0].place) < len(graph.mappings[place]):
        raise errors.Conflict(
            f"Task {call.task_id!r} of run {row.run_id!r} has no instance {index} yet that could run: it is "
            "mapped, and what it is mapped over is not known before its upstream tasks have ended."
            if place is not None
            else f"Task {call.task_id!r} is not in the version of the DAG that run {row.run_id!r} runs."
        )
    changing.run_out_of_turn(call, loaded, mine[0], graph)
    call.audit(
        "run_task_instance", dag_id=row.dag_id, run_id=row.run_id, task_id=call.task_id, map_index=index,
        before={"states": changing.told([(loaded, mine)])}, after={},
    )  # fmt: skip
    return task_instances.show(call, [task_instances.find(call, index)])[0]
