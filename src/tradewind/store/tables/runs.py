"""DAG runs and their notes."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from tradewind.domain.states import DagRunState
from tradewind.store.statements import one_of
from tradewind.store.tables.base import Key, LongText, Name, Short, Time, Uuid, key, metadata, number, partial

ACTIVE: Final = (DagRunState.QUEUED, DagRunState.RUNNING)

dag_run = Table(
    "dag_run",
    metadata,
    key(),
    Column("dag_id", Name, nullable=False),
    Column("run_id", Name, nullable=False),
    Column("state", Short, nullable=False),
    Column("run_type", Short, nullable=False),
    Column("logical_date", Time),
    Column("data_interval_start", Time),
    Column("data_interval_end", Time),
    Column("run_after", Time, nullable=False),
    Column("queued_at", Time),
    Column("start_date", Time),
    Column("end_date", Time),
    Column("triggered_by", Short),
    Column("triggering_user_name", String(512)),
    Column("conf", LongText),
    Column("creating_job_id", Integer),
    Column("last_scheduling_decision", Time),
    Column("log_template_id", Integer),
    Column("updated_at", Time),
    number("clear_number", 0),
    Column("backfill_id", Key),
    Column("bundle_version", Name),
    Column("created_dag_version_id", Uuid),
    Column("partition_key", Name),
    Column("partition_date", Time),
    Column("context_carrier", Text),
    # Ours.
    number("row_version", 0),
    Column("last_writer", BigInteger),
    Column("version_hash", String(64)),
    Column("reason", Text),
    Column("options", LongText),
    UniqueConstraint("dag_id", "run_id", name="dag_run_dag_id_run_id_key"),
    UniqueConstraint("dag_id", "logical_date", name="dag_run_dag_id_logical_date_key"),
    Index("idx_dag_run_dag_id_run_after", "dag_id", "run_after"),
    Index("idx_dag_run_run_after", "run_after"),  # the newest runs of all DAGs
    # AUTOINCREMENT: the number of a deleted run must not name another one later.
    sqlite_autoincrement=True,
)
partial("idx_dag_run_active", dag_run.c.state, dag_run.c.dag_id, where=one_of(dag_run.c.state, ACTIVE))
partial("idx_dag_run_backfill", dag_run.c.backfill_id, where=dag_run.c.backfill_id.is_not(None))

dag_run_note = Table(
    "dag_run_note",
    metadata,
    Column(
        "dag_run_id", Key, ForeignKey("dag_run.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    ),
    Column("user_id", String(128)),
    Column("content", Text),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
)
