"""How the runs of one DAG went: by day, and how long they and their tasks took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.reading import within
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import task_instance as ti


def moments(
    tx: Tx, dag_id: str, since: datetime, until: datetime, *, access: Access
) -> list[tuple[datetime, str, int]]:
    """(when, state, how many) of the DAG's runs that were due in that time."""
    select = sa.select(run.c.run_after, run.c.state, sa.func.count()).where(
        run.c.dag_id == dag_id,
        run.c.run_after >= since,
        run.c.run_after < until,
        within(run.c.dag_id, access),
    )
    return [(at, state, count) for at, state, count in tx.rows(select.group_by(run.c.run_after, run.c.state))]


class Took(msgspec.Struct, frozen=True):
    """How long a task instance took, in seconds."""

    task_id: str
    run_id: str
    map_index: int
    duration: float


def durations(tx: Tx, dag_id: str, run_ids: Sequence[str], limit: int) -> list[Took]:
    """Of task instances that succeeded in these runs, which the caller has read; at most so many."""
    select: sa.Select[Any] = (
        sa.select(ti.c.task_id, ti.c.run_id, ti.c.map_index, ti.c.duration)
        .where(
            ti.c.dag_id == dag_id, ti.c.run_id.in_(list(run_ids)), ti.c.state == sa.literal("success"),
            ti.c.duration.is_not(None),
        )
        .limit(limit)
    )  # fmt: skip
    return [Took(*row) for row in tx.rows(select)] if run_ids else []
