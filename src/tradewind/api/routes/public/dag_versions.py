"""Stored versions of DAGs, and the text of their files."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response

from tradewind.api import filters, problems
from tradewind.api.dag_specs import version_response
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.routes.public.dags import dag_filter, row_of
from tradewind.api.schemas import dags as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries.browse import dags as browse
from tradewind.store.queries.browse.listing import Where

door = Door("DagVersion")
ORDER = ("id", "version_number", "bundle_name", "bundle_version", "created_at")


@door.get(
    "/dags/{dag_id}/dagVersions", Resource.VERSION, query=schemas.DagVersionQuery, wildcard=True,
    answer=schemas.DAGVersionCollectionResponse,
)  # fmt: skip
def get_dag_versions(call: Call) -> schemas.DAGVersionCollectionResponse:
    """List the versions of a DAG."""
    where = [*dag_filter(call), *filters.conditions(call.query)]
    wanted = page(call.query, call.services.settings, ORDER, ["version_number"])
    rows = browse.versions.page(call.tx, where, page=wanted, access=call.access)
    return schemas.DAGVersionCollectionResponse(
        dag_versions=[version_response(row) for row in rows],
        total_entries=browse.versions.count(call.tx, where, access=call.access),
    )


@door.get("/dags/{dag_id}/dagVersions/{version_number}", Resource.VERSION, answer=schemas.DagVersionResponse)
def get_dag_version(call: Call) -> schemas.DagVersionResponse:
    """Show one version."""
    row_of(call)
    number = int(call.path["version_number"])
    found = browse.versions.one(
        call.tx,
        Where("dag_id", "eq", call.dag_id),
        Where("version_number", "eq", number),
        access=call.access,
    )
    if found is None:
        raise errors.NotFound(
            f"DAG {call.dag_id!r} has no version {number}. GET /dags/{call.dag_id}/dagVersions lists them."
        )
    return version_response(found)


source_door = Door("DagSource")


@source_door.get(
    "/dagSources/{dag_id}", Resource.CODE, query=schemas.DagSourceQuery, answer=schemas.DAGSourceResponse,
    other_media=("text/plain",),
)  # fmt: skip
def get_dag_source(call: Call) -> schemas.DAGSourceResponse | Response:
    """The text of a DAG's file, as JSON or (``Accept: text/plain``) as it is."""
    row_of(call)
    accept = call.request.headers.get("accept", "*/*")
    as_text = "text/plain" in accept
    if not as_text and not any(kind in accept for kind in ("application/json", "*/*", "application/*")):
        raise problems.NotAcceptable(f"Accept application/json or text/plain, got {accept}.")
    found = browse.source(call.tx, call.dag_id, call.query.version_number, access=call.access)
    if found is not None and found.shared:
        raise problems.NotAllowed(
            f"Forbidden: the file of DAG {call.dag_id!r} also defines DAGs that {call.who.name!r} "
            "may not read."
        )
    if found is None or found.text is None:
        raise errors.NotFound(
            f"No source of DAG {call.dag_id!r} is stored for version {call.query.version_number or 'latest'}."
        )
    if as_text:
        return PlainTextResponse(found.text)
    return schemas.DAGSourceResponse(
        content=found.text,
        dag_id=call.dag_id,
        version_number=found.version_number,
        dag_display_name=found.dag_display_name or call.dag_id,
    )


door.operations += source_door.operations
