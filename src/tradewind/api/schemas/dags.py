"""DAGs and their versions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer, Body, JsonObject
from tradewind.domain.states import DagRunState, DagRunType


class DagTagResponse(Answer, kw_only=True):
    """One tag of a DAG."""

    name: str
    dag_id: str
    dag_display_name: str


class DagVersionResponse(Answer, kw_only=True):
    """One stored version of a DAG."""

    id: str
    version_number: int
    dag_id: str
    bundle_name: str | None
    bundle_version: str | None
    created_at: datetime
    dag_display_name: str
    bundle_url: str | None


class DAGVersionCollectionResponse(Answer, kw_only=True):
    """A page of versions."""

    dag_versions: list[DagVersionResponse]
    total_entries: int


class DAGResponse(Answer, kw_only=True):
    """A DAG as lists show it."""

    dag_id: str
    dag_display_name: str
    is_paused: bool
    is_stale: bool
    last_parsed_time: datetime | None
    last_parse_duration: float | None
    last_expired: datetime | None
    bundle_name: str | None
    bundle_version: str | None
    relative_fileloc: str | None
    fileloc: str
    description: str | None
    timetable_summary: str | None
    timetable_description: str | None
    timetable_partitioned: bool
    timetable_periodic: bool
    tags: list[DagTagResponse]
    max_active_tasks: int
    max_active_runs: int | None
    max_consecutive_failed_dag_runs: int
    has_task_concurrency_limits: bool
    has_import_errors: bool
    next_dagrun_logical_date: datetime | None
    next_dagrun_data_interval_start: datetime | None
    next_dagrun_data_interval_end: datetime | None
    next_dagrun_run_after: datetime | None
    allowed_run_types: list[DagRunType] | None
    owners: list[str]
    is_backfillable: bool
    file_token: str


class DAGCollectionResponse(Answer, kw_only=True):
    """A page of DAGs."""

    dags: list[DAGResponse]
    total_entries: int


class DAGDetailsResponse(DAGResponse, kw_only=True):
    """A DAG with what its file says."""

    catchup: bool
    dag_run_timeout: timedelta | None
    asset_expression: JsonObject | None
    doc_md: str | None
    start_date: datetime | None
    end_date: datetime | None
    is_paused_upon_creation: bool | None
    params: JsonObject | None
    render_template_as_native_obj: bool
    template_search_path: list[str] | None
    timezone: str | None
    last_parsed: datetime | None
    default_args: JsonObject | None
    rerun_with_latest_version: bool | None = None
    owner_links: dict[str, str] | None = None
    is_favorite: bool = False
    active_runs_count: int = 0
    concurrency: int
    latest_dag_version: DagVersionResponse | None


class DAGPatchBody(Body, kw_only=True):
    """Pause or unpause."""

    is_paused: bool


class DAGSourceResponse(Answer, kw_only=True):
    """The text of a DAG's file."""

    content: str | None
    dag_id: str
    version_number: int | None
    dag_display_name: str


class DagStatsStateResponse(Answer, kw_only=True):
    """How many runs are in a state."""

    state: DagRunState
    count: int


class DagStatsResponse(Answer, kw_only=True):
    """Runs of a DAG by state."""

    dag_id: str
    dag_display_name: str
    stats: list[DagStatsStateResponse]


class DagStatsCollectionResponse(Answer, kw_only=True):
    """Runs of several DAGs by state."""

    dags: list[DagStatsResponse]
    total_entries: int


class DAGTagCollectionResponse(Answer, kw_only=True):
    """A page of tags."""

    tags: list[str]
    total_entries: int


class DagQuery(Paged, kw_only=True):
    """Which DAGs to list."""

    tags: tuple[str, ...] = ()
    tags_match_mode: Literal["any", "all"] | None = None
    owners: tuple[str, ...] = ()
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    dag_display_name_pattern: str | None = None
    dag_display_name_prefix_pattern: str | None = None
    exclude_stale: bool = True
    paused: bool | None = None
    has_import_errors: bool | None = None
    last_dag_run_state: DagRunState | None = None
    bundle_name: str | None = None
    bundle_version: str | None = None
    has_asset_schedule: bool | None = None
    asset_dependency: str | None = None
    dag_run_start_date_gte: datetime | None = None
    dag_run_start_date_gt: datetime | None = None
    dag_run_start_date_lte: datetime | None = None
    dag_run_start_date_lt: datetime | None = None
    dag_run_end_date_gte: datetime | None = None
    dag_run_end_date_gt: datetime | None = None
    dag_run_end_date_lte: datetime | None = None
    dag_run_end_date_lt: datetime | None = None
    dag_run_state: tuple[DagRunState, ...] = ()
    is_favorite: bool | None = None
    timetable_type: tuple[str, ...] = ()


class DagPatchManyQuery(Paged, kw_only=True):
    """Which DAGs to patch."""

    update_mask: list[str] | None = None
    tags: tuple[str, ...] = ()
    tags_match_mode: Literal["any", "all"] | None = None
    owners: tuple[str, ...] = ()
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    exclude_stale: bool = True
    paused: bool | None = None


class DagVersionQuery(Paged, kw_only=True):
    """Which versions to list."""

    version_number: int | None = None
    bundle_name: str | None = None
    bundle_version: str | None = None


class DagSourceQuery(msgspec.Struct, kw_only=True):
    """Which version's text."""

    version_number: int | None = None


class DagStatsQuery(msgspec.Struct, kw_only=True):
    """Of which DAGs."""

    dag_ids: tuple[str, ...] = ()


class DagTagQuery(Paged, kw_only=True):
    """Which tags to list."""

    tag_name_pattern: str | None = None
    tag_name_prefix_pattern: str | None = None
