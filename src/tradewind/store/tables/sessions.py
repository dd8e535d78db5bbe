"""Tokens that ended before their time."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, Index, String, Table

from tradewind.store.tables.base import Time, metadata

TokenId: Final = String(64)

revoked_token = Table(
    "revoked_token",
    metadata,
    Column("jti", TokenId, primary_key=True),
    # When it would have ended by itself; the row is of no use afterwards.
    Column("exp", Time, nullable=False),
    Index("idx_revoked_token_exp", "exp"),
)
