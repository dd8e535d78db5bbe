"""Components and their heartbeats; the audit log."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from tradewind.store.tables.base import LongText, Name, Time, key, metadata

job = Table(
    "job",
    metadata,
    key(),
    Column("dag_id", Name),
    Column("state", String(20)),
    Column("job_type", String(30)),
    Column("start_date", Time),
    Column("end_date", Time),
    Column("latest_heartbeat", Time),
    Column("executor_class", String(500)),
    Column("hostname", String(500)),
    Column("unixname", String(1000)),
    # Ours: where the component listens, if it does.
    Column("address", String(500)),
    Index("job_type_heart", "job_type", "latest_heartbeat"),
)

log = Table(
    "log",
    metadata,
    key(),
    Column("dttm", Time, nullable=False),
    Column("dag_id", Name),
    Column("task_id", Name),
    Column("map_index", Integer),
    Column("event", String(60), nullable=False),
    Column("logical_date", Time),
    Column("run_id", Name),
    Column("try_number", Integer),
    Column("owner", String(500)),
    Column("owner_display_name", String(500)),
    Column("extra", LongText),
    Index("idx_log_dag_id", "dag_id", "dttm"),
    Index("idx_log_dttm", "dttm"),
)
