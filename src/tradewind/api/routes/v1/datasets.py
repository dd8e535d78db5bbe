"""Datasets, which v2 calls assets. v1 knows them by their URI, v2 by a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from tradewind.api.door import Call
from tradewind.api.routes.public import assets as v2
from tradewind.api.routes.v1.translation import like, names, one, page, paged
from tradewind.api.schemas import assets as schemas
from tradewind.api.schemas.common import Body, JsonObject
from tradewind.domain import errors
from tradewind.store.queries.browse import assets as browse
from tradewind.store.queries.browse.listing import Page, Where

Handler = Callable[[Call], Any]


# --- by URI ------------------------------------------------------------------------------------------


def _number(call: Call, uri: str) -> int:
    """The asset's number. Raises NotFound."""
    row = browse.assets.one(call.tx, Where("uri", "eq", uri), access=call.access)
    if row is None:
        raise errors.NotFound(f"There is no dataset {uri!r}. GET /api/v1/datasets lists them.")
    return row.id


def _by_uri(handler: Handler) -> Handler:
    """v2's handler, for the asset with the URI in the path."""

    def found(call: Call) -> Any:
        call.path = {**call.path, "asset_id": str(_number(call, call.path["uri"]))}
        return handler(call)

    return found


class CreateEventBody(Body, kw_only=True):
    """Somebody outside updated a dataset."""

    dataset_uri: str
    extra: JsonObject = msgspec.field(default_factory=dict)


def _create_event(call: Call) -> schemas.AssetEventResponse:
    body: CreateEventBody = call.body
    number = _number(call, body.dataset_uri)
    call.body = schemas.CreateAssetEventsBody(asset_id=number, extra=body.extra)
    made: schemas.AssetEventResponse = v2.create_asset_event(call)
    return made


# --- what waits --------------------------------------------------------------------------------------


def _waiting(handler: Handler) -> Handler:
    """All that waits. Raises NotFound where nothing does."""

    def found(call: Call) -> Any:
        rows: list[schemas.QueuedEventResponse] = handler(call).queued_events
        if not rows:
            raise errors.NotFound("Nothing of that waits.")
        return {"queued_events": _with_uris(call, rows), "total_entries": len(rows)}

    return found


def _one_waiting(call: Call) -> Any:
    return _with_uris(call, [v2.get_dag_asset_queued_event(call)])[0]


def _with_uris(call: Call, rows: Iterable[schemas.QueuedEventResponse]) -> list[dict[str, Any]]:
    numbers = sorted({row.asset_id for row in rows})
    where = [Where("id", "in", numbers)]
    known = browse.assets.page(call.tx, where, access=call.access, page=Page(limit=None))
    uris = {row.id: row.uri for row in known}
    return [{**msgspec.to_builtins(row), "uri": uris[row.asset_id]} for row in rows if row.asset_id in uris]


# --- what is answered ----------------------------------------------------------------------------------

_OF_DAG = one("dag_id created_at updated_at")
_OF_TASK = one("dag_id task_id created_at updated_at")
_RUN = one(
    "run_id dag_id start_date end_date data_interval_start data_interval_end state",
    dag_run_id="run_id",
    logical_date=lambda it: it["logical_date"] or it["start_date"],
)
DATASET = one(
    "id uri created_at updated_at",
    extra=lambda it: it["extra"] or {},
    consuming_dags=lambda it: [_OF_DAG(part) for part in it["scheduled_dags"]],
    producing_tasks=lambda it: [_OF_TASK(part) for part in it["producing_tasks"]],
)
EVENT = one(
    "id source_dag_id source_task_id source_run_id source_map_index timestamp",
    dataset_id="asset_id",
    dataset_uri="uri",
    extra=lambda it: it["extra"] or {},
    created_dagruns=lambda it: [_RUN(part) for part in it["created_dagruns"]],
)
_EVENTS = page("dataset_events", EVENT, was="asset_events")
QUEUED = one("uri dag_id created_at")
_QUEUED = page("datasets queued_events", QUEUED, was="queued_events")
_BEFORE: Final = names("before")
_DAG = "/dags/{dag_id}/datasets/queuedEvent"

OPERATIONS = [
    like("GET /datasets", "get_assets", name="get_datasets", answer=page("datasets", DATASET, was="assets"),
         query=paged("uri_pattern dag_ids", unless={"only_active": "false"})),
    like("GET /datasets/events", "get_asset_events", name="get_dataset_events", answer=_EVENTS,
         query=paged("dataset_id=asset_id source_dag_id source_task_id source_run_id source_map_index")),
    like("POST /datasets/events", "create_asset_event", name="create_dataset_event", answer=EVENT,
         body=names("dataset_uri extra"), body_kind=CreateEventBody, handler=_create_event),
    like("GET /datasets/queuedEvent/{uri:path}", "get_asset_queued_events", name="get_dataset_queued_events",
         query=_BEFORE, handler=_by_uri(_waiting(v2.get_asset_queued_events)), answer=_QUEUED),
    like("DELETE /datasets/queuedEvent/{uri:path}", "delete_asset_queued_events",
         name="delete_dataset_queued_events", query=_BEFORE, handler=_by_uri(v2.delete_asset_queued_events)),
    like("GET /datasets/{uri:path}", "get_asset", name="get_dataset", handler=_by_uri(v2.get_asset),
         answer=DATASET),
    like(f"GET {_DAG}/{{uri:path}}", "get_dag_asset_queued_event", name="get_dag_dataset_queued_event",
         query=_BEFORE, handler=_by_uri(_one_waiting), answer=QUEUED),
    like(f"DELETE {_DAG}/{{uri:path}}", "delete_dag_asset_queued_event",
         name="delete_dag_dataset_queued_event", query=_BEFORE,
         handler=_by_uri(v2.delete_dag_asset_queued_event)),
    like(f"GET {_DAG}", "get_dag_asset_queued_events", name="get_dag_dataset_queued_events", query=_BEFORE,
         handler=_waiting(v2.get_dag_asset_queued_events), answer=_QUEUED),
    like(f"DELETE {_DAG}", "delete_dag_asset_queued_events", name="delete_dag_dataset_queued_events",
         query=_BEFORE),
    like("GET /dags/{dag_id}/dagRuns/{dag_run_id}/upstreamDatasetEvents", "get_upstream_asset_events",
         name="get_upstream_dataset_events", answer=_EVENTS),
]  # fmt: skip
