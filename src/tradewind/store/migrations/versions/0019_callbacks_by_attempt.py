"""An index for the callbacks of one attempt: without it each was found by reading all of them."""

from __future__ import annotations

from tradewind.store.migrations import large

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make it."""
    large.index("idx_callback_ti_id", "callback", ["ti_id"])
