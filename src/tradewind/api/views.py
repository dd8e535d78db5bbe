"""Rows of the database as the API shows them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tradewind.api import file_tokens
from tradewind.api.dag_specs import DagSpecs
from tradewind.api.schemas import dags as dag_schemas
from tradewind.api.schemas import task_instances as ti_schemas
from tradewind.api.schemas.common import raw
from tradewind.api.schemas.hitl import HITLUser
from tradewind.api.schemas.runs import DAGRunResponse
from tradewind.api.schemas.tasks import TaskResponse, TimeDelta
from tradewind.api.schemas.xcoms import XComResponse
from tradewind.domain.spec import DagSpec, ParamSpec, TaskSpec, timetable
from tradewind.domain.states import DagRunState, DagRunTriggeredBy, DagRunType, TaskInstanceState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradewind.auth.tokens import Signer
    from tradewind.store.database import Tx
    from tradewind.store.queries.browse.dags import DagRow
    from tradewind.store.queries.browse.others import XComRow
    from tradewind.store.queries.browse.runs import RunRow
    from tradewind.store.queries.browse.task_instances import InstanceRow, TriggerRow, TryRow
    from tradewind.store.queries.hitl import Asked
    from tradewind.store.records import JobRecord

PERIODIC: Final = frozenset(
    kind.__name__
    for kind in (
        timetable.CronDataIntervalTimetable,
        timetable.CronTriggerTimetable,
        timetable.DeltaDataIntervalTimetable,
        timetable.DeltaTriggerTimetable,
        timetable.AssetOrTimeTimetable,
    )
)
"""Timetables whose runs can be listed in advance, so that they can be backfilled."""


def run(row: RunRow, specs: DagSpecs, tx: Tx) -> DAGRunResponse:
    """A DAG run."""
    version = specs.version(tx, row.dag_id, row.version_hash)
    ended = row.start_date is not None and row.end_date is not None
    return DAGRunResponse(
        dag_run_id=row.run_id,
        dag_id=row.dag_id,
        logical_date=row.logical_date,
        queued_at=row.queued_at,
        start_date=row.start_date,
        end_date=row.end_date,
        duration=(row.end_date - row.start_date).total_seconds() if ended else None,  # type: ignore[operator]
        data_interval_start=row.data_interval_start,
        data_interval_end=row.data_interval_end,
        run_after=row.run_after,
        last_scheduling_decision=row.last_scheduling_decision,
        run_type=DagRunType(row.run_type),
        state=DagRunState(row.state),
        triggered_by=DagRunTriggeredBy(row.triggered_by) if row.triggered_by else None,
        triggering_user_name=row.triggering_user_name,
        conf=raw(row.conf),
        note=row.note,
        dag_versions=[version] if version is not None else [],
        bundle_version=row.bundle_version,
        dag_display_name=row.dag_display_name or row.dag_id,
        partition_key=row.partition_key,
        partition_date=row.partition_date,
    )


def dag_fields(row: DagRow, tags: list[str], signer: Signer) -> dict[str, Any]:
    """The fields that a DAG has in lists and in details; ``signer`` seals the address of its file."""
    display_name = row.dag_display_name or row.dag_id
    periodic = row.timetable_type in PERIODIC
    return {
        "dag_id": row.dag_id,
        "dag_display_name": display_name,
        "is_paused": row.is_paused,
        "is_stale": row.is_stale,
        "last_parsed_time": row.last_parsed_time,
        "last_parse_duration": row.last_parse_duration,
        "last_expired": row.last_expired,
        "bundle_name": row.bundle_name,
        "bundle_version": row.bundle_version,
        "relative_fileloc": row.relative_fileloc,
        "fileloc": row.fileloc,
        "description": row.description,
        "timetable_summary": row.timetable_summary,
        "timetable_description": row.timetable_description,
        "timetable_partitioned": False,
        "timetable_periodic": periodic,
        "tags": [
            dag_schemas.DagTagResponse(name=t, dag_id=row.dag_id, dag_display_name=display_name) for t in tags
        ],
        "max_active_tasks": row.max_active_tasks,
        "max_active_runs": row.max_active_runs,
        "max_consecutive_failed_dag_runs": row.max_consecutive_failed_dag_runs,
        "has_task_concurrency_limits": row.has_task_concurrency_limits,
        "has_import_errors": row.has_import_errors,
        "next_dagrun_logical_date": row.next_dagrun,
        "next_dagrun_data_interval_start": row.next_dagrun_data_interval_start,
        "next_dagrun_data_interval_end": row.next_dagrun_data_interval_end,
        "next_dagrun_run_after": row.next_dagrun_create_after,
        "allowed_run_types": json.loads(row.allowed_run_types) if row.allowed_run_types else None,
        "owners": [name.strip() for name in row.owners.split(",") if name.strip()],
        "is_backfillable": periodic,
        "file_token": file_tokens.seal(signer, row.bundle_name, row.relative_fileloc),
    }


def dag(row: DagRow, tags: list[str], signer: Signer) -> dag_schemas.DAGResponse:
    """A DAG as lists show it."""
    return dag_schemas.DAGResponse(**dag_fields(row, tags, signer))


def dag_details(
    row: DagRow,
    tags: list[str],
    signer: Signer,
    spec: DagSpec,
    version: dag_schemas.DagVersionResponse | None,
    active_runs: int,
    favourite: bool,
) -> dag_schemas.DAGDetailsResponse:
    """A DAG with what its file says."""
    timeout = spec.dagrun_timeout
    return dag_schemas.DAGDetailsResponse(
        **dag_fields(row, tags, signer),
        catchup=spec.catchup,
        dag_run_timeout=None if timeout is None else timedelta(seconds=timeout),
        asset_expression=raw(row.asset_expression),
        doc_md=spec.doc_md,
        start_date=spec.start_date,
        end_date=spec.end_date,
        is_paused_upon_creation=spec.is_paused_upon_creation,
        params=params(spec.params, spec.params_order),
        render_template_as_native_obj=spec.render_template_as_native,
        template_search_path=None,
        timezone=spec.timezone,
        last_parsed=row.last_parsed_time,
        default_args=None,
        rerun_with_latest_version=spec.rerun_with_latest_version,
        owner_links=spec.owner_links or None,
        active_runs_count=active_runs,
        is_favorite=favourite,
        concurrency=row.max_active_tasks,
        latest_dag_version=version,
    )


def params(found: dict[str, ParamSpec], order: Sequence[str] = ()) -> dict[str, Any]:
    """Params in Airflow's dumped form, and in that order where it is known."""
    return {
        name: {"value": param.value, "schema": param.schema, "description": param.description, "source": None}
        for name, param in ((name, found[name]) for name in (order or found))
    }


