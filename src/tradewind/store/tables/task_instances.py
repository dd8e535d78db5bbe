"""Task instances, their earlier tries, and what hangs on them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from tradewind.domain.states import TaskInstanceState as T
from tradewind.store.statements import one_of
from tradewind.store.tables.base import (
    Key,
    LongText,
    Name,
    Time,
    Uuid,
    key,
    metadata,
    number,
    partial,
    to_run,
)

HELD: Final = (T.QUEUED, T.RUNNING, T.RESTARTING, T.DEFERRED, T.AWAITING_INPUT)
"""States that count against some limit, and those somebody must hear from."""

UNWELL: Final = (T.FAILED, T.UPSTREAM_FAILED, T.UP_FOR_RETRY)
"""What somebody who looks after all DAGs looks for among millions of successes."""


def _shared() -> list[Column[Any]]:
    """The columns of a try, the same in the live table and in the history."""
    return [
        Column("dag_id", Name, nullable=False),
        Column("run_id", Name, nullable=False),
        Column("task_id", Name, nullable=False),
        number("map_index", -1),
        Column("state", String(20)),
        number("try_number", 0),
        number("max_tries", 0),
        Column("start_date", Time),
        Column("end_date", Time),
        Column("duration", Float),
        Column("hostname", String(1000)),
        Column("unixname", String(1000)),
        Column("pid", Integer),
        Column("pool", String(256), nullable=False, server_default="default_pool"),
        number("pool_slots", 1),
        Column("queue", String(256)),
        number("priority_weight", 1),
        Column("operator", String(1000)),
        Column("custom_operator_name", String(1000)),
        Column("queued_dttm", Time),
        Column("scheduled_dttm", Time),
        Column("queued_by_job_id", Integer),
        Column("last_heartbeat_at", Time),
        Column("executor", String(1000)),
        Column("executor_config", LongText),
        Column("updated_at", Time),
        Column("rendered_map_index", String(250)),
        Column("external_executor_id", Text),
        Column("trigger_id", Key),
        Column("trigger_timeout", Time),
        Column("next_method", String(1000)),
        Column("next_kwargs", LongText),
        Column("task_display_name", String(2000)),
        Column("dag_version_id", Uuid),
        Column("retry_delay_override", Float),
        Column("retry_reason", String(500)),
        Column("context_carrier", Text),
        # Ours.
        number("dispatch", 0),
        number("lost", 0),
        Column("reason", Text),
        Column("first_start", Time),
        Column("reschedule_date", Time),
        Column("claim", String(200)),
    ]


SHARED: Final = tuple(column.name for column in _shared())

task_instance = Table(
    "task_instance",
    metadata,
    Column("id", Uuid, primary_key=True),
    *_shared(),
    # Where mapping is nested: the index at each level, as "2.0". The map index is then but a number.
    Column("map_path", Text),
    to_run(),
    UniqueConstraint("dag_id", "run_id", "task_id", "map_index", name="task_instance_composite_key"),
)
partial("idx_task_instance_held", task_instance.c.state, where=one_of(task_instance.c.state, HELD))
partial("idx_task_instance_unwell", task_instance.c.state, where=one_of(task_instance.c.state, UNWELL))

task_instance_history = Table(
    "task_instance_history",
    metadata,
    Column("task_instance_id", Uuid, primary_key=True),
    *_shared(),
    to_run(),
    Index("idx_task_instance_history_key", "dag_id", "run_id", "task_id", "map_index"),
)

task_instance_note = Table(
    "task_instance_note",
    metadata,
    Column(
        "ti_id",
        Uuid,
        ForeignKey("task_instance.id", ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
    ),
    Column("user_id", String(128)),
    Column("content", Text),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
)

task_reschedule = Table(
    "task_reschedule",
    metadata,
    key(),
    Column(
        "ti_id", Uuid, ForeignKey("task_instance.id", ondelete="CASCADE", onupdate="CASCADE"), nullable=False
    ),
    Column("start_date", Time, nullable=False),
    Column("end_date", Time, nullable=False),
    Column("duration", Integer, nullable=False),
    Column("reschedule_date", Time, nullable=False),
    Index("idx_task_reschedule_ti_id", "ti_id"),
)

task_map = Table(
    "task_map",
    metadata,
    Column("dag_id", Name, primary_key=True),
    Column("run_id", Name, primary_key=True),
    Column("task_id", Name, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("length", Integer, nullable=False),
    Column("keys", LongText),
    to_run(),
    sqlite_with_rowid=False,
)

rendered_task_instance_fields = Table(
    "rendered_task_instance_fields",
    metadata,
    Column("dag_id", Name, primary_key=True),
    Column("run_id", Name, primary_key=True),
    Column("task_id", Name, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("rendered_fields", LongText, nullable=False),
    Column("k8s_pod_yaml", LongText),
    to_run(),
)

sla_miss = Table(
    "sla_miss",
    metadata,
    Column("task_id", Name, primary_key=True),
    Column("dag_id", Name, primary_key=True),
    Column("execution_date", Time, primary_key=True),
    Column("email_sent", Integer, nullable=False, server_default="0"),
    Column("timestamp", Time),
    Column("description", Text),
    Column("notification_sent", Integer, nullable=False, server_default="0"),
    Index("sm_dag", "dag_id"),
)
