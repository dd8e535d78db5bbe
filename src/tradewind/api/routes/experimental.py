"""The experimental API of Airflow 1.10, which programs of its age still call. Off unless
``[api] enable_experimental_api`` is on.

Each operation is one of v2 (or reads what v2 reads) with the names and the loose shapes of that time: runs go
by their execution date, and values of tasks are text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tradewind.api import params, problems
from tradewind.api.door import Call, Door
from tradewind.api.older_passage import OlderPassage
from tradewind.api.routes.public import dag_versions, dags, pools, runs, task_instances, tasks
from tradewind.api.routes.v1.runs import find_by_date
from tradewind.api.routes.v1.task_instances import INSTANCE
from tradewind.api.schemas import dags as dag_schemas
from tradewind.api.schemas import pools as pool_schemas
from tradewind.api.schemas import runs as run_schemas
from tradewind.api.schemas.common import Description, MaskQuery
from tradewind.auth.permissions import Action, Resource
from tradewind.domain import errors
from tradewind.store.queries.browse import others as browse
from tradewind.store.queries.browse import runs as browse_runs
from tradewind.store.queries.browse.listing import Page, Where

door = Door("Experimental", prefix="/api/experimental")
DAG = "/dags/{dag_id}"
RUN = DAG + "/dag_runs/{execution_date}"
HEADERS: Final = {"Deprecation": "true"}


class ExperimentalPassage(OlderPassage):
    """The endpoint of one of these operations: errors are ``{"error": text}``."""

    def shown(self, call: Call, result: Any) -> Response:
        """As it is, with a word that nobody should begin to use this."""
        call.headers.update(HEADERS)
        return super().shown(call, result)

    def refused(self, request: Request, error: Exception) -> Response:
        """What the sender is told of a request that failed."""
        return problems.explain(request, error, problems.respond_in_experimental)


async def off(_: Request) -> Response:
    """Where it is not switched on."""
    told = (
        "The experimental API is off. Switch it on with [api] enable_experimental_api = True, or use /api/v2."
    )
    return problems.answer({"error": told}, 404, dict(HEADERS))


def _moment(text: str) -> datetime:
    """Raises BadRequest."""
    try:
        return params.moment(text)
    except (ValueError, OverflowError) as error:
        raise errors.BadRequest(
            f"Given execution date, {text}, could not be identified as a date. "
            "Example date format: 2015-11-16T14:34:15+00:00"
        ) from error


def _iso(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()


def _run(call: Call) -> browse_runs.RunRow:
    """The run with the execution date in the path. Raises BadRequest, DagNotFound, NotFound."""
    dags.row_of(call)
    return find_by_date(call, _moment(call.path["execution_date"]))


# --- runs --------------------------------------------------------------------------------------------


class TriggerBody(msgspec.Struct, kw_only=True):
    """A run to be made. ``conf`` may be JSON in a text; what else is sent is ignored, as it was."""

    run_id: str | None = None
    conf: dict[str, Any] | str | None = None
    execution_date: str | None = None
    replace_microseconds: bool | str | None = None


@door.post(DAG + "/dag_runs", Resource.RUN, body=TriggerBody)
def trigger_dag(call: Call) -> dict[str, Any]:
    """Make a run, of now unless the body says another date."""
    body: TriggerBody = call.body
    at = call.now if body.execution_date is None else _moment(body.execution_date)
    cut = body.execution_date is None if body.replace_microseconds is None else body.replace_microseconds
    if str(cut).lower() == "true":
        at = at.replace(microsecond=0)
    call.body = run_schemas.TriggerDAGRunPostBody(
        logical_date=at, dag_run_id=body.run_id, conf=_conf(body.conf)
    )
    try:
        made: run_schemas.DAGRunResponse = runs.trigger_dag_run(call)
    finally:
        call.body = body
    date = _iso(made.logical_date)
    told = f"Created <DagRun {made.dag_id} @ {date}: {made.dag_run_id}, externally triggered: True>"
    return {"message": told, "execution_date": date, "run_id": made.dag_run_id}


def _conf(given: dict[str, Any] | str | None) -> dict[str, Any] | None:
    """Raises BadRequest for what is no JSON object."""
    if not isinstance(given, str):
        return given
    try:
        return msgspec.json.decode(given, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise errors.BadRequest("conf must be a JSON object, as such or as its text.") from error


class StateQuery(msgspec.Struct, kw_only=True):
    """In which state runs are to be."""

    state: str | None = None


@door.get(DAG + "/dag_runs", Resource.RUN, query=StateQuery)
def dag_runs(call: Call) -> list[dict[str, Any]]:
    """The newest runs of a DAG, as many as one page holds, the oldest of them first."""
    where: list[Any] = [Where("dag_id", "eq", dags.row_of(call).dag_id)]
    if call.query.state is not None:
        where.append(Where("state", "eq", call.query.state.lower()))
    newest = Page(limit=call.services.settings.page_limit, order=(("logical_date", True),))
    rows = browse_runs.runs.page(call.tx, where, page=newest, access=call.access)
    return [
        {
            "id": row.pk, "run_id": row.run_id, "state": row.state, "dag_id": row.dag_id,
            "execution_date": _iso(row.logical_date), "start_date": _iso(row.start_date),
            "dag_run_url": f"/dags/{row.dag_id}/runs/{row.run_id}",
        }
        for row in reversed(rows)
    ]  # fmt: skip


@door.get(RUN, Resource.RUN)
def dag_run_status(call: Call) -> dict[str, Any]:
    """The state of a run."""
    return {"state": _run(call).state}


@door.get("/latest_runs", Resource.RUN)
def latest_dag_runs(call: Call) -> dict[str, Any]:
    """The newest run of each DAG, as many as one page holds."""
    part = Page(limit=call.services.settings.page_limit, order=(("dag_id", False),))
    where = [browse_runs.newest_of_each()]
    rows = browse_runs.runs.page(call.tx, where, page=part, access=call.access)
    return {
        "items": [
            {
                "dag_id": row.dag_id, "execution_date": _iso(row.logical_date),
                "start_date": _iso(row.start_date), "dag_run_url": f"/dags/{row.dag_id}/runs/{row.run_id}",
            }
            for row in rows
        ]
    }  # fmt: skip


@door.get(RUN + "/tasks/{task_id}", Resource.TASK_INSTANCE)
def task_instance_info(call: Call) -> dict[str, str]:
    """What is known of a task instance, each thing as text."""
    call.path = {**call.path, "dag_run_id": _run(call).run_id}
    found = task_instances.get_task_instance(call)
    return _texts(INSTANCE(msgspec.json.decode(msgspec.json.encode(found))))


def _texts(fields: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in fields.items()}


# --- DAGs --------------------------------------------------------------------------------------------


@door.delete(DAG, Resource.DAG, status=200)
def delete_dag(call: Call) -> dict[str, Any]:
    """Delete what the database knows of a DAG."""
    dags.delete_dag(call)
    return {"message": "Removed 1 record(s)", "count": 1}


@door.get(DAG + "/code", Resource.CODE, query=dag_schemas.DagSourceQuery)
def get_dag_code(call: Call) -> Response:
    """The text of a DAG's file."""
    found: dag_schemas.DAGSourceResponse | Response = dag_versions.get_dag_source(call)
    return found if isinstance(found, Response) else PlainTextResponse(found.content or "")


