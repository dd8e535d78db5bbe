"""Indexes for lists over all DAGs: the newest runs, and task instances that are not well."""

from __future__ import annotations

import sqlalchemy as sa

from tradewind.store.migrations import large

revision = "0013"
down_revision = "0012"

_UNWELL = sa.text("state IN ('failed', 'upstream_failed', 'up_for_retry')")


def upgrade() -> None:
    """Make them."""
    large.index("idx_dag_run_run_after", "dag_run", ["run_after"])
    large.index("idx_task_instance_unwell", "task_instance", ["state"], where=_UNWELL)
