"""All tasks of a run in short: what the graph colours and the Gantt chart draws."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tradewind.api import grid, missing
from tradewind.api.door import Call, Door
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import grid as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain.states import FINISHED, DagRunState, TaskInstanceState
from tradewind.store.queries.ui import grid as queries

if TYPE_CHECKING:
    from datetime import datetime

door = Door(TAG, PREFIX)
_AT_REST: Final = FINISHED | {TaskInstanceState.UP_FOR_RETRY}
"""Its last try has ended; there may be another one."""


@door.get(
    "/dags/{dag_id}/runs/{dag_run_id}/task-summaries", Resource.TASK_INSTANCE, name="ui_task_summaries",
    answer=schemas.UITaskSummaries,
)  # fmt: skip
def task_summaries(call: Call) -> schemas.UITaskSummaries:
    """Show every task of a run: its state and times, those of mapped ones together."""
    run = queries.heads(call.tx, call.dag_id, [call.run_id], access=call.access).get(call.run_id)
    if run is None:
        raise missing.run(call)
    version = call.services.specs.version(call.tx, run.dag_id, run.version_hash)
    rows = queries.of_run(call.tx, run.dag_id, run.run_id)
    return schemas.UITaskSummaries(
        dag_id=run.dag_id,
        run_id=run.run_id,
        state=DagRunState(run.state),
        run_after=run.run_after,
        start_date=run.start_date,
        end_date=run.end_date,
        version_number=None if version is None else version.version_number,
        row_version=run.row_version,
        tasks=[_summary(task_id, list(parts)) for task_id, parts in groupby(rows, lambda row: row.task_id)],
    )


def _summary(task_id: str, parts: list[queries.TaskRow]) -> schemas.UITaskSummary:
    counts = grid.counted_by_state((part.state, part.count) for part in parts)
    mapped = any(part.map_index >= 0 for part in parts)
    over = all(part.state in _AT_REST for part in parts)
    return schemas.UITaskSummary(
        task_id=task_id,
        state=grid.summary(counts),
        counts=counts if mapped else {},
        mapped=mapped,
        try_number=max(part.try_number for part in parts),
        scheduled_when=_earliest(part.scheduled_when for part in parts),
        queued_when=_earliest(part.queued_when for part in parts),
        start_date=_earliest(part.start_date for part in parts),
        end_date=max((part.end_date for part in parts if part.end_date), default=None) if over else None,
    )


def _earliest(times: Iterable[datetime | None]) -> datetime | None:
    return min((time for time in times if time is not None), default=None)
