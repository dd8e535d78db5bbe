"""What is suspicious about DAGs that can be imported all the same."""

from __future__ import annotations

from tradewind.api import filters
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import installation as schemas
from tradewind.auth.permissions import Resource
from tradewind.store.queries import dag_warnings
from tradewind.store.queries.browse import dags as browse
from tradewind.store.queries.browse.listing import Where

door = Door("DagWarning")
ORDER = ("dag_id", "warning_type", "message", "timestamp")
SHOWN_AS = {dag_warnings.FILE: "runtime varying value"}
"""Our type of warning, which covers more, as the nearest of the types that clients know; others are those."""


@door.get(
    "/dagWarnings",
    Resource.IMPORT_ERROR,
    query=schemas.DagWarningQuery,
    answer=schemas.DAGWarningCollectionResponse,
)
def list_dag_warnings(call: Call) -> schemas.DAGWarningCollectionResponse:
    """List warnings."""
    where = filters.conditions(call.query, apart=("warning_type",))
    if call.query.warning_type is not None:
        known = {shown: kind for kind, shown in SHOWN_AS.items()}
        wanted = known.get(call.query.warning_type, call.query.warning_type)
        where.append(Where("warning_type", "eq", wanted))
    rows = browse.dag_warnings.page(
        call.tx, where, page=page(call.query, call.services.settings, ORDER, ["dag_id"]), access=call.access
    )
    return schemas.DAGWarningCollectionResponse(
        dag_warnings=[
            schemas.DAGWarningResponse(
                dag_id=row.dag_id,
                warning_type=SHOWN_AS.get(row.warning_type, row.warning_type),
                message=row.message,
                timestamp=row.timestamp,
                dag_display_name=row.dag_display_name or row.dag_id,
            )
            for row in rows
        ],
        total_entries=browse.dag_warnings.count(call.tx, where, access=call.access),
    )  # fmt: skip
