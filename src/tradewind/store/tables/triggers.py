"""What waits outside of tasks: triggers of deferred tasks, callbacks to run."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from tradewind.store.tables.base import Key, LongText, Name, Short, Time, Uuid, key, metadata, number, to_run

trigger = Table(
    "trigger",
    metadata,
    key(),
    Column("classpath", String(1000), nullable=False),
    Column("kwargs", LongText, nullable=False),
    Column("created_date", Time, nullable=False),
    Column("triggerer_id", Integer),
    Column("queue", String(256)),
    # Ours: the attempt that waits for it; or, of one that watches assets, what makes two of them equal.
    Column("ti_id", Uuid),
    Column("digest", String(64)),
    Index("idx_trigger_triggerer_id", "triggerer_id"),
    Index("idx_trigger_ti_id", "ti_id"),
    Index("idx_trigger_digest", "digest", unique=True),
    sqlite_autoincrement=True,
)

callback = Table(
    "callback",
    metadata,
    key(),
    Column("type", String(20), nullable=False),
    Column("fetch_method", String(20), nullable=False, server_default="dag_attribute"),
    Column("data", LongText, nullable=False),
    Column("state", String(10), nullable=False, server_default="pending"),
    Column("output", LongText),
    number("priority_weight", 1),
    Column("created_at", Time, nullable=False),
    Column("trigger_id", Key),
    # Ours: whose callback it is.
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name),
    Column("ti_id", Uuid),
    number("dispatch", 0),
    Column("sent_at", Time),
    to_run(),
    Index("idx_callback_state", "state"),
    Index("idx_callback_ti_id", "ti_id"),
    Index("idx_callback_dag_id_run_id", "dag_id", "run_id"),
    sqlite_autoincrement=True,
)

inbox = Table(
    "inbox",
    metadata,
    key(),
    Column("shard", Integer, nullable=False),
    Column("attempt_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Short, nullable=False),
    Column("payload", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    Index("idx_inbox_shard", "shard", "id"),
    Index("idx_inbox_attempt_id", "attempt_id", "seq", unique=True),
    sqlite_autoincrement=True,
)
