"""Frozen rows that leave the store. Nothing outside ever holds a live database row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.domain.states import DagRunState, TaskInstanceState
from tradewind.engine.facts import InstanceFacts


class DagRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``dag``, with its tags."""

    dag_id: str
    display_name: str
    is_paused: bool
    is_stale: bool
    has_import_errors: bool
    fileloc: str
    relative_fileloc: str
    bundle_name: str
    owners: str
    description: str | None
    timetable_summary: str | None
    timetable_description: str | None
    max_active_runs: int
    max_active_tasks: int
    max_consecutive_failed_dag_runs: int
    last_parsed_time: datetime | None
    last_parse_duration: float | None
    last_expired: datetime | None
    next_dagrun_logical_date: datetime | None
    next_dagrun_data_interval_start: datetime | None
    next_dagrun_data_interval_end: datetime | None
    next_dagrun_run_after: datetime | None
    next_dagrun_partition_key: str | None = None
    next_dagrun_partition_date: datetime | None = None
    next_dagrun_run_id: str | None = None
    version_hash: str | None
    """Hash of the newest stored spec."""
    tags: tuple[str, ...] = ()


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``dag_run``."""

    pk: int
    dag_id: str
    run_id: str
    state: DagRunState
    run_type: str
    run_after: datetime
    row_version: int
    """Raised by every writer; the scheduler checks it before it commits."""
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    queued_at: datetime | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    conf: str = "{}"
    triggered_by: str | None = None
    triggering_user_name: str | None = None
    note: str | None = None
    clear_number: int = 0
    backfill_id: int | None = None
    partition_key: str | None = None
    partition_date: datetime | None = None
    version_hash: str | None = None
    last_scheduling_decision: datetime | None = None
    reason: str = ""
    """Why it ended as it did, for people."""
    options: dict[str, Any] = {}
    """Fields of RunFacts that somebody chose for this run (``mark_success``, ``only_tasks``, …)."""

    @property
    def mark_success(self) -> bool:
        """End each task instance as success without running it."""
        return bool(self.options.get("mark_success"))

    @property
    def ignore_depends_on_past(self) -> bool:
        """Whether tasks may start whatever became of the run before."""
        return bool(self.options.get("ignore_depends_on_past"))

    @property
    def only_tasks(self) -> tuple[str, ...] | None:
        """The tasks that take part, where not all do."""
        chosen: tuple[str, ...] | None = self.options.get("only_tasks")
        return chosen


class TaskInstanceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``task_instance`` (or, for past tries, of ``task_instance_history``)."""

    id: str
    dag_id: str
    task_id: str
    run_id: str
    map_index: int
    state: TaskInstanceState | None
    try_number: int
    max_tries: int
    start_date: datetime | None = None
    end_date: datetime | None = None
    duration: float | None = None
    hostname: str = ""
    unixname: str = ""
    pid: int | None = None
    pool: str = "default_pool"
    pool_slots: int = 1
    queue: str = "default"
    priority_weight: int = 1
    operator: str = ""
    task_display_name: str = ""
    queued_when: datetime | None = None
    scheduled_when: datetime | None = None
    last_heartbeat_at: datetime | None = None
    executor: str | None = None
    executor_config: str = "{}"
    note: str | None = None
    rendered_map_index: str | None = None
    rendered_fields: str | None = None
    trigger_id: int | None = None
    next_method: str | None = None
    dispatch: int = 0
    lost: int = 0
    reason: str = ""
    logical_date: datetime | None = None
    run_after: datetime | None = None
    version_hash: str | None = None
    next_kwargs: str | None = None
    first_start: datetime | None = None
    """When the first dispatch of this try started."""
    external_executor_id: str | None = None
    """The host incarnation that a local assignment is addressed to, or the executor's own id."""
    trigger_timeout: datetime | None = None
    dag_version_id: str | None = None
    retry_delay_override: float | None = None


