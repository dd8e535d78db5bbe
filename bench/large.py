"""A large database, as after years of use: 10,000 DAGs, 100,000 ended runs, 3 million task instances.

    python -m bench.large sqlite:////path/to/airflow.db

Among the DAGs are two that lists suffer from: ``long`` has 10,000 runs, ``wide`` 5,000 tasks and 100
runs. The first run of a DAG is made by the store's own functions; the others are copied from it in SQL, as
how they came about is no part of what is asked.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.store import migrations
from tradewind.store.database import Database, Tx
from tradewind.store.statements import Statement
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.testing import factories

LONG, WIDE = "long", "wide"
FIRST = "manual__first"
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
TASKS = 27
"""Of each of the other DAGs."""
_OWN = ("id", "run_id", "logical_date", "run_after", "data_interval_start", "data_interval_end", "state")


def specs(dags: int) -> list[DagSpec]:
    """``long``, ``wide``, and so many others that there are ``dags``."""
    return [
        _spec(LONG, 10),
        _spec(WIDE, 5000),
        *(_spec(f"etl_{i:05d}", TASKS) for i in range(dags - 2)),
    ]


def _spec(dag_id: str, tasks: int) -> DagSpec:
    chain = tuple(
        TaskSpec(task_id=f"task_{i:04d}", upstream=(f"task_{i - 1:04d}",) if i else ()) for i in range(tasks)
    )
    return DagSpec(dag_id=dag_id, tasks=chain, max_active_runs=1000)


def fill(database: Database, *, dags: int = 10_000) -> None:
    """Fill an empty database. Of each other DAG there are nine runs."""
    all_specs, bits, now = specs(dags), random.Random(1).getrandbits, datetime.now(UTC)
    factories.many_dags(database, all_specs, now=now)
    template = all_specs[2].dag_id
    with database.write() as tx:
        for spec in all_specs[:3]:
            factories.queued_run(tx, spec, FIRST, BEGIN, bits)
        tx.run(
            sa.update(run).values(state="success", start_date=BEGIN, end_date=BEGIN + timedelta(minutes=9))
        )
        tx.run(
            sa.update(ti).values(
                state="success", try_number=1, start_date=BEGIN, end_date=BEGIN + timedelta(minutes=1),
                duration=60.0, hostname="worker-1", operator="BashOperator",
            )
        )  # fmt: skip
    with database.write() as tx:
        _copy_runs(tx, LONG, [LONG], 9_999)
        _copy_runs(tx, WIDE, [WIDE], 99)
    others = [spec.dag_id for spec in all_specs[2:]]
    for start in range(0, len(others), 1000):
        with database.write() as tx:
            _copy_runs(tx, template, others[start : start + 1000], 9)


def _copy_runs(tx: Tx, template: str, dag_ids: Sequence[str], runs: int) -> None:
    """Give each of these DAGs so many runs like the first of ``template``, one a day."""
    shared = [column.name for column in run.columns if column.name not in (*_OWN, "dag_id")]
    like = tx.first(
        sa.select(*(run.c[name] for name in shared)).where(run.c.dag_id == template, run.c.run_id == FIRST)
    )
    same = dict(zip(shared, like or (), strict=True))
    rows = [_run(dag_id, day, same) for dag_id in dag_ids for day in range(1, runs + 1)]
    tx.run_many(Statement(sa.insert(run).values({name: sa.bindparam(name) for name in rows[0]})), rows)
    _copy_instances(tx, template, dag_ids)


def _run(dag_id: str, day: int, same: dict[str, Any]) -> dict[str, Any]:
    date = BEGIN + timedelta(days=day)
    return same | {
        "dag_id": dag_id, "run_id": f"scheduled__{date.isoformat()}", "logical_date": date, "run_after": date,
        "run_type": "scheduled", "state": "failed" if day % 50 == 7 else "success",
        "data_interval_start": date, "data_interval_end": date + timedelta(days=1),
    }  # fmt: skip


def _copy_instances(tx: Tx, template: str, dag_ids: Sequence[str]) -> None:
    shared = [column.name for column in ti.columns if column.name not in ("id", "dag_id", "run_id")]
    new, like = run.alias("new"), ti.alias("like_it")
    fresh = sa.func.lower(sa.func.hex(sa.func.randomblob(16)))
    if tx.dialect.name == "postgresql":
        fresh = sa.func.gen_random_uuid()
    copies = sa.select(fresh, new.c.dag_id, new.c.run_id, *(like.c[name] for name in shared)).where(
        like.c.dag_id == template, like.c.run_id == FIRST,
        new.c.dag_id.in_(dag_ids), new.c.run_id != FIRST,
    )  # fmt: skip
    tx.run(sa.insert(ti).from_select(["id", "dag_id", "run_id", *shared], copies))


def main() -> None:
    database = Database(sys.argv[1])
    migrations.migrate(database)
    fill(database)
    with database.write() as tx:
        tx.text("ANALYZE")  # PostgreSQL would do so by itself, some minutes later
    database.close()


if __name__ == "__main__":
    main()
