"""Task instances, their tries, and the two things a person does to them: clear and mark."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.api.pagination import Natural, Paged
from tradewind.api.schemas.common import Answer, Aware, Body, JsonObject, Note
from tradewind.api.schemas.dags import DagVersionResponse
from tradewind.domain.states import TaskInstanceState


class TriggerResponse(Answer, kw_only=True):
    """What a deferred task instance waits for."""

    id: int
    classpath: str
    kwargs: str
    created_date: datetime
    queue: str | None
    triggerer_id: int | None


class JobResponse(Answer, kw_only=True):
    """A component that runs, or ran."""

    id: int
    dag_id: str | None
    state: str | None
    job_type: str | None
    start_date: datetime | None
    end_date: datetime | None
    latest_heartbeat: datetime | None
    executor_class: str | None
    hostname: str | None
    unixname: str | None
    dag_display_name: str | None = None


class JobCollectionResponse(Answer, kw_only=True):
    """A page of jobs."""

    jobs: list[JobResponse]
    total_entries: int


class TaskInstanceHistoryResponse(Answer, kw_only=True):
    """One try of a task instance."""

    task_id: str
    dag_id: str
    dag_run_id: str
    map_index: int
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    state: TaskInstanceState | None
    try_number: int
    max_tries: int
    task_display_name: str
    dag_display_name: str
    hostname: str | None
    unixname: str | None
    pool: str
    pool_slots: int
    queue: str | None
    priority_weight: int | None
    operator: str | None
    operator_name: str | None
    queued_when: datetime | None
    scheduled_when: datetime | None
    pid: int | None
    executor: str | None
    executor_config: str
    dag_version: DagVersionResponse | None


class TaskInstanceHistoryCollectionResponse(Answer, kw_only=True):
    """All tries of a task instance."""

    task_instances: list[TaskInstanceHistoryResponse]
    total_entries: int


class TaskInstanceResponse(TaskInstanceHistoryResponse, kw_only=True):
    """A task instance as it is now."""

    id: str
    logical_date: datetime | None
    run_after: datetime
    note: str | None
    rendered_map_index: str | None
    rendered_fields: JsonObject = msgspec.field(default_factory=dict)
    trigger: TriggerResponse | None
    triggerer_job: JobResponse | None


class TaskInstanceCollectionResponse(Answer, kw_only=True, omit_defaults=True):
    """A page of task instances: counted (``total_entries``), or by cursor."""

    task_instances: list[TaskInstanceResponse]
    total_entries: int | None = None
    total_entries_limit: int | None = None
    next_cursor: str | None = None
    previous_cursor: str | None = None


class NewTaskResponse(Answer, kw_only=True):
    """A task of the DAG's newest version that a run does not have yet."""

    task_id: str
    task_display_name: str


class ClearTaskInstanceCollectionResponse(Answer, kw_only=True):
    """What a clear touches."""

    task_instances: list[TaskInstanceResponse]
    total_entries: int


class NewTaskCollectionResponse(Answer, kw_only=True):
    """The tasks that a run would get."""

    task_instances: list[NewTaskResponse]
    total_entries: int


class ClearTaskInstancesBody(Body, kw_only=True):
    """Run these again. ``task_ids`` holds ids, or pairs of an id and a map index."""

    dry_run: bool = True
    start_date: Aware | None = None
    end_date: Aware | None = None
    only_failed: bool = True
    only_running: bool = False
    reset_dag_runs: bool = True
    task_ids: list[str | tuple[str, int]] | None = None
    dag_run_id: str | None = None
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False
    run_on_latest_version: bool | None = None
    prevent_running_task: bool = False
    note: Note | None = None


class TaskDependencyResponse(Answer, kw_only=True):
    """Something that keeps a task instance from running."""

    name: str
    reason: str


class TaskDependencyCollectionResponse(Answer, kw_only=True):
    """Everything that does."""

    dependencies: list[TaskDependencyResponse]


class PatchTaskInstanceBody(Body, kw_only=True):
    """Mark a task instance, or write a note on it."""

    new_state: TaskInstanceState | None = None
    note: Note | msgspec.UnsetType | None = msgspec.UNSET
    include_upstream: bool = False
    include_downstream: bool = False
    include_future: bool = False
    include_past: bool = False


class BulkTaskInstanceBody(PatchTaskInstanceBody, kw_only=True):
    """Which task instance, and what is to become of it; without ``map_index`` every index of the task."""

    task_id: str
    map_index: int | None = None
    dag_id: str | None = None
    dag_run_id: str | None = None


class PatchQuery(msgspec.Struct, kw_only=True):
    """Which map index, and which fields of the body to apply."""

    map_index: int | None = None
    update_mask: list[str] | None = None


class MapIndexQuery(msgspec.Struct, kw_only=True):
    """Which map index; -1 where the task is not mapped."""

    map_index: int = -1


class MappedQuery(Paged, kw_only=True):
    """Which task instances to list."""

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
    updated_at_gte: datetime | None = None
    updated_at_gt: datetime | None = None
    updated_at_lte: datetime | None = None
    updated_at_lt: datetime | None = None
    duration_gte: float | None = None
    duration_gt: float | None = None
    duration_lte: float | None = None
    duration_lt: float | None = None
    state: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()
    pool_name_pattern: str | None = None
    pool_name_prefix_pattern: str | None = None
    queue: tuple[str, ...] = ()
    queue_name_pattern: str | None = None
    queue_name_prefix_pattern: str | None = None
    executor: tuple[str, ...] = ()
    version_number: tuple[int, ...] = ()
    try_number: tuple[int, ...] = ()
    operator: tuple[str, ...] = ()
    operator_name_pattern: str | None = None
    operator_name_prefix_pattern: str | None = None
    map_index: tuple[int, ...] = ()
    rendered_map_index_pattern: str | None = None
    rendered_map_index_prefix_pattern: str | None = None


class TaskInstanceQuery(MappedQuery, kw_only=True):
    """Which task instances to list, over several tasks, runs or DAGs."""

    cursor: str | None = None
    task_id: str | None = None
    task_display_name_pattern: str | None = None
    task_display_name_prefix_pattern: str | None = None
    task_group_id: str | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None


class TaskInstancesBatchBody(Body, kw_only=True):
    """Which task instances of which DAGs and runs to list."""

    dag_ids: list[str] | None = None
    dag_run_ids: list[str] | None = None
    task_ids: list[str] | None = None
    state: list[TaskInstanceState | None] | None = None
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
    pool: list[str] | None = None
    queue: list[str] | None = None
    executor: list[str] | None = None
    page_offset: Natural = 0
    page_limit: Natural = 100
    order_by: str | None = None


class ExtraLinkCollectionResponse(Answer, kw_only=True):
    """Name of each link to its address."""

    extra_links: dict[str, str | None]
    total_entries: int


class ExtraLinksQuery(msgspec.Struct, kw_only=True):
    """Of which instance of a mapped task, and which try."""

    map_index: int = -1
    try_number: int | None = None
