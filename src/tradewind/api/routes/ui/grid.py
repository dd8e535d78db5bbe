"""The grid's columns and cells."""

from __future__ import annotations

from collections.abc import Sequence

from tradewind.api import grid, structure
from tradewind.api.door import Call, Door
from tradewind.api.routes.public.dags import row_of
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.routes.ui.recent_runs import seconds
from tradewind.api.routes.ui.structure import version_of
from tradewind.api.schemas.ui import grid as schemas
from tradewind.auth.permissions import Action, Resource
from tradewind.domain.states import DagRunState, DagRunTriggeredBy, DagRunType
from tradewind.store.queries.ui import grid as queries

door = Door(TAG, PREFIX)


@door.get(
    "/dags/{dag_id}/grid/runs", Resource.RUN, name="ui_grid_runs", query=schemas.UIGridRunsQuery,
    answer=schemas.UIGridRuns,
)  # fmt: skip
def grid_runs(call: Call) -> schemas.UIGridRuns:
    """List the newest runs of a DAG as columns of the grid."""
    row, query = row_of(call), call.query
    columns = queries.columns(
        call.tx, row.dag_id, limit=query.limit + 1, before=query.before, states=query.state,
        run_types=query.run_type, access=call.access,
    )  # fmt: skip
    return schemas.UIGridRuns(
        dag_id=row.dag_id,
        runs=[_column(call, one) for one in columns[: query.limit]],
        more=len(columns) > query.limit,
    )


def _column(call: Call, run: queries.Column) -> schemas.UIGridRun:
    version = call.services.specs.version(call.tx, run.dag_id, run.version_hash)
    return schemas.UIGridRun(
        run_id=run.run_id,
        state=DagRunState(run.state),
        run_type=DagRunType(run.run_type),
        run_after=run.run_after,
        logical_date=run.logical_date,
        queued_at=run.queued_at,
        start_date=run.start_date,
        end_date=run.end_date,
        duration=seconds(run.start_date, run.end_date, call.now),
        row_version=run.row_version,
        version_number=None if version is None else version.version_number,
        has_note=run.has_note,
        triggered_by=DagRunTriggeredBy(run.triggered_by) if run.triggered_by else None,
        triggering_user_name=run.triggering_user_name,
        backfill_id=run.backfill_id,
        partition_key=run.partition_key,
        missed_deadline=run.missed_deadline,
    )


@door.post(
    "/dags/{dag_id}/grid/cells", Resource.TASK_INSTANCE, action=Action.READ, reads_only=True,
    name="ui_grid_cells", body=schemas.UIGridCellsBody, answer=schemas.UIGridCells,
)  # fmt: skip
def grid_cells(call: Call) -> schemas.UIGridCells:
    """Show the states of these rows of the grid in these runs."""
    row, body = row_of(call), call.body
    found = queries.heads(call.tx, row.dag_id, body.run_ids, access=call.access)
    runs = [found[run_id] for run_id in dict.fromkeys(body.run_ids) if run_id in found]
    groups, rows = _groups(call, body.group_ids)
    cells = grid.read(call.tx, call.services.cells, runs, body.task_ids, groups)
    return schemas.UIGridCells(
        dag_id=row.dag_id,
        runs=[
            schemas.UIGridColumn(
                run_id=run.run_id,
                state=DagRunState(run.state),
                row_version=run.row_version,
                tasks=[cells[run.run_id][name] for name in body.task_ids],
                groups=[cells[run.run_id].get(name) for name in rows],
            )
            for run in runs
        ],
    )


def _groups(
    call: Call, group_ids: Sequence[str]
) -> tuple[dict[tuple[str, str], list[str] | None], list[tuple[str, str]]]:
    """The tasks in each group that there is (None: all), and the row of each group that is asked for."""
    if not group_ids:
        return {}, []
    _, version_hash = version_of(call, call.body.version_number)
    tree = structure.tree_of(call.services.specs.spec(call.tx, call.dag_id, version_hash))
    below = {name: tree.tasks_below(name) for name in group_ids if name in tree.groups}
    everything = len(tree.tasks)
    groups = {
        (version_hash, name): None if len(tasks) == everything else tasks for name, tasks in below.items()
    }
    return groups, [(version_hash, name) for name in group_ids]
