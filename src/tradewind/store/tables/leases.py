"""Which scheduler owns which DAG (ours)."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from tradewind.store.tables.base import Name, Time, metadata, number

scheduler_lease = Table(
    "scheduler_lease",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("hostname", Name, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("acquired_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    number("fence", 0),
)

scheduler_shard = Table(
    "scheduler_shard",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("owner", String(64)),
    number("fence", 0),
)
