"""Tokens that ended before their time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0014"
down_revision = "0013"

_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "revoked_token",
        sa.Column("jti", sa.String(64), nullable=False),
        sa.Column("exp", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("jti", name="revoked_token_pkey"),
    )
    op.create_index("idx_revoked_token_exp", "revoked_token", ["exp"])
