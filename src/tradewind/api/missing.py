"""What a path that leads nowhere is told: the first of its names that does not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.domain import errors
from tradewind.store.queries import dags as dag_queries
from tradewind.store.queries.browse import runs as browse_runs

if TYPE_CHECKING:
    from tradewind.api.door import Call


def run(call: Call) -> errors.NotFound:
    """The error for a run that is not there; it names the DAG where that is what is missing."""
    if dag_queries.get(call.tx, call.dag_id, visible=call.visible) is None:
        return errors.DagNotFound(call.dag_id, dag_queries.ids(call.tx, visible=call.visible))
    return errors.DagRunNotFound(call.dag_id, call.run_id)


def instance(call: Call, map_index: int = -1) -> errors.NotFound:
    """The error for a task instance that is not there; it names DAG or run where those are missing."""
    if browse_runs.find(call.tx, call.dag_id, call.run_id) is None:
        return run(call)
    return errors.TaskInstanceNotFound(call.dag_id, call.task_id, call.run_id, map_index)
