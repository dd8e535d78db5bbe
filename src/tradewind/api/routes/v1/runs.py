"""DAG runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from tradewind.api.door import Call
from tradewind.api.routes.public import runs as v2
from tradewind.api.routes.v1.translation import like, names, one, page, paged
from tradewind.api.schemas import runs as schemas
from tradewind.domain import errors
from tradewind.store.queries.browse import runs as browse
from tradewind.store.queries.browse.listing import Where

RUN_TYPES: Final = {
    "asset_triggered": "dataset_triggered",
    "asset_materialization": "manual",
    "operator_triggered": "manual",
}
"""Kinds of runs that v1 has another word for."""
LIST, ONE = "/dags/{dag_id}/dagRuns", "/dags/{dag_id}/dagRuns/{dag_run_id}"
RANGES: Final = (
    "execution_date_gte=logical_date_gte execution_date_lte=logical_date_lte"
    " start_date_gte start_date_lte end_date_gte end_date_lte"
)


def _run_type(it: dict[str, Any]) -> str:
    kind: str = it["run_type"]
    return RUN_TYPES.get(kind, kind)


def executed(it: dict[str, Any]) -> Any:
    """The date that v1 knows each run by; of one that has none, when it could begin."""
    return it["logical_date"] or it["run_after"]


RUN = one(
    "dag_run_id dag_id start_date end_date data_interval_start data_interval_end last_scheduling_decision"
    " state note",
    logical_date=executed,
    execution_date=executed,
    run_type=_run_type,
    external_trigger=lambda it: _run_type(it) == "manual",
    conf=lambda it: it["conf"] or {},
)


def find_by_date(call: Call, at: datetime) -> browse.RunRow:
    """The run of the path's DAG with that logical date. Raises NotFound."""
    where = [Where("dag_id", "eq", call.dag_id), Where("logical_date", "eq", at)]
    found = browse.runs.one(call.tx, *where, access=call.access)
    if found is None:
        raise errors.NotFound(f"DAG {call.dag_id!r} has no run with execution_date {at.isoformat()}.")
    return found


def _trigger(call: Call) -> schemas.DAGRunResponse:
    """In v1 a run always has a logical date: that of the request, where it names none."""
    body: schemas.TriggerDAGRunPostBody = call.body
    if body.logical_date is None:
        body.logical_date = call.now
    made: schemas.DAGRunResponse = v2.trigger_dag_run(call)
    return made


def _cleared(it: Any) -> Any:
    from tradewind.api.routes.v1.task_instances import REFERENCES

    return REFERENCES(it) if "task_instances" in it else RUN(it)


OPERATIONS = [
    like(f"GET {LIST}", "get_dag_runs", answer=page("dag_runs", RUN),
         query=paged(f"{RANGES} updated_at_gte updated_at_lte state fields=")),
    like(f"POST {LIST}", "trigger_dag_run", name="post_dag_run", handler=_trigger, answer=RUN,
         body=names("dag_run_id logical_date execution_date=logical_date data_interval_start"
                    " data_interval_end conf note", unless={"logical_date": None})),
    like(f"POST {LIST}/list", "get_list_dag_runs_batch", name="get_dag_runs_batch",
         answer=page("dag_runs", RUN),
         body=names(f"order_by page_offset page_limit dag_ids states {RANGES}")),
    like(f"GET {ONE}", "get_dag_run", query=names("fields="), answer=RUN),
    like(f"PATCH {ONE}", "patch_dag_run", name="update_dag_run_state", body=names("state"), answer=RUN),
    like(f"DELETE {ONE}", "delete_dag_run"),
    like(f"POST {ONE}/clear", "clear_dag_run", body=names("dry_run"), answer=_cleared),
    like(f"PATCH {ONE}/setNote", "patch_dag_run", name="set_dag_run_note", body=names("note"), answer=RUN),
]  # fmt: skip
