"""Tasks, as a DAG's file defines them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.api.schemas.common import Answer, JsonObject


class TimeDelta(Answer, kw_only=True):
    """A length of time in Airflow's three parts."""

    kind: str = msgspec.field(default="TimeDelta", name="__type")
    days: int
    seconds: int
    microseconds: int


class TaskResponse(Answer, kw_only=True):
    """One task."""

    task_id: str | None
    task_display_name: str | None
    owner: str | None
    start_date: datetime | None
    end_date: datetime | None
    trigger_rule: str | None
    depends_on_past: bool
    wait_for_downstream: bool
    retries: float | None
    queue: str | None
    pool: str | None
    pool_slots: float | None
    execution_timeout: TimeDelta | None
    retry_delay: TimeDelta | None
    retry_exponential_backoff: float
    priority_weight: float | None
    weight_rule: str | None
    ui_color: str | None
    ui_fgcolor: str | None
    template_fields: list[str] | None
    downstream_task_ids: list[str] | None
    doc_md: str | None
    operator_name: str | None
    params: JsonObject | None
    class_ref: JsonObject | None
    is_mapped: bool | None
    extra_links: list[str]


class TaskCollectionResponse(Answer, kw_only=True):
    """The tasks of a DAG."""

    tasks: list[TaskResponse]
    total_entries: int


class TaskQuery(msgspec.Struct, kw_only=True):
    """In which order."""

    order_by: str = "task_id"
