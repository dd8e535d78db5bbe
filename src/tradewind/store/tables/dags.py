"""DAGs, their versions, and what the DAG processor says of files."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from tradewind.store.tables.base import (
    LongText,
    Name,
    Short,
    Time,
    Uuid,
    flag,
    index,
    key,
    metadata,
    number,
    to_dag,
)

dag = Table(
    "dag",
    metadata,
    Column("dag_id", Name, primary_key=True),
    flag("is_paused"),
    flag("is_stale", default=False),
    flag("exceeds_max_non_backfill"),
    Column("last_parsed_time", Time),
    Column("last_parse_duration", Float),
    Column("last_expired", Time),
    Column("fileloc", String(2000), nullable=False, server_default=""),
    Column("relative_fileloc", String(2000), nullable=False, server_default=""),
    Column("bundle_name", Name, nullable=False, server_default="dags-folder"),
    Column("bundle_version", String(200)),
    Column("owners", String(2000), nullable=False, server_default=""),
    Column("dag_display_name", String(2000), nullable=False, server_default=""),
    Column("description", Text),
    Column("timetable_type", String(255)),
    Column("timetable_summary", Text),
    Column("timetable_description", String(1000)),
    Column("asset_expression", LongText),
    number("max_active_tasks", 16),
    number("max_active_runs", 16),
    number("max_consecutive_failed_dag_runs", 0),
    flag("has_task_concurrency_limits"),
    flag("has_import_errors"),
    flag("fail_fast"),
    Column("allowed_run_types", Text),
    Column("next_dagrun", Time),
    Column("next_dagrun_data_interval_start", Time),
    Column("next_dagrun_data_interval_end", Time),
    Column("next_dagrun_create_after", Time),
    # Ours: the hash of the newest stored spec, and a number that every writer of the row raises.
    Column("version_hash", String(64)),
    number("row_version", 0),
    Column("next_dagrun_partition_key", Name),
    Column("next_dagrun_partition_date", Time),
    # Ours: the id that a plug-in gave the next run.
    Column("next_dagrun_run_id", Name),
    Index("idx_next_dagrun_create_after", "next_dagrun_create_after"),
)

dag_tag = Table(
    "dag_tag",
    metadata,
    Column("dag_id", Name, primary_key=True),
    Column("name", String(100), primary_key=True),
    to_dag(),
    Index("idx_dag_tag_name", "name"),
)

dag_owner_attributes = Table(
    "dag_owner_attributes",
    metadata,
    Column("dag_id", Name, primary_key=True),
    Column("owner", String(500), primary_key=True),
    Column("link", String(500), nullable=False),
    to_dag(),
)

dag_warning = Table(
    "dag_warning",
    metadata,
    Column("dag_id", Name, primary_key=True),
    Column("warning_type", Short, primary_key=True),
    Column("message", Text, nullable=False),
    Column("timestamp", Time, nullable=False),
    to_dag(),
)

dag_favorite = Table(
    "dag_favorite",
    metadata,
    Column("user_id", String(512), primary_key=True),
    Column("dag_id", Name, primary_key=True),
    to_dag(),
)

dag_version = Table(
    "dag_version",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version_number", Integer, nullable=False),
    Column("dag_id", Name, nullable=False),
    Column("bundle_name", Name),
    Column("bundle_version", Name),
    Column("created_at", Time, nullable=False),
    Column("last_updated", Time, nullable=False),
    to_dag(),
    UniqueConstraint("dag_id", "version_number", name="dag_id_v_name_v_number_unique_constraint"),
)

serialized_dag = Table(
    "serialized_dag",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dag_id", Name, nullable=False),
    Column("data", LongText, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("last_updated", Time, nullable=False),
    Column("dag_hash", String(64), nullable=False),
    Column("dag_version_id", Uuid, nullable=False, unique=True),
    ForeignKeyConstraint(["dag_version_id"], ["dag_version.id"], ondelete="CASCADE"),
    Index("idx_serialized_dag_dag_id_dag_hash", "dag_id", "dag_hash"),
)

dag_code = Table(
    "dag_code",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("dag_id", Name, nullable=False),
    Column("fileloc", String(2000), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("last_updated", Time, nullable=False),
    Column("source_code", LongText, nullable=False),
    Column("source_code_hash", String(64), nullable=False),
    Column("dag_version_id", Uuid, nullable=False, unique=True),
    ForeignKeyConstraint(["dag_version_id"], ["dag_version.id"], ondelete="CASCADE"),
)

import_error = Table(
    "import_error",
    metadata,
    key(),
    Column("timestamp", Time, nullable=False),
    Column("filename", String(1024), nullable=False),
    Column("bundle_name", Name),
    Column("stacktrace", LongText, nullable=False),
    index("idx_import_error_filename", "filename", mysql_length=255, mariadb_length=255),
)

dag_priority_parsing_request = Table(
    "dag_priority_parsing_request",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("bundle_name", Name, nullable=False),
    Column("relative_fileloc", String(2000), nullable=False),
)

file_warning = Table(
    "file_warning",
    metadata,
    key(),
    Column("timestamp", Time, nullable=False),
    Column("filename", String(1024), nullable=False),
    Column("bundle_name", Name),
    Column("message", LongText, nullable=False),
    index("idx_file_warning_filename", "filename", mysql_length=255, mariadb_length=255),
)
