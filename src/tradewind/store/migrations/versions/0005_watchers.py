"""Watchers of assets: who wants them, and what is recorded of what they said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0005"
down_revision = "0004"

_NAME = sa.String(250)
_LONG_NAME = sa.String(1500).with_variant(
    mysql.VARCHAR(1500, charset="latin1", collation="latin1_general_cs"), "mysql", "mariadb"
)
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Make the tables."""
    op.add_column("trigger", sa.Column("digest", sa.String(64)))
    op.create_index("idx_trigger_digest", "trigger", ["digest"], unique=True)
    table = "dag_asset_watcher_reference"
    op.create_table(
        table,
        sa.Column("dag_id", _NAME, nullable=False),
        sa.Column("asset_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("name", _LONG_NAME, nullable=False),
        sa.Column("trigger_id", _KEY, nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name=f"{table}_asset_fkey", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["trigger_id"], ["trigger.id"], name=f"{table}_trigger_fkey", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["dag_id"], ["dag.dag_id"], name=f"{table}_dag_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("dag_id", "asset_id", "name", name=f"{table}_pkey"),
    )
    op.create_index(f"idx_{table}_trigger_id", table, ["trigger_id"])
    op.create_index(f"idx_{table}_asset_id", table, ["asset_id"])
    op.create_table(
        "trigger_told",
        sa.Column("trigger_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("begun", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("told_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["trigger_id"], ["trigger.id"], name="trigger_told_trigger_fkey", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("trigger_id", "begun", name="trigger_told_pkey"),
    )
    op.create_index("idx_trigger_told_told_at", "trigger_told", ["told_at"])
