"""DAG runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tradewind.api.pagination import Natural, Paged
from tradewind.api.schemas.common import Answer, Aware, Body, JsonObject, Note, PartitionKey
from tradewind.api.schemas.dags import DagVersionResponse
from tradewind.domain.states import DagRunState, DagRunTriggeredBy, DagRunType


class DAGRunResponse(Answer, kw_only=True):
    """One run."""

    dag_run_id: str
    dag_id: str
    logical_date: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    run_after: datetime
    last_scheduling_decision: datetime | None
    run_type: DagRunType
    state: DagRunState
    triggered_by: DagRunTriggeredBy | None
    triggering_user_name: str | None
    conf: JsonObject | None
    note: str | None
    dag_versions: list[DagVersionResponse]
    bundle_version: str | None
    dag_display_name: str
    partition_key: str | None
    partition_date: datetime | None


class DAGRunCollectionResponse(Answer, kw_only=True, omit_defaults=True):
    """A page of runs: counted (``total_entries``), or by cursor."""

    dag_runs: list[DAGRunResponse]
    total_entries: int | None = None
    total_entries_limit: int | None = None
    next_cursor: str | None = None
    previous_cursor: str | None = None


class TriggerDAGRunPostBody(Body, kw_only=True):
    """Ask for a run. ``logical_date`` must be there and may be null: then the run has none."""

    logical_date: Aware | None
    dag_run_id: str | None = None
    data_interval_start: Aware | None = None
    data_interval_end: Aware | None = None
    run_after: Aware | None = None
    conf: JsonObject | None = None
    note: Note | None = None
    partition_key: PartitionKey | None = None


class DAGRunPatchBody(Body, kw_only=True):
    """Mark a run, or write a note on it."""

    state: Literal["queued", "success", "failed"] | None = None
    note: Note | msgspec.UnsetType | None = msgspec.UNSET


class DAGRunClearBody(Body, kw_only=True):
    """Run it again: all of it, what failed, or only tasks that are new in the DAG."""

    dry_run: bool = True
    only_failed: bool = False
    only_new: bool = False
    run_on_latest_version: bool | None = None
    note: Note | None = None


class BulkDAGRunBody(DAGRunPatchBody, kw_only=True):
    """Which run, and what is to become of it."""

    dag_run_id: str
    dag_id: str | None = None


class PartitionsBody(Body, kw_only=True):
    """Runs of a partition, or of partitions in a range of dates."""

    partition_key: str | None = None
    partition_date_start: Aware | None = None
    partition_date_end: Aware | None = None


class BulkDAGRunClearBody(PartitionsBody, kw_only=True):
    """Run several runs again, as ``DAGRunClearBody`` says: those that are named, or those of partitions."""

    dry_run: bool = True
    only_failed: bool = False
    only_new: bool = False
    run_on_latest_version: bool | None = None
    note: Note | None = None

    dag_runs: tuple[BulkDAGRunBody, ...] = ()


class ClearPartitionsBody(PartitionsBody, kw_only=True):
    """Have runs forget which partition they are for, and with ``clear_task_instances`` run again."""

    run_id: str | None = None
    clear_task_instances: bool = False
    dry_run: bool = True


class ClearPartitionsResponse(Answer, kw_only=True):
    """How many there were of each."""

    dag_runs_cleared: int
    task_instances_cleared: int
    dry_run: bool


class RunQuery(Paged, kw_only=True):
    """Which runs to list."""

    cursor: str | None = None
    partition_date_gte: date | None = None
    partition_date_lte: date | None = None
    run_after_gte: datetime | None = None
    run_after_gt: datetime | None = None
    run_after_lte: datetime | None = None
    run_after_lt: datetime | None = None
    logical_date_gte: datetime | None = None
    logical_date_gt: datetime | None = None
    logical_date_lte: datetime | None = None
    logical_date_lt: datetime | None = None
    start_date_gte: datetime | None = None
    start_date_gt: datetime | None = None
    start_date_lte: datetime | None = None
    start_date_lt: datetime | None = None
    end_date_gte: datetime | None = None
    end_date_gt: datetime | None = None
    end_date_lte: datetime | None = None
    end_date_lt: datetime | None = None
    duration_gte: float | None = None
    duration_gt: float | None = None
    duration_lte: float | None = None
    duration_lt: float | None = None
    updated_at_gte: datetime | None = None
    updated_at_gt: datetime | None = None
    updated_at_lte: datetime | None = None
    updated_at_lt: datetime | None = None
    conf_contains: str | None = None
    run_type: tuple[DagRunType, ...] = ()
    state: tuple[DagRunState, ...] = ()
    dag_version: tuple[int, ...] = ()
    bundle_version: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    triggering_user_name_pattern: str | None = None
    triggering_user_name_prefix_pattern: str | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    partition_key_pattern: str | None = None
    partition_key_prefix_pattern: str | None = None
    consuming_asset_pattern: str | None = None


class DAGRunsBatchBody(Body, kw_only=True):
    """Which runs of which DAGs to list."""

    order_by: str | None = None
    page_offset: Natural = 0
    page_limit: Natural = 100
    dag_ids: list[str] | None = None
    states: list[DagRunState | None] | None = None
    run_after_gte: Aware | None = None
    run_after_gt: Aware | None = None
    run_after_lte: Aware | None = None
    run_after_lt: Aware | None = None
    logical_date_gte: Aware | None = None
    logical_date_gt: Aware | None = None
    logical_date_lte: Aware | None = None
    logical_date_lt: Aware | None = None
    start_date_gte: Aware | None = None
    start_date_gt: Aware | None = None
    start_date_lte: Aware | None = None
    start_date_lt: Aware | None = None
    end_date_gte: Aware | None = None
    end_date_gt: Aware | None = None
    end_date_lte: Aware | None = None
    end_date_lt: Aware | None = None
    duration_gte: float | None = None
    duration_gt: float | None = None
    duration_lte: float | None = None
    duration_lt: float | None = None
    conf_contains: str | None = None


class WaitQuery(msgspec.Struct, kw_only=True):
    """``interval``: seconds between lines; ``result``: tasks whose return values end the stream."""

    interval: Annotated[float, Meta(gt=0, le=3600)]
    result: list[str] | None = None
