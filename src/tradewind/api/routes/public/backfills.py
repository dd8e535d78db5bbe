"""Backfills: make, list, show, pause, cancel."""

from __future__ import annotations

import json

from tradewind.api import backfilling, filters, missing, problems
from tradewind.api.door import Call, Door
from tradewind.api.pagination import page
from tradewind.api.schemas import backfills as schemas
from tradewind.api.triggering import new_attempt
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain.spec import DagSpec
from tradewind.store.queries import dags as dag_store
from tradewind.store.queries.browse import others as browse
from tradewind.store.queries.browse.listing import Where
from tradewind.store.records import DagRecord
from tradewind.store.transitions import backfills as store

door = Door("Backfill")
ONE = "/backfills/{backfill_id}"
ORDER = (
    "id", "dag_id", "from_date", "to_date", "created_at", "completed_at", "updated_at", "is_paused",
    "max_active_runs", "reprocess_behavior",
)  # fmt: skip


@door.get("/backfills", Resource.RUN, query=schemas.BackfillQuery, answer=schemas.BackfillCollectionResponse)
def list_backfills(call: Call) -> schemas.BackfillCollectionResponse:
    """List the backfills of a DAG, or of all."""
    where = filters.conditions(call.query)
    wanted = page(call.query, call.services.settings, ORDER, ["id"])
    rows = browse.backfills.page(call.tx, where, page=wanted, access=call.access)
    return schemas.BackfillCollectionResponse(
        backfills=[_show(row) for row in rows],
        total_entries=browse.backfills.count(call.tx, where, access=call.access),
    )


@door.get(ONE, Resource.RUN, answer=schemas.BackfillResponse)
def get_backfill(call: Call) -> schemas.BackfillResponse:
    """Show a backfill."""
    return _shown(call, int(call.path["backfill_id"]))


@door.post(
    "/backfills", Resource.RUN, body=schemas.BackfillPostBody, answer=schemas.BackfillResponse
)  # 200, as in Airflow
def create_backfill(call: Call) -> schemas.BackfillResponse:
    """Run a DAG for past dates."""
    dag, spec = _dag(call)
    try:
        made = backfilling.make(
            call.tx,
            _wish(call),
            spec,
            dag.version_hash,
            now=call.now,
            ask=call.ask,
            new_attempt=new_attempt,
        )
    except errors.BadRequest as error:
        raise _unprocessable(error) from error
    call.audit("create_backfill", dag_id=dag.dag_id, extra={"backfill_id": made.backfill_id})
    call.wake("dag", dag_id=dag.dag_id)
    return _shown(call, made.backfill_id)


@door.post(
    "/backfills/dry_run", Resource.RUN, body=schemas.BackfillPostBody,
    answer=schemas.DryRunBackfillCollectionResponse, reads_only=True,
)  # fmt: skip
def create_backfill_dry_run(call: Call) -> schemas.DryRunBackfillCollectionResponse:
    """The runs that such a backfill would have; makes none."""
    _, spec = _dag(call)
    try:
        dates = backfilling.preview(call.tx, _wish(call), spec, now=call.now, ask=call.ask)
    except errors.BadRequest as error:
        raise _unprocessable(error) from error
    return schemas.DryRunBackfillCollectionResponse(
        backfills=[schemas.DryRunBackfillResponse(logical_date=date) for date in dates],
        total_entries=len(dates),
    )


@door.put(ONE + "/pause", Resource.RUN, answer=schemas.BackfillResponse)
def pause_backfill(call: Call) -> schemas.BackfillResponse:
    """Start no more of its runs; those that have started go on."""
    return _set_paused(call, True)


@door.put(ONE + "/unpause", Resource.RUN, answer=schemas.BackfillResponse)
def unpause_backfill(call: Call) -> schemas.BackfillResponse:
    """Start its runs again."""
    return _set_paused(call, False)


@door.put(ONE + "/cancel", Resource.RUN, answer=schemas.BackfillResponse)
def cancel_backfill(call: Call) -> schemas.BackfillResponse:
    """End it: runs that have not started fail, those that have go on."""
    record = _going_on(call)
    store.cancel(call.tx, record.id, call.services.clock.now())
    _tell(call, "cancel_backfill", record)
    return _shown(call, record.id)


def _set_paused(call: Call, paused: bool) -> schemas.BackfillResponse:
    record = _going_on(call)
    store.set_paused(call.tx, record.id, paused, call.services.clock.now())
    _tell(call, "pause_backfill" if paused else "unpause_backfill", record)
    return _shown(call, record.id)


def _going_on(call: Call) -> store.BackfillRecord:
    return store.going_on(call.tx, int(call.path["backfill_id"]), access=call.access)


def _tell(call: Call, event: str, record: store.BackfillRecord) -> None:
    before = {"is_paused": record.is_paused}
    call.audit(event, dag_id=record.dag_id, extra={"backfill_id": record.id}, before=before)
    call.wake("dag", dag_id=record.dag_id)


def _dag(call: Call) -> tuple[DagRecord, DagSpec]:
    """The DAG that the body names. Raises DagNotFound."""
    dag = dag_store.get(call.tx, call.body.dag_id, access=call.access)
    if dag is None:
        raise missing.dag(call, call.body.dag_id)
    return dag, call.services.specs.spec(call.tx, dag.dag_id, dag.version_hash)


def _wish(call: Call) -> backfilling.Wish:
    body: schemas.BackfillPostBody = call.body
    return backfilling.Wish(
        dag_id=body.dag_id,
        from_date=body.from_date,
        to_date=body.to_date,
        conf=body.dag_run_conf or {},
        reprocess_behavior=body.reprocess_behavior,
        max_active_runs=body.max_active_runs,
        backwards=body.run_backwards,
        on_latest_version=body.run_on_latest_version,
        user=call.who.name,
    )


def _unprocessable(error: errors.BadRequest) -> problems.Unprocessable:
    """What Airflow answers to a backfill that cannot be: 422."""
    return problems.Unprocessable(problems.Problem(type="value_error", loc=("body",), msg=str(error)))


def _shown(call: Call, backfill_id: int) -> schemas.BackfillResponse:
    row = browse.backfills.one(call.tx, Where("id", "eq", backfill_id), access=call.access)
    if row is None:
        raise errors.NotFound(f"There is no backfill {backfill_id}.")
    return _show(row)


def _show(row: browse.BackfillRow) -> schemas.BackfillResponse:
    fields = {name: getattr(row, name) for name in row.__struct_fields__}
    fields["dag_run_conf"] = json.loads(row.dag_run_conf or "{}")
    fields["dag_display_name"] = row.dag_display_name or row.dag_id
    return schemas.BackfillResponse(**fields)
