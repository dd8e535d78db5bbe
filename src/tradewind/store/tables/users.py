"""People who may log in."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from tradewind.store.tables.base import Time, flag, key, metadata, number

ab_user = Table(
    "ab_user",
    metadata,
    key(),
    Column("first_name", String(256), nullable=False, server_default=""),
    Column("last_name", String(256), nullable=False, server_default=""),
    Column("username", String(512), nullable=False, unique=True),
    Column("password", String(256)),
    flag("active", default=True),
    Column("email", String(512), nullable=False, server_default=""),
    Column("last_login", Time),
    number("login_count", 0),
    number("fail_login_count", 0),
    Column("created_on", Time),
    Column("changed_on", Time),
    Column("created_by_fk", Integer),
    Column("changed_by_fk", Integer),
    # Ours.
    Column("role", String(64), nullable=False, server_default="Viewer"),
    sqlite_autoincrement=True,
)
