"""Import errors, jobs and the audit log."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer


class ImportErrorResponse(Answer, kw_only=True):
    """Why a DAG file could not be imported."""

    import_error_id: int
    timestamp: datetime
    filename: str
    bundle_name: str | None
    stack_trace: str


class ImportErrorCollectionResponse(Answer, kw_only=True):
    """A page of import errors."""

    import_errors: list[ImportErrorResponse]
    total_entries: int


class ImportErrorQuery(Paged, kw_only=True):
    """Which import errors to list."""

    filename_pattern: str | None = None
    filename_prefix_pattern: str | None = None
    filename: str | None = None
    bundle_name: str | None = None


class EventLogResponse(Answer, kw_only=True):
    """Something that a person, or the system, did."""

    event_log_id: int
    when: datetime
    dag_id: str | None
    task_id: str | None
    run_id: str | None
    map_index: int | None
    try_number: int | None
    event: str
    logical_date: datetime | None
    owner: str | None
    extra: str | None
    dag_display_name: str | None = None
    task_display_name: str | None = None


class EventLogCollectionResponse(Answer, kw_only=True):
    """A page of the audit log."""

    event_logs: list[EventLogResponse]
    total_entries: int


class EventLogQuery(Paged, kw_only=True):
    """Which entries to list."""

    dag_id: str | None = None
    task_id: str | None = None
    run_id: str | None = None
    map_index: int | None = None
    try_number: int | None = None
    owner: str | None = None
    event: str | None = None
    excluded_events: list[str] | None = None
    included_events: list[str] | None = None
    before: datetime | None = None
    after: datetime | None = None
    dag_id_pattern: str | None = None
    task_id_pattern: str | None = None
    run_id_pattern: str | None = None
    owner_pattern: str | None = None
    event_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    task_id_prefix_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    owner_prefix_pattern: str | None = None
    event_prefix_pattern: str | None = None


class JobQuery(Paged, kw_only=True):
    """Which jobs to list."""

    is_alive: bool | None = None
    start_date_gte: datetime | None = None
    start_date_gt: datetime | None = None
    start_date_lte: datetime | None = None
    start_date_lt: datetime | None = None
    end_date_gte: datetime | None = None
    end_date_gt: datetime | None = None
    end_date_lte: datetime | None = None
    end_date_lt: datetime | None = None
    job_state: str | None = None
    job_type: str | None = None
    hostname: str | None = None
    executor_class: str | None = None


class Empty(msgspec.Struct, kw_only=True):
    """An empty object."""
