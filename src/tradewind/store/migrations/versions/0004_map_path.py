"""Mapping inside mapped groups: where in them a task instance belongs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column."""
    op.add_column("task_instance", sa.Column("map_path", sa.Text))
