"""Deadlines of runs, SLAs of tasks, and the stores of task and asset state."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"

_NAME = sa.String(250)
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "deadline",
        sa.Column("id", _KEY, primary_key=True, autoincrement=True),
        sa.Column("deadline_time", _TIME, nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("dag_id", _NAME, nullable=False),
        sa.Column("run_id", _NAME, nullable=False),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("alert", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("name", sa.String(250)),
        sa.Column("task_id", _NAME),
        sa.ForeignKeyConstraint(
            ["dag_id", "run_id"],
            ["dag_run.dag_id", "dag_run.run_id"],
            name="deadline_dag_run_fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="deadline_pkey"),
        sqlite_autoincrement=True,
    )
    op.create_index("idx_deadline_missed_deadline_time", "deadline", ["missed", "deadline_time"])
    op.create_index("idx_deadline_dag_id_run_id", "deadline", ["dag_id", "run_id"])
    _state_stores()


def _state_stores() -> None:
    op.create_table(
        "task_state_store",
        sa.Column("dag_run_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("task_id", _NAME, nullable=False),
        sa.Column("map_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME),
        sa.ForeignKeyConstraint(
            ["dag_run_id"], ["dag_run.id"], name="task_state_store_dag_run_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dag_run_id", "task_id", "map_index", "key", name="task_state_store_pkey"),
    )
    op.create_index("idx_task_state_store_expires_at", "task_state_store", ["expires_at"])
    op.create_table(
        "asset_state_store",
        sa.Column("asset_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("value", _TEXT, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("writer_kind", sa.String(50), nullable=False),
        sa.Column("dag_id", _NAME),
        sa.Column("run_id", _NAME),
        sa.Column("task_id", _NAME),
        sa.Column("map_index", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["asset.id"], name="asset_state_store_asset_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("asset_id", "key", name="asset_state_store_pkey"),
    )
