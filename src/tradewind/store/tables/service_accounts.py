"""Programs that use the API, and the tokens that they do it with."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table

from tradewind.store.tables.base import Key, LongText, Time, key, metadata

service_account = Table(
    "service_account",
    metadata,
    key(),
    Column("name", String(100), nullable=False, unique=True),
    Column("description", String(500), nullable=False, server_default=""),
    Column("created_on", Time, nullable=False),
    sqlite_autoincrement=True,
)

service_token = Table(
    "service_token",
    metadata,
    key(),
    Column("account_id", Key, ForeignKey("service_account.id", ondelete="CASCADE"), nullable=False),
    # SHA-256 of the token, which is random and long: no salt and no slow hash is needed.
    Column("digest", String(64), nullable=False, unique=True),
    # A JSON list of what it may do: names of roles, and pairs such as can_read:DAGs.
    Column("scopes", LongText, nullable=False),
    Column("created_on", Time, nullable=False),
    Column("expires_on", Time, nullable=False),
    Column("last_used_on", Time),
    Index("idx_service_token_account_id", "account_id"),
    sqlite_autoincrement=True,
)
