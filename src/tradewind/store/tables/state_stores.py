"""What tasks keep between their tries, and what is kept about assets between runs."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from tradewind.store.tables.base import Key, LongText, Name, Short, Time, metadata

task_state_store = Table(
    "task_state_store",
    metadata,
    Column(
        "dag_run_id", Key, ForeignKey("dag_run.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("task_id", Name, primary_key=True),
    Column("map_index", Integer, primary_key=True, autoincrement=False),
    Column("key", String(512), primary_key=True),
    Column("value", LongText, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("expires_at", Time),
    Index("idx_task_state_store_expires_at", "expires_at"),
)

asset_state_store = Table(
    "asset_state_store",
    metadata,
    Column(
        "asset_id", Key, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("key", String(512), primary_key=True),
    Column("value", LongText, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("writer_kind", Short, nullable=False),
    Column("dag_id", Name),
    Column("run_id", Name),
    Column("task_id", Name),
    Column("map_index", Integer),
)
