"""Webhooks, and what came through them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0017"
down_revision = "0016"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhook",
        sa.Column("name", sa.String(250), nullable=False),
        sa.Column("dag_id", sa.String(250)),
        sa.Column("asset_id", _KEY),
        sa.Column("secret", _TEXT, nullable=False),
        sa.Column("is_encrypted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("signed_only", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("params", _TEXT, nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="webhook_pkey"),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"], name="webhook_asset_fkey", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["dag_id"], ["dag.dag_id"], name="webhook_dag_fkey", ondelete="CASCADE"),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("webhook", sa.String(250), nullable=False),
        sa.Column("delivery_id", sa.String(250), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("run_id", sa.String(250)),
        sa.PrimaryKeyConstraint("webhook", "delivery_id", name="webhook_delivery_pkey"),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhook.name"], name="webhook_delivery_webhook_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("idx_webhook_delivery_received_at", "webhook_delivery", ["received_at"])