@door.get(DAG + "/tasks/{task_id}", Resource.TASK)
def task_info(call: Call) -> dict[str, str]:
    """What a DAG's file says of a task, each thing as text."""
    return _texts(msgspec.structs.asdict(tasks.get_task(call)))


@door.get(DAG + "/paused/{paused}", Resource.DAG, action=Action.EDIT, writes=True)
def dag_paused(call: Call) -> dict[str, str]:
    """Pause a DAG (``true``), or let it go on."""
    call.query, call.body = MaskQuery(), dag_schemas.DAGPatchBody(is_paused=call.path["paused"] == "true")
    dags.patch_dag(call)
    return {"response": "ok"}


@door.get(DAG + "/paused", Resource.DAG)
def dag_is_paused(call: Call) -> dict[str, bool]:
    """Is a DAG paused?"""
    return {"is_paused": dags.row_of(call).is_paused}


@door.get("/lineage/{dag_id}/{execution_date}", Resource.RUN)
def get_lineage(call: Call) -> dict[str, Any]:
    """What each task of a run reads and updates."""
    row = _run(call)
    spec = call.services.specs.spec(call.tx, row.dag_id, row.version_hash)
    named = [task for task in spec.tasks if task.inlets or task.outlets]
    told = {task.task_id: {"inlets": list(task.inlets), "outlets": list(task.outlets)} for task in named}
    return {"task_ids": told}


# --- pools -------------------------------------------------------------------------------------------


class CreatePoolBody(msgspec.Struct, kw_only=True):
    """A pool to be made, or changed where it is there."""

    name: pool_schemas.PoolName
    slots: pool_schemas.Slots
    description: Description = ""


def _pool(row: browse.PoolRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("id", "pool", "slots", "description")}


def _row(call: Call, name: str) -> browse.PoolRow:
    """Raises PoolNotFound."""
    row = browse.pools.one(call.tx, Where("pool", "eq", name), access=call.access)
    if row is None:
        raise errors.PoolNotFound(name)
    return row


@door.get("/pools/{pool_name}", Resource.POOL)
def get_pool(call: Call) -> dict[str, Any]:
    """Show a pool."""
    return _pool(_row(call, call.path["pool_name"]))


@door.get("/pools", Resource.POOL)
def get_pools(call: Call) -> list[dict[str, Any]]:
    """List pools."""
    rows = browse.pools.page(call.tx, [], page=Page(limit=None), access=call.access)
    return [_pool(row) for row in rows]


@door.post("/pools", Resource.POOL, body=CreatePoolBody)
def create_pool(call: Call) -> dict[str, Any]:
    """Make a pool, or change it, which takes the right to that."""
    body: CreatePoolBody = call.body
    there = browse.pools.one(call.tx, Where("pool", "eq", body.name), access=call.access)
    fields = {"slots": body.slots, "description": body.description}
    if there is None:
        call.body = msgspec.convert({"name": body.name, **fields}, pool_schemas.PoolBody)
        pools.post_pool(call)
    else:
        call.require(Action.EDIT)
        call.path, call.query = {"pool_name": body.name}, MaskQuery()
        call.body = msgspec.convert(fields, pool_schemas.PoolPatchBody)
        pools.patch_pool(call)
    return _pool(_row(call, body.name))


@door.delete("/pools/{pool_name}", Resource.POOL, status=200)
def delete_pool(call: Call) -> dict[str, Any]:
    """Delete a pool."""
    row = _row(call, call.path["pool_name"])
    pools.delete_pool(call)
    return _pool(row)


# --- the installation --------------------------------------------------------------------------------


@door.get("/test", Resource.DAG)
def test(_: Call) -> dict[str, str]:
    """Tells those who may come in that they may."""
    return {"status": "OK"}


@door.get("/info", Resource.DAG)
def info(call: Call) -> dict[str, str]:
    """Which version answers."""
    return {"version": call.services.settings.version}


door.operations = [
    msgspec.structs.replace(operation, name=f"experimental.{operation.name}") for operation in door.operations
]
