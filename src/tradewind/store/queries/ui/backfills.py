"""How far the backfills of a DAG are."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.reading import within
from tradewind.store.tables.backfills import backfill
from tradewind.store.tables.runs import dag_run as run

MOST: Final = 100


def progress(tx: Tx, dag_id: str, *, access: Access) -> dict[int, dict[str, int]]:
    """Backfill to run state to number of runs, of the DAG's newest backfills that have runs."""
    newest = sa.select(backfill.c.id).where(backfill.c.dag_id == dag_id)
    wanted = newest.order_by(backfill.c.id.desc()).limit(MOST).subquery("wanted")
    counted = (
        sa.select(run.c.backfill_id, run.c.state, sa.func.count())
        .select_from(wanted.join(run, run.c.backfill_id == wanted.c.id))
        .where(within(run.c.dag_id, access))
        .group_by(run.c.backfill_id, run.c.state)
    )
    found: dict[int, dict[str, int]] = {}
    for backfill_id, state, count in tx.rows(counted):
        found.setdefault(backfill_id, {})[state] = count
    return found