def task(spec: TaskSpec, downstream: list[str]) -> TaskResponse:
    """A task of a DAG."""
    return TaskResponse(
        task_id=spec.task_id,
        task_display_name=spec.display_name or spec.task_id,
        owner=spec.owner,
        start_date=spec.start_date,
        end_date=spec.end_date,
        trigger_rule=spec.trigger_rule,
        depends_on_past=spec.depends_on_past,
        wait_for_downstream=spec.wait_for_downstream,
        retries=spec.retries,
        queue=spec.queue,
        pool=spec.pool,
        pool_slots=spec.pool_slots,
        execution_timeout=time_delta(spec.execution_timeout),
        retry_delay=time_delta(spec.retry_delay),
        retry_exponential_backoff=spec.retry_multiplier,
        priority_weight=spec.priority_weight,
        weight_rule=spec.weight_rule,
        ui_color=spec.ui_color,
        ui_fgcolor=spec.ui_fgcolor,
        template_fields=sorted(spec.template_fields),
        downstream_task_ids=downstream,
        doc_md=spec.doc_md,
        operator_name=spec.operator,
        params=params(spec.params),
        class_ref={"module_path": spec.module, "class_name": spec.operator},
        is_mapped=spec.mapping is not None,
        extra_links=list(spec.extra_links),
    )


