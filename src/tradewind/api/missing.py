"""What a path that leads nowhere is told: the first of its names that is not there, or not theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.api import problems
from tradewind.domain import errors
from tradewind.store.queries import dags as dag_queries
from tradewind.store.queries.browse import runs as browse_runs

if TYPE_CHECKING:
    from tradewind.api.door import Call


def dag(call: Call, dag_id: str) -> errors.TradewindError:
    """The error for a DAG that was not found within the asker's access: they learn that it
    exists only if they may see it.
    """
    if dag_queries.get(call.tx, dag_id, access=call.sees) is None:
        return errors.DagNotFound(dag_id, dag_queries.ids(call.tx, access=call.sees))
    return right(call, f"DAG {dag_id!r}")


def right(call: Call, of: str) -> problems.NotAllowed:
    """The error for what the asker may see, and not do this to."""
    doing = call.operation
    return problems.NotAllowed(
        f"Forbidden: the roles of {call.who.name!r} do not let them {doing.action} a {doing.resource} of "
        f"{of}."
    )


def run(call: Call) -> errors.TradewindError:
    """The error for a run that is not there; it names the DAG where that is what is missing."""
    if dag_queries.get(call.tx, call.dag_id, access=call.access) is None:
        return dag(call, call.dag_id)
    return errors.DagRunNotFound(call.dag_id, call.run_id)


def instance(call: Call, map_index: int = -1) -> errors.TradewindError:
    """The error for a task instance that is not there; it names DAG or run where those are missing."""
    if browse_runs.find(call.tx, call.dag_id, call.run_id, access=call.access) is None:
        return run(call)
    return errors.TaskInstanceNotFound(call.dag_id, call.task_id, call.run_id, map_index)
