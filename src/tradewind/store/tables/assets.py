"""Assets, who mentions them, what happened to them, and the runs that wait for that."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from tradewind.store.tables.base import (
    Key,
    LongText,
    Name,
    OnMysql,
    Time,
    flag,
    index,
    key,
    metadata,
    to_dag,
)

Text1500: Final = sa.String(1500).with_variant(
    # One byte a letter: a unique index of MySQL holds 3,072 bytes. So it takes Latin letters only there.
    OnMysql("VARCHAR(1500) CHARACTER SET latin1 COLLATE latin1_general_cs"),
    "mysql",
    "mariadb",
)


def _to(table: str, column: str) -> Column[int]:
    """Part of a primary key; the row goes when the other one goes."""
    target = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(column, Key, target, primary_key=True, autoincrement=False)


asset = Table(
    "asset",
    metadata,
    key(),
    Column("name", Text1500, nullable=False),
    Column("uri", Text1500, nullable=False),
    Column("group", Text1500, nullable=False, server_default="asset"),
    Column("extra", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    # Ours: MySQL cannot hold both texts in one index, so uniqueness is by their hash (sha256, hex).
    Column("name_uri_hash", String(64), nullable=False, unique=True),
    index("idx_asset_name", "name", mysql_length=255, mariadb_length=255),
    index("idx_asset_uri", "uri", mysql_length=255, mariadb_length=255),
    sqlite_autoincrement=True,
)

asset_alias = Table(
    "asset_alias",
    metadata,
    key(),
    Column("name", Text1500, nullable=False, unique=True),
    Column("group", Text1500, nullable=False, server_default="asset"),
    sqlite_autoincrement=True,
)

asset_alias_asset = Table(
    "asset_alias_asset",
    metadata,
    _to("asset_alias", "alias_id"),
    _to("asset", "asset_id"),
    Index("idx_asset_alias_asset_asset_id", "asset_id"),
)

asset_event = Table(
    "asset_event",
    metadata,
    key(),
    Column("asset_id", Key, ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
    Column("extra", LongText, nullable=False),
    Column("source_task_id", Name),
    Column("source_dag_id", Name),
    Column("source_run_id", Name),
    Column("source_map_index", Integer, server_default="-1"),
    Column("timestamp", Time, nullable=False),
    Column("partition_key", Name),
    Index("idx_asset_event_asset_id", "asset_id", "id"),
    Index("idx_asset_event_timestamp", "timestamp"),
    Index("idx_asset_event_source", "source_dag_id", "source_run_id"),
    sqlite_autoincrement=True,
)

asset_alias_asset_event = Table(
    "asset_alias_asset_event",
    metadata,
    _to("asset_alias", "alias_id"),
    _to("asset_event", "event_id"),
    Index("idx_asset_alias_asset_event_event_id", "event_id"),
)

asset_dag_run_queue = Table(
    "asset_dag_run_queue",
    metadata,
    _to("asset", "asset_id"),
    Column("target_dag_id", Name, primary_key=True),
    Column("created_at", Time, nullable=False),
    to_dag("target_dag_id"),
    Index("idx_asset_dag_run_queue_target_dag_id", "target_dag_id"),
)

dagrun_asset_event = Table(
    "dagrun_asset_event",
    metadata,
    _to("dag_run", "dag_run_id"),
    _to("asset_event", "event_id"),
    Index("idx_dagrun_asset_event_event_id", "event_id"),
)


asset_event_seen = Table(
    # Ours: the newest event of an asset that a DAG's runs have been told of.
    "asset_event_seen",
    metadata,
    _to("asset", "asset_id"),
    Column("dag_id", Name, primary_key=True),
    Column("event_id", Key, nullable=False),
    to_dag(),
    Index("idx_asset_event_seen_dag_id", "dag_id"),
)

asset_partition_dag_run = Table(
    "asset_partition_dag_run",
    metadata,
    key(),
    Column("target_dag_id", Name, nullable=False),
    Column("created_dag_run_id", Key, ForeignKey("dag_run.id", ondelete="SET NULL")),
    Column("partition_key", Name, nullable=False),
    Column("partition_date", Time),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    # Ours: the row waits for its run. A deleted run does not make it wait again.
    flag("is_open", default=True),
    to_dag("target_dag_id"),
    Index("idx_asset_partition_dag_run_target", "target_dag_id", "is_open", "partition_key"),
    Index("idx_asset_partition_dag_run_created", "created_dag_run_id"),
    sqlite_autoincrement=True,
)

partitioned_asset_key_log = Table(
    "partitioned_asset_key_log",
    metadata,
    key(),
    Column("asset_id", Key, ForeignKey("asset.id", ondelete="CASCADE"), nullable=False),
    Column("asset_event_id", Key, ForeignKey("asset_event.id", ondelete="CASCADE"), nullable=False),
    Column(
        "asset_partition_dag_run_id",
        Key,
        ForeignKey("asset_partition_dag_run.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("source_partition_key", Name),
    Column("target_dag_id", Name, nullable=False),
    Column("target_partition_key", Name, nullable=False),
    Column("created_at", Time, nullable=False),
    Index("idx_partitioned_asset_key_log_run", "asset_partition_dag_run_id"),
    Index("idx_partitioned_asset_key_log_asset", "asset_id"),
    Index("idx_partitioned_asset_key_log_event", "asset_event_id"),
    sqlite_autoincrement=True,
)

asset_watcher = Table(
    "asset_watcher",
    metadata,
    Column("name", Text1500, primary_key=True),
    _to("asset", "asset_id"),
    _to("trigger", "trigger_id"),
    Index("idx_asset_watcher_trigger_id", "trigger_id"),
    Index("idx_asset_watcher_asset_id", "asset_id"),
)


def _mention(name: str, *keys: Column[int] | Column[str]) -> Table:
    """A table that says which DAG (or which of its tasks) mentions something."""
    table = Table(
        name,
        metadata,
        *keys,
        Column("dag_id", Name, primary_key=True),
        Column("created_at", Time, nullable=False),
        Column("updated_at", Time, nullable=False),
        to_dag(),
    )
    Index(f"idx_{name}_dag_id", table.c.dag_id)
    return table


def _by_task(name: str) -> Table:
    table = _mention(name, _to("asset", "asset_id"))
    table.append_column(Column("task_id", Name, primary_key=True))
    return table


dag_schedule_asset_reference = _mention("dag_schedule_asset_reference", _to("asset", "asset_id"))
dag_schedule_asset_alias_reference = _mention(
    "dag_schedule_asset_alias_reference", _to("asset_alias", "alias_id")
)
dag_schedule_asset_name_reference = _mention(
    "dag_schedule_asset_name_reference", Column("name", Text1500, primary_key=True)
)
dag_schedule_asset_uri_reference = _mention(
    "dag_schedule_asset_uri_reference", Column("uri", Text1500, primary_key=True)
)
task_outlet_asset_reference = _by_task("task_outlet_asset_reference")
task_inlet_asset_reference = _by_task("task_inlet_asset_reference")
