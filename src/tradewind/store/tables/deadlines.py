"""By when something has to be done: deadlines of runs, and SLAs of tasks."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from tradewind.store.tables.base import Name, Short, Time, flag, key, metadata, to_run

deadline = Table(
    "deadline",
    metadata,
    key(),
    Column("deadline_time", Time, nullable=False),
    flag("missed"),
    Column("created_at", Time, nullable=False),
    # Ours: whose it is. ``kind`` is ``deadline`` (``alert`` counts within the DAG), ``sla`` (of a task), or
    # ``reference``: when to ask a plug-in for the moment of a deadline.
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("kind", Short, nullable=False),
    Column("alert", Integer, nullable=False, server_default="0"),
    Column("name", String(250)),
    Column("task_id", Name),
    to_run(),
    Index("idx_deadline_missed_deadline_time", "missed", "deadline_time"),
    Index("idx_deadline_dag_id_run_id", "dag_id", "run_id"),
    sqlite_autoincrement=True,
)
