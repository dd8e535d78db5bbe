"""Programs that use the API, and their tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0015"
down_revision = "0014"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "service_account",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("description", sa.String(500), nullable=False, server_default=""),
        sa.Column("created_on", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="service_account_pkey"),
        sa.UniqueConstraint("name", name="service_account_name_uq"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "service_token",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("account_id", _KEY, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scopes", _TEXT, nullable=False),
        sa.Column("created_on", _TIME, nullable=False),
        sa.Column("expires_on", _TIME, nullable=False),
        sa.Column("last_used_on", _TIME),
        sa.ForeignKeyConstraint(
            ["account_id"], ["service_account.id"], name="service_token_service_account_fkey",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="service_token_pkey"),
        sa.UniqueConstraint("digest", name="service_token_digest_uq"),
        sqlite_autoincrement=True,
    )  # fmt: skip
    op.create_index("idx_service_token_account_id", "service_token", ["account_id"])
