"""Variables, connections and their tests. ``is_encrypted`` says whether the value went through the cipher."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from tradewind.store.tables.base import Key, LongText, Name, Time, flag, key, metadata

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

connection_test_request = Table(
    "connection_test_request",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("connection_id", Name, nullable=False),
    Column("state", String(20), nullable=False),
    Column("result_message", LongText),
    Column("created_at", Time, nullable=False),
    flag("commit_on_success"),
    # Ours: who asked, what is tried out, encrypted as one text, and the callback that does it.
    Column("requested_by", String(512), nullable=False),
    Column("details", LongText),
    Column("callback_id", Key),
    Index("idx_connection_test_request_callback_id", "callback_id"),
    Index("idx_connection_test_request_connection_id", "connection_id"),
)
