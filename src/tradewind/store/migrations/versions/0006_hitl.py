"""What task instances ask people, and what they answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "0006"
down_revision = "0005"

_UUID = sa.String(36).with_variant(postgresql.UUID(as_uuid=False), "postgresql")
_TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
_TIME = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    """Make the tables."""
    _make("hitl_detail", "ti_id", "task_instance.id", sa.Column("dispatch", sa.Integer()))
    _make("hitl_detail_history", "ti_history_id", "task_instance_history.task_instance_id")


def _make(name: str, key: str, of: str, *more: sa.Column[int]) -> None:
    op.create_table(
        name,
        sa.Column(key, _UUID, nullable=False),
        sa.Column("options", _TEXT, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", _TEXT),
        sa.Column("defaults", _TEXT),
        sa.Column("multiple", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("params", _TEXT, nullable=False),
        sa.Column("assignees", _TEXT),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("responded_by", _TEXT),
        sa.Column("responded_at", _TIME),
        sa.Column("chosen_options", _TEXT),
        sa.Column("params_input", _TEXT, nullable=False),
        *more,
        sa.ForeignKeyConstraint(
            [key],
            [of],
            name=f"{name}_{of.partition('.')[0]}_fkey",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint(key, name=f"{name}_pkey"),
    )
