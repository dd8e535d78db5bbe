"""XComs: what tasks hand to each other."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from tradewind.store.tables.base import Key, LongText, Name, Time, flag, metadata

SKIPS_KEY = "skipmixin_key"
"""The key under which a branch remembers what it skipped; Airflow's name."""

xcom = Table(
    "xcom",
    metadata,
    Column(
        "dag_run_id", Key, ForeignKey("dag_run.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("task_id", Name, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("key", String(512), primary_key=True),
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("value", LongText),
    Column("timestamp", Time, nullable=False),
    flag("dag_result"),
)
