"""DAGs that people marked as their favourites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_NAME = sa.String(250)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "dag_favorite",
        sa.Column("user_id", sa.String(512), primary_key=True),
        sa.Column("dag_id", _NAME, primary_key=True),
        sa.PrimaryKeyConstraint("user_id", "dag_id", name="dag_favorite_pkey"),
        sa.ForeignKeyConstraint(["dag_id"], ["dag.dag_id"], name="dag_favorite_dag_fkey", ondelete="CASCADE"),
    )
