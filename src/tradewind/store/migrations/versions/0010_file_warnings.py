"""What is suspicious about files that hold no DAG."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0010"
down_revision = "0009"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "file_warning",
        sa.Column("id", _KEY, primary_key=True, autoincrement=True),
        sa.Column("timestamp", _TIME, nullable=False),
        sa.Column("filename", sa.String(1024), nullable=False),
        sa.Column("bundle_name", sa.String(250)),
        sa.Column("message", _TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="file_warning_pkey"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "idx_file_warning_filename",
        "file_warning",
        ["filename"],
        mysql_length=255,
        mariadb_length=255,
    )
