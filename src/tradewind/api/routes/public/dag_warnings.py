"""What is suspicious about DAGs that can be imported all the same."""

from __future__ import annotations

from tradewind.api import filters
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import installation as schemas
from tradewind.auth.permissions import Resource
from tradewind.store.queries.browse import dags as browse

door = Door("DagWarning")
ORDER = ("dag_id", "warning_type", "message", "timestamp")
SHOWN_AS = "runtime varying value"
"""Our type of warning, which covers more, as the nearest of the types that clients know."""


@door.get(
    "/dagWarnings",
    Resource.IMPORT_ERROR,
    query=schemas.DagWarningQuery,
    answer=schemas.DAGWarningCollectionResponse,
)
def list_dag_warnings(call: Call) -> schemas.DAGWarningCollectionResponse:
    """List warnings."""
    where = filters.conditions(call.query, apart=("warning_type",))
    if call.query.warning_type not in (None, SHOWN_AS):
        return schemas.DAGWarningCollectionResponse(dag_warnings=[], total_entries=0)
    rows = browse.dag_warnings.page(
        call.tx, where, page=page(call.query, call.services.settings, ORDER, ["dag_id"]), access=call.access
    )
    return schemas.DAGWarningCollectionResponse(
        dag_warnings=[
            schemas.DAGWarningResponse(
                dag_id=row.dag_id, warning_type=SHOWN_AS, message=row.message, timestamp=row.timestamp,
                dag_display_name=row.dag_display_name or row.dag_id,
            )
            for row in rows
        ],
        total_entries=browse.dag_warnings.count(call.tx, where, access=call.access),
    )  # fmt: skip
