"""Webhooks: doors through which events from outside start runs, and what came through them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from tradewind.store.tables.base import Key, LongText, Name, Time, flag, metadata, to_dag

webhook = Table(
    "webhook",
    metadata,
    Column("name", Name, primary_key=True),
    # What it starts: runs of a DAG, or updates of an asset. One of the two is set.
    Column("dag_id", Name),
    Column("asset_id", Key, ForeignKey("asset.id", ondelete="CASCADE")),
    Column("secret", LongText, nullable=False),
    flag("is_encrypted"),
    flag("signed_only"),
    Column("params", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    to_dag(),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("webhook", Name, ForeignKey("webhook.name", ondelete="CASCADE"), primary_key=True),
    Column("delivery_id", String(250), primary_key=True),
    Column("received_at", Time, nullable=False),
    Column("run_id", Name),
    Index("idx_webhook_delivery_received_at", "received_at"),
)