class ActiveRun(msgspec.Struct, frozen=True, kw_only=True):
    """A queued or running run: enough to see whether a cached machine is still right."""

    pk: int
    dag_id: str
    run_id: str
    state: DagRunState
    row_version: int
    run_after: datetime
    backfill_id: int | None


class RunLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A run with everything a machine is built from, read in one snapshot."""

    run: RunRecord
    instances: tuple[InstanceFacts, ...]
    lengths: dict[str, dict[int, int]]
    skips: dict[str, dict[int, tuple[str, ...]]]


class ImportErrorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``import_error``: why a file could not be imported."""

    id: int
    filename: str
    bundle_name: str | None
    timestamp: datetime
    stacktrace: str


class PoolRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``slot_pool``; -1 slots means no limit."""

    name: str
    slots: int
    description: str | None
    include_deferred: bool


class JobRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``job``: a component and its last heartbeat."""

    id: int
    job_type: str
    state: str
    hostname: str
    start_date: datetime
    latest_heartbeat: datetime
    end_date: datetime | None = None
    executor_class: str | None = None
    unixname: str | None = None
    dag_id: str | None = None


class NewRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run to be made."""

    dag_id: str
    run_id: str
    run_type: str
    run_after: datetime
    queued_at: datetime
    state: DagRunState = DagRunState.QUEUED
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    conf: str = "{}"
    triggered_by: str | None = None
    triggering_user_name: str | None = None
    note: str | None = None
    backfill_id: int | None = None
    partition_key: str | None = None
    partition_date: datetime | None = None
    version_hash: str | None = None
    options: dict[str, Any] = {}
    """Fields of RunFacts that somebody chose for this run (``mark_success``, ``only_tasks``, …)."""


class DagScheduling(msgspec.Struct, frozen=True, kw_only=True):
    """What the scheduler needs of one row of ``dag`` to make and start runs."""

    dag_id: str
    is_paused: bool
    is_stale: bool
    has_import_errors: bool
    fileloc: str
    bundle_name: str
    max_active_runs: int
    version_hash: str | None
    next_dagrun_logical_date: datetime | None = None
    next_dagrun_data_interval_start: datetime | None = None
    next_dagrun_data_interval_end: datetime | None = None
    next_dagrun_run_after: datetime | None = None
    next_dagrun_partition_key: str | None = None
    next_dagrun_partition_date: datetime | None = None
    next_dagrun_run_id: str | None = None


DagSchedule = DagScheduling


def next_run(row: DagRecord | DagScheduling) -> RunInfo | None:
    """The next run of a DAG as its row has it, or None."""
    logical, run_after = row.next_dagrun_logical_date, row.next_dagrun_run_after
    if logical is None or run_after is None:
        return None
    start, end = row.next_dagrun_data_interval_start, row.next_dagrun_data_interval_end
    return RunInfo(
        run_after=run_after,
        logical_date=logical,
        data_interval=DataInterval(start or logical, end or logical),
        run_id=row.next_dagrun_run_id,
        partition_key=row.next_dagrun_partition_key,
        partition_date=row.next_dagrun_partition_date,
    )


class Occupied(msgspec.Struct, frozen=True, kw_only=True):
    """How many task instances of one task of one run hold something, by state and pool."""

    dag_id: str
    run_id: str
    task_id: str
    state: TaskInstanceState
    pool: str
    count: int
    slots: int
    executor: str | None = None


class LostCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """A queued or running attempt of which nothing was heard for long."""

    run_pk: int
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    attempt_id: str
    dispatch: int
    state: TaskInstanceState
    heard: datetime | None
    addressed_to: str | None


class WatchedAsset(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that a DAG waits for.

    ``seen`` is the number of the newest event that its runs know, or that is older than its waiting.
    """

    asset_id: int
    seen: int
    only_aliases: bool
    """Only events that came by an alias that the DAG waits for count."""
