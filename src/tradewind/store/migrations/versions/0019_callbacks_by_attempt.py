"""An index for the callbacks of one attempt: without it each was found by reading all of them."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make it."""
    op.create_index("idx_callback_ti_id", "callback", ["ti_id"])
