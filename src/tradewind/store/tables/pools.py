"""Pools."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from tradewind.store.tables.base import flag, key, metadata

slot_pool = Table(
    "slot_pool",
    metadata,
    key(),
    Column("pool", String(256), nullable=False, unique=True),
    Column("slots", Integer, nullable=False),
    Column("description", Text),
    flag("include_deferred"),
)
