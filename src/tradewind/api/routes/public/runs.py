"""DAG runs: trigger, list, show, mark, delete, clear, wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from tradewind.api import cursors, filters, missing, problems, triggering, views
from tradewind.api.door import Call, Door, authorize
from tradewind.api.pagination import Paged, page
from tradewind.api.path_names import ANY
from tradewind.api.routes.public.dags import dag_filter
from tradewind.api.schemas import runs as schemas
from tradewind.api.schemas.common import MaskQuery
from tradewind.auth.permissions import Action, Resource
from tradewind.domain import errors
from tradewind.domain.states import FINISHED_RUN, DagRunState, DagRunTriggeredBy
from tradewind.store.queries import dags as dag_store
from tradewind.store.queries.browse import others as browse_others
from tradewind.store.queries.browse import runs as browse
from tradewind.store.queries.browse.listing import Page, Where
from tradewind.store.transitions import runs as transitions

door = Door("DagRun")
PAUSED_HEADER = "X-Tradewind-Note"
NDJSON = "application/x-ndjson"

ORDER = {
    **{
        name: name
        for name in ("id", "state", "dag_id", "run_id", "logical_date", "run_after", "start_date", "end_date")
    },
    **{
        name: name
        for name in ("updated_at", "conf", "duration", "run_type", "data_interval_start", "data_interval_end")
    },
    **{
        name: name
        for name in ("queued_at", "last_scheduling_decision", "triggering_user_name", "partition_key")
    },
    "dag_run_id": "run_id",
}


# --- trigger -------------------------------------------------------------------------------------


@door.post(
    "/dags/{dag_id}/dagRuns", Resource.RUN, body=schemas.TriggerDAGRunPostBody, answer=schemas.DAGRunResponse
)
def trigger_dag_run(call: Call) -> schemas.DAGRunResponse:
    """Make a run. Of a paused DAG it waits; a header of the answer then says so."""
    fields = {name: getattr(call.body, name) for name in _WISHED}
    run_id = start(call, call.dag_id, event="trigger_dag_run", run_id=call.body.dag_run_id, **fields)
    return shown(call, call.dag_id, run_id)


def start(
    call: Call, dag_id: str, *, event: str, audited: dict[str, Any] | None = None, **wished: Any
) -> str:
    """Make the run that the asker wishes for (fields of ``triggering.Wish``); its id. ``event`` and
    ``audited`` are for the audit log. Raises DagNotFound, BadRequest, Conflict.
    """
    dag = dag_store.get(call.tx, dag_id, access=call.access)
    if dag is None or dag.version_hash is None:
        raise missing.dag(call, dag_id)
    spec = call.services.specs.spec(call.tx, dag.dag_id, dag.version_hash)
    wish = triggering.Wish(
        dag_id=dag.dag_id, triggered_by=DagRunTriggeredBy.REST_API, user=call.who.name, **wished
    )
    run = triggering.start(
        call.tx, dag, spec, wish, now=call.now, ask=call.ask,
        note=lambda run: call.audit(event, dag_id=run.dag_id, run_id=run.run_id, extra=audited),
    )  # fmt: skip
    call.wake("run", dag_id=run.dag_id, run_id=run.run_id)
    if dag.is_paused:
        call.headers[PAUSED_HEADER] = (
            f"DAG {dag.dag_id} is paused: the run waits. Unpause it with 'airflow dags unpause {dag.dag_id}' "
            f'or PATCH /api/v2/dags/{dag.dag_id} {{"is_paused": false}}.'
        )
    return run.run_id


_WISHED = (
    "logical_date",
    "run_after",
    "data_interval_start",
    "data_interval_end",
    "conf",
    "note",
    "partition_key",
)


# --- show ------------------------------------------------------------------------------------------


def row_of_run(call: Call) -> browse.RunRow:
    """The run that the path names. Raises DagNotFound, DagRunNotFound."""
    found = browse.find(call.tx, call.dag_id, call.run_id, access=call.access)
    if found is None:
        raise missing.run(call)
    return found


def shown(call: Call, dag_id: str, run_id: str) -> schemas.DAGRunResponse:
    """A run as the API shows it now. Raises DagRunNotFound."""
    found = browse.find(call.tx, dag_id, run_id, access=call.access)
    if found is None:
        raise errors.DagRunNotFound(dag_id, run_id)
    return views.run(found, call.services.specs, call.tx)


@door.get("/dags/{dag_id}/dagRuns/{dag_run_id}", Resource.RUN, answer=schemas.DAGRunResponse)
def get_dag_run(call: Call) -> schemas.DAGRunResponse:
    """Show a run."""
    return views.run(row_of_run(call), call.services.specs, call.tx)


@door.get(
    "/dags/{dag_id}/dagRuns",
    Resource.RUN,
    query=schemas.RunQuery,
    answer=schemas.DAGRunCollectionResponse,
    wildcard=True,
)
def get_dag_runs(call: Call) -> schemas.DAGRunCollectionResponse:
    """List runs of a DAG, or (``~``) of all."""
    where = dag_filter(call) + filters.conditions(
        call.query,
        rename={"conf_contains": "conf"},
        apart=("conf_contains", "dag_version", "consuming_asset_pattern"),
    )
    if call.query.conf_contains:
        where.append(Where("conf", "contains", call.query.conf_contains))
    if call.query.consuming_asset_pattern:
        where.append(browse.with_consumed_asset(call.query.consuming_asset_pattern))
    if call.query.dag_version:
        where.append(browse.with_version_number(call.query.dag_version))
    wanted = page(call.query, call.services.settings, ORDER, ["id"])
    if call.query.cursor is not None:
        found = cursors.window(call, browse.runs, where, wanted, call.query.cursor)
        return schemas.DAGRunCollectionResponse(
            dag_runs=[views.run(row, call.services.specs, call.tx) for row in found.rows],
            **cursors.neighbours(found),
        )
    return _collection(call, where, wanted)


def _collection(call: Call, where: list[Any], wanted: Page) -> schemas.DAGRunCollectionResponse:
    rows = browse.runs.page(call.tx, where, page=wanted, access=call.access)
    return schemas.DAGRunCollectionResponse(
        dag_runs=[views.run(row, call.services.specs, call.tx) for row in rows],
        total_entries=browse.runs.count(call.tx, where, access=call.access),
    )


@door.post(
    "/dags/{dag_id}/dagRuns/list",
    Resource.RUN,
    name="get_list_dag_runs_batch",
    body=schemas.DAGRunsBatchBody,
    answer=schemas.DAGRunCollectionResponse,
    wildcard=True,
    reads_only=True,
    action="read",
)
def get_list_dag_runs_batch(call: Call) -> schemas.DAGRunCollectionResponse:
    """List runs of several DAGs; the filters stand in the body."""
    body: schemas.DAGRunsBatchBody = call.body
    if call.dag_id != ANY:
        raise errors.BadRequest(f"Write ~ in place of {call.dag_id!r}; dag_ids in the body name the DAGs.")
    where: list[Any] = list(
        filters.conditions(body, rename={"dag_ids": "dag_id", "states": "state"}, apart=("conf_contains",))
    )
    if body.conf_contains:
        where.append(Where("conf", "contains", body.conf_contains))
    order = [body.order_by] if body.order_by else None
    paged = Paged(limit=body.page_limit, offset=body.page_offset, order_by=order)
    return _collection(call, where, page(paged, call.services.settings, ORDER, ["id"]))


# --- change ------------------------------------------------------------------------------------------


@door.patch(
    "/dags/{dag_id}/dagRuns/{dag_run_id}",
    Resource.RUN,
    query=MaskQuery,
    body=schemas.DAGRunPatchBody,
    answer=schemas.DAGRunResponse,
)
def patch_dag_run(call: Call) -> schemas.DAGRunResponse:
    """Mark a run success or failed (with its task instances), queue it again, or write a note."""
    row = row_of_run(call)
    change(call, row, call.body, call.query.update_mask)
    return shown(call, row.dag_id, row.run_id)


def change(call: Call, row: browse.RunRow, body: schemas.DAGRunPatchBody, mask: Sequence[str] | None) -> None:
    """Do to a run what a body says. Raises BadRequest for a mask of other fields."""
    from tradewind.api import changing  # the engine is loaded when somebody first changes a run

    unknown = [name for name in mask or () if name not in {"state", "note"}]
    if unknown:
        raise errors.BadRequest(f"update_mask may hold state and note, got {', '.join(unknown)}.")
    after: dict[str, Any] = {}
    if body.state is not None and (mask is None or "state" in mask):
        changing.mark_run(call, row, DagRunState(body.state))
        after["state"] = body.state
    if body.note is not msgspec.UNSET and (mask is None or "note" in mask):
        transitions.set_note(call.tx, row.pk, body.note, user=call.who.name, now=call.services.clock.now())
        after["note"] = body.note
    if after:
        before = {name: getattr(row, name) for name in after}
        call.audit("patch_dag_run", dag_id=row.dag_id, run_id=row.run_id, before=before, after=after)


@door.delete("/dags/{dag_id}/dagRuns/{dag_run_id}", Resource.RUN)
def delete_dag_run(call: Call) -> None:
    """Delete a run with its task instances, XComs and notes. Log files stay."""
    remove(call, row_of_run(call))


def remove(call: Call, row: browse.RunRow) -> None:
    """Delete a run. Raises Conflict for one that is running."""
    if row.state == DagRunState.RUNNING:
        raise errors.Conflict(
            f"Run {row.run_id!r} of DAG {row.dag_id!r} is running. "
            "Mark it success or failed first, then delete it."
        )
    transitions.delete(call.tx, row.pk)
    call.audit("delete_dag_run", dag_id=row.dag_id, run_id=row.run_id, before={"state": row.state})
    call.wake("run", dag_id=row.dag_id, run_id=row.run_id)


# --- wait ----------------------------------------------------------------------------------------------


@door.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/wait", Resource.RUN, name="wait_dag_run_until_finished",
    query=schemas.WaitQuery, other_media=(NDJSON,),
)  # fmt: skip
async def wait_dag_run_until_finished(call: Call) -> StreamingResponse:
    """A line of JSON with the run's state each ``interval`` seconds, and one as soon as it ended."""
    first = await run_in_threadpool(_look, call)
    # Airflow's own client asks for JSON alone, and then reads lines only where no type is named.
    accepted = call.request.headers.get("accept", "")
    named = NDJSON in accepted or "application/json" not in accepted
    return StreamingResponse(_follow(call, first), media_type=NDJSON if named else None)