def time_delta(seconds: float | None) -> TimeDelta | None:
    """Seconds in Airflow's three parts."""
    if seconds is None:
        return None
    parts = timedelta(seconds=seconds)
    return TimeDelta(days=parts.days, seconds=parts.seconds, microseconds=parts.microseconds)


def _try_fields(row: TryRow, version: dag_schemas.DagVersionResponse | None) -> dict[str, Any]:
    return {
        "task_id": row.task_id,
        "dag_id": row.dag_id,
        "dag_run_id": row.run_id,
        "map_index": row.map_index,
        "start_date": row.start_date,
        "end_date": row.end_date,
        "duration": row.duration,
        "state": TaskInstanceState(row.state) if row.state else None,
        "try_number": row.try_number,
        "max_tries": row.max_tries,
        "task_display_name": row.task_display_name or row.task_id,
        "dag_display_name": row.dag_display_name or row.dag_id,
        "hostname": row.hostname,
        "unixname": row.unixname,
        "pool": row.pool,
        "pool_slots": row.pool_slots,
        "queue": row.queue,
        "priority_weight": row.priority_weight,
        "operator": row.operator,
        "operator_name": row.custom_operator_name or row.operator,
        "queued_when": row.queued_dttm,
        "scheduled_when": row.scheduled_dttm,
        "pid": row.pid,
        "executor": row.executor,
        "executor_config": row.executor_config or "{}",
        "dag_version": version,
    }


def one_try(row: TryRow, specs: DagSpecs, tx: Tx) -> ti_schemas.TaskInstanceHistoryResponse:
    """One try of a task instance."""
    version = specs.version(tx, row.dag_id, row.run_version_hash)
    return ti_schemas.TaskInstanceHistoryResponse(**_try_fields(row, version))


def task_instance(
    row: InstanceRow,
    specs: DagSpecs,
    tx: Tx,
    trigger: TriggerRow | None = None,
    holder: JobRecord | None = None,
) -> ti_schemas.TaskInstanceResponse:
    """A task instance as it is now."""
    return ti_schemas.TaskInstanceResponse(
        **_try_fields(row, specs.version(tx, row.dag_id, row.run_version_hash)),
        id=row.id,
        logical_date=row.logical_date,
        run_after=row.run_after,
        note=row.note,
        rendered_map_index=row.rendered_map_index,
        rendered_fields=raw(row.rendered_fields or "{}"),
        trigger=_trigger(trigger),
        triggerer_job=job(holder) if holder is not None else None,
    )


def hitl_fields(asked: Asked) -> dict[str, Any]:
    """A question and its answer."""
    request, response = asked.request, asked.response
    by = response.by if response is not None else None
    return {
        "options": list(request.options),
        "subject": request.subject,
        "body": request.body,
        "defaults": None if request.defaults is None else list(request.defaults),
        "multiple": request.multiple,
        "params": request.params,
        "assigned_users": [HITLUser(id=one.id, name=one.name) for one in request.assigned_users],
        "created_at": asked.created_at,
        "responded_by_user": None if by is None else HITLUser(id=by.id, name=by.name),
        "responded_at": None if response is None else response.at,
        "chosen_options": None if response is None else list(response.chosen_options),
        "params_input": {} if response is None else response.params_input,
        "response_received": response is not None,
    }


def _trigger(row: TriggerRow | None) -> ti_schemas.TriggerResponse | None:
    if row is None:
        return None
    return ti_schemas.TriggerResponse(
        id=row.id,
        classpath=row.classpath,
        kwargs="{}",  # may hold secrets; only the triggerer reads them
        created_date=row.created_date,
        queue=row.queue,
        triggerer_id=row.triggerer_id,
    )


def job(row: JobRecord) -> ti_schemas.JobResponse:
    """A component."""
    return ti_schemas.JobResponse(**msgspec.structs.asdict(row))


def xcom_fields(row: XComRow) -> dict[str, Any]:
    """The fields that an XCom has with and without its value."""
    fields = {name: getattr(row, name) for name in XComResponse.__struct_fields__}
    fields["dag_display_name"] = row.dag_display_name or row.dag_id
    fields["task_display_name"] = row.task_display_name or row.task_id
    return fields
