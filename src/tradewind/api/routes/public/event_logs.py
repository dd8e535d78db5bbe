"""The audit log: who did what, when."""

from __future__ import annotations

from typing import Any

from tradewind.api import filters
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import admin as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries.browse import others as browse
from tradewind.store.queries.browse.listing import Where

door = Door("Event Log")
ORDER = {
    **{
        name: name
        for name in ("id", "dttm", "dag_id", "task_id", "run_id", "event", "logical_date", "owner", "extra")
    },
    "event_log_id": "id",
    "when": "dttm",
}


@door.get(
    "/eventLogs", Resource.AUDIT, query=schemas.EventLogQuery, answer=schemas.EventLogCollectionResponse
)
def get_event_logs(call: Call) -> schemas.EventLogCollectionResponse:
    """List the entries of the audit log."""
    query: schemas.EventLogQuery = call.query
    where: list[Any] = list(
        filters.conditions(query, apart=("before", "after", "included_events", "excluded_events"))
    )
    if query.before is not None:
        where.append(Where("dttm", "lt", query.before))
    if query.after is not None:
        where.append(Where("dttm", "gt", query.after))
    if query.included_events:
        where.append(Where("event", "in", query.included_events))
    if query.excluded_events:
        where.append(Where("event", "not_in", query.excluded_events))
    wanted = page(query, call.services.settings, ORDER, ["id"])
    rows = browse.audit_log.page(call.tx, where, page=wanted, access=call.access)
    return schemas.EventLogCollectionResponse(
        event_logs=[_show(row) for row in rows],
        total_entries=browse.audit_log.count(call.tx, where, access=call.access),
    )


@door.get("/eventLogs/{event_log_id}", Resource.AUDIT, answer=schemas.EventLogResponse)
def get_event_log(call: Call) -> schemas.EventLogResponse:
    """Show an entry of the audit log."""
    number = int(call.path["event_log_id"])
    row = browse.audit_log.one(call.tx, Where("id", "eq", number), access=call.access)
    if row is None:
        raise errors.NotFound(f"The audit log has no entry {number}.")
    return _show(row)


def _show(row: browse.LogRow) -> schemas.EventLogResponse:
    return schemas.EventLogResponse(
        event_log_id=row.id,
        when=row.dttm,
        dag_id=row.dag_id,
        task_id=row.task_id,
        run_id=row.run_id,
        map_index=row.map_index,
        try_number=row.try_number,
        event=row.event,
        logical_date=row.logical_date,
        owner=row.owner,
        extra=row.extra,
        dag_display_name=row.dag_display_name or row.dag_id,
        task_display_name=row.task_id,
    )