class _Line(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One line of the stream."""

    state: str = ""
    duration: float | None = None
    results: dict[str, Any] = {}


def _look(call: Call) -> _Line:
    """The run as it stands; with the asked results once it ended. Raises DagRunNotFound, NotAllowed."""
    with call.services.database.read() as call.tx:
        row = row_of_run(call)
        seconds = None
        if row.start_date is not None:
            seconds = ((row.end_date or call.services.clock.now()) - row.start_date).total_seconds()
        line = _Line(state=row.state, duration=seconds)
        if call.query.result:
            _require_xcoms(call)
        if row.state in FINISHED_RUN and call.query.result:
            line.results = {task_id: _result(call, row, task_id) for task_id in call.query.result}
        return line


def _require_xcoms(call: Call) -> None:
    """Results are XComs: who may see the run need not be allowed to see them. Raises NotAllowed."""
    access = authorize(call.who, Action.READ, Resource.XCOM)
    if dag_store.get(call.tx, call.dag_id, access=access) is None:
        raise problems.NotAllowed(f"Forbidden: {call.who.name!r} may not read XComs of DAG {call.dag_id!r}.")


def _result(call: Call, row: browse.RunRow, task_id: str) -> Any:
    """The return value of a task; of a mapped one the list of its values."""
    found = browse_others.return_values(call.tx, row.pk, task_id)
    values = [msgspec.Raw(value.encode()) if value is not None else None for _, value in found]
    if not found:
        return None
    return values if found[0][0] >= 0 else values[0]


async def _follow(call: Call, line: _Line) -> AsyncIterator[bytes]:
    interval: float = call.query.interval
    glance = min(interval, call.services.settings.follow_interval)
    clock = call.services.clock
    while True:
        yield msgspec.json.encode(line) + b"\n"
        if line.state in FINISHED_RUN or call.services.stopping.is_set():
            return
        due = clock.monotonic() + interval
        while clock.monotonic() < due:
            await asyncio.sleep(min(glance, max(0.0, due - clock.monotonic())))
            line = await run_in_threadpool(_look, call)
            if line.state in FINISHED_RUN or call.services.stopping.is_set():
                break
