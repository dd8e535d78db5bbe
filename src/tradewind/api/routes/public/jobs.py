"""The components that run, or ran."""

from __future__ import annotations

from typing import Any

from tradewind.api import filters, views
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import admin, task_instances
from tradewind.auth.permissions import Resource
from tradewind.store.queries import jobs
from tradewind.store.queries.browse.listing import Where
from tradewind.store.records import JobRecord

door = Door("Job")
ORDER = tuple(JobRecord.__struct_fields__)


@door.get("/jobs", Resource.JOB, query=admin.JobQuery, answer=task_instances.JobCollectionResponse)
def get_jobs(call: Call) -> task_instances.JobCollectionResponse:
    """List jobs; ``is_alive`` asks for those whose heartbeat is young enough."""
    where: list[Any] = list(
        filters.conditions(call.query, rename={"job_state": "state"}, apart=("is_alive",))
    )
    if call.query.is_alive is not None:
        limit = call.services.clock.now() - call.services.settings.heartbeat_limit
        where.append(Where("latest_heartbeat", "gte" if call.query.is_alive else "lt", limit))
        if call.query.is_alive:
            where.append(Where("state", "eq", "running"))
    wanted = page(call.query, call.services.settings, ORDER, ["id"])
    rows = jobs.listing.page(call.tx, where, access=call.access, page=wanted)
    return task_instances.JobCollectionResponse(
        jobs=[views.job(row) for row in rows],
        total_entries=jobs.listing.count(call.tx, where, access=call.access),
    )
