"""Generated secrets and other single values (ours)."""

from __future__ import annotations

from sqlalchemy import Column, Table

from tradewind.store.tables.base import LongText, Name, Time, metadata

setting = Table(
    "setting",
    metadata,
    Column("name", Name, primary_key=True),
    Column("value", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
)
