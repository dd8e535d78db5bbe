"""Watchers of assets: which DAGs want them, and how much of what they said is recorded. All of it ours."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from tradewind.store.tables.assets import Text1500
from tradewind.store.tables.base import Key, Name, Time, metadata, to_dag

dag_asset_watcher_reference = Table(
    "dag_asset_watcher_reference",
    metadata,
    Column("dag_id", Name, primary_key=True),
    Column(
        "asset_id", Key, ForeignKey("asset.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("name", Text1500, primary_key=True),
    Column("trigger_id", Key, ForeignKey("trigger.id", ondelete="CASCADE"), nullable=False),
    to_dag(),
    Index("idx_dag_asset_watcher_reference_trigger_id", "trigger_id"),
    Index("idx_dag_asset_watcher_reference_asset_id", "asset_id"),
)

trigger_told = Table(
    # The newest event that is recorded of each time that a trigger was begun.
    "trigger_told",
    metadata,
    Column(
        "trigger_id", Key, ForeignKey("trigger.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("begun", String(36), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("told_at", Time, nullable=False),
    Index("idx_trigger_told_told_at", "told_at"),
)
