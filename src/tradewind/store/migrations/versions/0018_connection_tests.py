"""Connections that somebody wants to have tried out by a worker."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0018"
down_revision = "0017"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "connection_test_request",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("connection_id", sa.String(250), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("result_message", _TEXT),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("commit_on_success", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("requested_by", sa.String(512), nullable=False),
        sa.Column("details", _TEXT),
        sa.Column("callback_id", _KEY),
        sa.PrimaryKeyConstraint("token", name="connection_test_request_pkey"),
    )
    op.create_index("idx_connection_test_request_callback_id", "connection_test_request", ["callback_id"])
    op.create_index("idx_connection_test_request_connection_id", "connection_test_request", ["connection_id"])
