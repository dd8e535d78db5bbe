"""How far the backfills of a DAG are."""

from __future__ import annotations

from tradewind.api.door import Call, Door
from tradewind.api.routes.public.dags import row_of
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import backfills as schemas
from tradewind.auth.permissions import Resource
from tradewind.store.queries.ui import backfills as queries

door = Door(TAG, PREFIX)


@door.get(
    "/dags/{dag_id}/backfills/progress", Resource.RUN, name="ui_backfill_progress",
    answer=schemas.UIBackfillsProgress,
)  # fmt: skip
def get_progress(call: Call) -> schemas.UIBackfillsProgress:
    """Count the runs of each backfill by state."""
    row = row_of(call)
    found = queries.progress(call.tx, row.dag_id, access=call.access)
    return schemas.UIBackfillsProgress(
        dag_id=row.dag_id,
        backfills=[
            schemas.UIBackfillProgress(backfill_id=one, states=found[one])
            for one in sorted(found, reverse=True)
        ],
    )
