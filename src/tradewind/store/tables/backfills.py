"""Backfills and the runs that belong to them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from tradewind.store.tables.base import Key, LongText, Name, Short, Time, flag, key, metadata, number

backfill = Table(
    "backfill",
    metadata,
    key(),
    Column("dag_id", Name, nullable=False),
    Column("from_date", Time, nullable=False),
    Column("to_date", Time, nullable=False),
    Column("dag_run_conf", LongText),
    flag("is_paused"),
    Column("reprocess_behavior", Short, nullable=False, server_default="none"),
    number("max_active_runs", 10),
    Column("created_at", Time, nullable=False),
    Column("completed_at", Time),
    Column("updated_at", Time, nullable=False),
    Column("triggering_user_name", String(512)),
    Index("idx_backfill_dag_id", "dag_id"),
    sqlite_autoincrement=True,
)

backfill_dag_run = Table(
    "backfill_dag_run",
    metadata,
    key(),
    Column("backfill_id", Key, ForeignKey("backfill.id", ondelete="CASCADE"), nullable=False),
    Column("dag_run_id", Key, ForeignKey("dag_run.id", ondelete="SET NULL")),
    Column("exception_reason", String(250)),
    Column("logical_date", Time),
    Column("partition_key", Name),
    Column("sort_ordinal", Integer, nullable=False),
    Index("ix_bdr_backfill_id", "backfill_id", "sort_ordinal"),
    Index("ix_bdr_dag_run_id", "dag_run_id"),
)
