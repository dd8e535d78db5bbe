"""What tasks leave behind: XComs and logs; and the text of DAG files."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from tradewind.api import file_tokens, log_files
from tradewind.api.door import Call
from tradewind.api.routes.public import dag_versions, logs, xcoms
from tradewind.api.routes.v1.runs import executed
from tradewind.api.routes.v1.translation import like, names, one, page
from tradewind.api.schemas import dags as dag_schemas
from tradewind.api.schemas import xcoms as schemas
from tradewind.auth.tokens import TokenInvalid
from tradewind.domain import errors
from tradewind.store.queries.browse import dags as browse
from tradewind.store.queries.browse.listing import Page, Where

TASK = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
_XCOM = "key timestamp map_index task_id dag_id"
_ENTRY = one(_XCOM, execution_date=executed)


# --- XComs -------------------------------------------------------------------------------------------


class XComQuery(schemas.XComGetQuery, kw_only=True):
    """``as_text``: v1 shows values as Python prints them, unless it is asked not to."""

    as_text: bool = True


def _xcom(call: Call) -> schemas.XComResponseNative:
    found: schemas.XComResponseNative = xcoms.get_xcom_entry(call)
    if call.query.as_text and found.value is not None:
        found.value = str(msgspec.json.decode(found.value))
    return found


# --- logs --------------------------------------------------------------------------------------------


async def _log(call: Call) -> Response | dict[str, Any]:
    """The log of one try, as text or (by default) as JSON around the print of a list, as v1 has it."""
    accept = call.request.headers.get("accept", "*/*")
    piece = await run_in_threadpool(logs.piece, call)
    text = "\n".join(map(log_files.as_text, piece.content))
    if "text/plain" in accept and "application/json" not in accept:
        return PlainTextResponse(text)
    return {"content": str([("", text)]), "continuation_token": piece.continuation_token or ""}


# --- sources -----------------------------------------------------------------------------------------


def _source(call: Call) -> dag_schemas.DAGSourceResponse | Response:
    """The text of a DAG's file, as JSON or (``Accept: text/plain``) as it is."""
    try:
        bundle, path = file_tokens.read(call.services.signer, call.path["file_token"])
    except TokenInvalid as error:
        raise errors.NotFound("File not found") from error
    where = [Where("bundle_name", "eq", bundle), Where("relative_fileloc", "eq", path)]
    live_first = Page(limit=1, order=(("is_stale", False), ("dag_id", False)))
    found = browse.dags.page(call.tx, where, page=live_first, access=call.access)
    if not found:
        raise errors.NotFound("File not found")
    call.path = {**call.path, "dag_id": found[0].dag_id}
    answer: dag_schemas.DAGSourceResponse | Response = dag_versions.get_dag_source(call)
    return answer


def _links(it: Any) -> dict[str, Any]:
    """v1's document describes a list; what Airflow sends is names with addresses. Clients get both."""
    named = it["extra_links"]
    return {**named, "extra_links": [{"name": name, "href": href or ""} for name, href in named.items()]}


OPERATIONS = [
    like(f"GET {TASK}/links", "get_extra_links", query=names("map_index"), answer=_links),
    like(f"GET {TASK}/xcomEntries", "get_xcom_entries", answer=page("xcom_entries", _ENTRY),
         query=names("map_index xcom_key limit offset", unless={"limit": "100"})),
    like(f"GET {TASK}/xcomEntries/{{xcom_key:path}}", "get_xcom_entry", handler=_xcom, query_kind=XComQuery,
         query=names("map_index deserialize stringify=as_text"),
         answer=one(f"{_XCOM} value", execution_date=executed)),
    like(f"GET {TASK}/logs/{{try_number}}", "get_log", handler=_log,
         query=names("full_content map_index token"), answer=one("content continuation_token")),
    like("GET /dagSources/{file_token}", "get_dag_source", handler=_source, answer=one("content")),
    like("PUT /parseDagFile/{file_token}", "reparse_dag_file", status=201),
]  # fmt: skip
