"""Small worlds in a database: DAGs and runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from tradewind.domain import codec, keys
from tradewind.domain.intervals import RunInfo
from tradewind.domain.spec import DagSpec
from tradewind.store.database import Database, Tx
from tradewind.store.queries import dag_versions, dags
from tradewind.store.records import NewRun, RunRecord
from tradewind.store.transitions import asset_mentions, runs, watchers

RandomBits = Callable[[int], int]


def store_dag(
    tx: Tx, spec: DagSpec, *, now: datetime, paused: bool = False, next_run: RunInfo | None = None
) -> str:
    """Store a DAG as the DAG processor would; the hash of its version."""
    row = dags.DagRow(
        dag_id=spec.dag_id, fileloc=f"/dags/{spec.dag_id}.py", max_active_runs=spec.max_active_runs,
        max_active_tasks=spec.max_active_tasks, paused=paused, next_run=next_run, parsed_at=now,
    )  # fmt: skip
    dags.upsert(tx, [row])
    encoded = codec.encode(spec)
    digest = codec.digest(encoded)
    dag_versions.store(
        tx, spec.dag_id, encoded, digest, source="", fileloc=row.fileloc, bundle_name=row.bundle_name, now=now
    )
    asset_mentions.declare(tx, spec, now)
    watchers.declare(tx, spec, now)
    return digest


def many_dags(database: Database, specs: Sequence[DagSpec], *, now: datetime) -> None:
    """Store many DAGs, a few hundred a transaction."""
    for start in range(0, len(specs), 500):
        with database.write() as tx:
            for spec in specs[start : start + 500]:
                store_dag(tx, spec, now=now)


def queued_run(
    tx: Tx, spec: DagSpec, run_id: str, at: datetime, bits: RandomBits, **fields: object
) -> RunRecord:
    """A run, queued; a manual one unless ``fields`` say something else."""
    fields = {"run_type": "manual", **fields}
    new = NewRun(
        dag_id=spec.dag_id, run_id=run_id, run_after=at, queued_at=at,
        version_hash=codec.digest(codec.encode(spec)), **fields,  # type: ignore[arg-type]
    )  # fmt: skip
    return runs.create(tx, new, spec, lambda moment: keys.attempt_id(moment, bits(74)))
