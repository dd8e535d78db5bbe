"""The newest runs of several DAGs, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader, within
from tradewind.store.tables.dags import dag
from tradewind.store.tables.runs import dag_run as run


class RecentRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run, as far as a bar shows it."""

    dag_id: str
    run_id: str
    state: str
    run_type: str
    run_after: datetime
    start_date: datetime | None
    end_date: datetime | None


_reader = Reader(RecentRun, {name: run.c[name] for name in RecentRun.__struct_fields__})
_other = run.alias("other_run")


def newest(tx: Tx, dag_ids: Sequence[str], limit: int, *, access: Access) -> dict[str, list[RecentRun]]:
    """DAG id to its newest runs, newest first; DAGs without any are missing.

    Of each DAG the index of runs by time is read from its end, so that a long history costs nothing.
    """
    oldest = (
        sa.select(_other.c.run_after)
        .where(_other.c.dag_id == dag.c.dag_id)
        .order_by(_other.c.run_after.desc())
        .limit(1)
        .offset(limit - 1)
        .correlate(dag)
        .scalar_subquery()
    )
    first = (
        sa.select(sa.func.min(_other.c.run_after))
        .where(_other.c.dag_id == dag.c.dag_id)
        .correlate(dag)
        .scalar_subquery()
    )
    statement = (
        sa.select(*_reader.columns)
        .select_from(dag.join(run, run.c.dag_id == dag.c.dag_id))
        .where(
            dag.c.dag_id.in_(list(dag_ids)),
            run.c.run_after >= sa.func.coalesce(oldest, first),
            within(dag.c.dag_id, access),
        )
        .order_by(run.c.dag_id, run.c.run_after.desc(), run.c.id.desc())
    )
    found: dict[str, list[RecentRun]] = {}
    for row in _reader.all(tx, statement):
        runs = found.setdefault(row.dag_id, [])
        if len(runs) < limit:  # several runs may share the time of the last one
            runs.append(row)
    return found
