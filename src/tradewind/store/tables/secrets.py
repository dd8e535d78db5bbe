"""Variables and connections. ``is_encrypted`` says whether the value went through the cipher."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from tradewind.store.tables.base import LongText, Name, flag, key, metadata

variable = Table(
    "variable",
    metadata,
    key(),
    Column("key", Name, nullable=False, unique=True),
    Column("val", LongText),
    Column("description", Text),
    flag("is_encrypted"),
)

connection = Table(
    "connection",
    metadata,
    key(),
    Column("conn_id", Name, nullable=False, unique=True),
    Column("conn_type", String(500), nullable=False),
    Column("description", Text),
    Column("host", String(500)),
    Column("schema", String(500)),
    Column("login", Text),
    Column("password", LongText),
    Column("port", Integer),
    flag("is_encrypted"),
    flag("is_extra_encrypted"),
    Column("extra", LongText),
)
