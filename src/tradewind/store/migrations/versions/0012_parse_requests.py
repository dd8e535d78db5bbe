"""Files that somebody asked to have parsed again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "dag_priority_parsing_request",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("bundle_name", sa.String(250), nullable=False),
        sa.Column("relative_fileloc", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="dag_priority_parsing_request_pkey"),
    )
