"""The newest runs of a page of DAGs."""

from __future__ import annotations

from datetime import datetime

from tradewind.api.door import Call, Door
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import recent_runs as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain.states import DagRunState, DagRunType
from tradewind.store.queries.ui import recent_runs as queries

door = Door(TAG, PREFIX)


@door.get(
    "/recent-runs", Resource.RUN, name="ui_recent_runs", query=schemas.UIRecentRunsQuery,
    answer=schemas.UIRecentRuns,
)  # fmt: skip
def recent_runs(call: Call) -> schemas.UIRecentRuns:
    """List the newest runs of each of these DAGs."""
    wanted = list(dict.fromkeys(call.query.dag_id))
    found = queries.newest(call.tx, wanted, call.query.limit, access=call.access)
    return schemas.UIRecentRuns(
        dags=[
            schemas.UIRecentRunsOfDag(dag_id=dag_id, runs=[_bar(run, call.now) for run in found[dag_id]])
            for dag_id in wanted
            if dag_id in found
        ]
    )


def _bar(run: queries.RecentRun, now: datetime) -> schemas.UIRecentRun:
    return schemas.UIRecentRun(
        run_id=run.run_id,
        state=DagRunState(run.state),
        run_type=DagRunType(run.run_type),
        run_after=run.run_after,
        start_date=run.start_date,
        end_date=run.end_date,
        duration=seconds(run.start_date, run.end_date, now),
    )


def seconds(start: datetime | None, end: datetime | None, now: datetime) -> float | None:
    """How long it took, or took until now; None for what has not begun."""
    return None if start is None else max(0.0, ((end or now) - start).total_seconds())
