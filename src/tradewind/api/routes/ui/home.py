"""The home page in one answer."""

from __future__ import annotations

from tradewind.api import home
from tradewind.api.door import Call, Door
from tradewind.api.routes.public import monitor
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import home as schemas
from tradewind.auth import permissions
from tradewind.auth.permissions import Action, Resource
from tradewind.store.queries import import_errors, reading
from tradewind.store.queries.browse.listing import Page
from tradewind.store.queries.ui import home as queries

door = Door(TAG, PREFIX)


@door.get("/home", Resource.RUN, name="ui_home", answer=schemas.UIHome)
def get_home(call: Call) -> schemas.UIHome:
    """Show how everything is: components, runs, what failed, what is late, what comes next."""
    tx, now, access = call.tx, call.now, call.access
    running = queries.running(tx, home.ENTRIES, access=access)
    failed, failures = queries.failed(tx, now - home.DAY, home.ENTRIES, access=access)
    held = queries.held(tx, access=access)
    errors, first_error = _import_errors(call)
    late, late_runs = home.late(tx, now, running, access=access)
    return schemas.UIHome(
        health=monitor.health_in(tx, now, call.services.settings.heartbeat_limit),
        hosts=home.hosts(held),
        numbers=_numbers(call, held, failures, late_runs, errors),
        ever_ran=queries.any_run(tx, access=access),
        running=[home.run(row, now) for row in running],
        failed=[home.run(row, now, _cause(call, row)) for row in failed],
        late=late,
        upcoming=[
            schemas.UIUpcoming(
                dag_id=row.dag_id,
                dag_display_name=row.dag_display_name or row.dag_id,
                run_after=row.run_after,
                logical_date=row.logical_date,
                timetable_summary=row.timetable_summary,
            )
            for row in queries.planned(tx, after=now, limit=home.ENTRIES, access=access)
        ],
        first_import_error=first_error,
        pools=home.pools(tx, held) if _may(call, Resource.POOL) else [],
        queues=home.queues(held),
        timeline=home.timeline(tx, now, zones=_zones(call), access=access),
    )


def _zones(call: Call) -> list[str]:
    """In which most schedules are."""
    return list(dict.fromkeys((call.services.settings.default_timezone, "UTC")))


def _may(call: Call, resource: Resource) -> bool:
    return permissions.access(call.who, Action.READ, resource) is not None


def _cause(call: Call, row: queries.HomeRun) -> queries.FailedTask | None:
    """What failed first in a run; nothing for those who may read no task instances of the DAG."""
    access = permissions.access(call.who, Action.READ, Resource.TASK_INSTANCE)
    if access is None or not reading.permits(call.tx, row.dag_id, access):
        return None
    return queries.first_failed(call.tx, row.dag_id, row.run_id)


def _import_errors(call: Call) -> tuple[int, str | None]:
    """How many the asker may see, and the file of the newest."""
    access = permissions.access(call.who, Action.READ, Resource.IMPORT_ERROR)
    if access is None:
        return 0, None
    newest = Page(limit=1, order=(("timestamp", True),))
    found = import_errors.listing.page(call.tx, [], access=access, page=newest)
    count = import_errors.listing.count(call.tx, [], access=access)
    return count, found[0].filename if found else None


def _numbers(
    call: Call, held: list[queries.Held], failures: int, late_runs: int, errors: int
) -> schemas.UIHomeNumbers:
    active = queries.active_counts(call.tx, access=call.access)
    return schemas.UIHomeNumbers(
        running_runs=active.get("running", 0),
        queued_runs=active.get("queued", 0),
        failed_runs=failures,
        late_runs=late_runs,
        running_tasks=home.total(held, lambda state: state in ("running", "restarting")),
        queued_tasks=home.total(held, lambda state: state == "queued"),
        deferred_tasks=home.total(held, lambda state: state == "deferred"),
        awaiting_input=home.total(held, lambda state: state == "awaiting_input"),
        import_errors=errors,
    )
