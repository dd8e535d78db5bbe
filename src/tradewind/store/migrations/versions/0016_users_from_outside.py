"""Where a user proves who they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column; whoever is there has a password here."""
    op.add_column("ab_user", sa.Column("source", sa.String(20), nullable=False, server_default=""))
