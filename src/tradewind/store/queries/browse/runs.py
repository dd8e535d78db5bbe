"""DAG runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.browse.listing import Column, Listing, SecondsBetween
from tradewind.store.queries.reading import permits
from tradewind.store.statements import Statement
from tradewind.store.tables.assets import asset, asset_event, dagrun_asset_event
from tradewind.store.tables.dags import dag, dag_version, serialized_dag
from tradewind.store.tables.runs import dag_run, dag_run_note


class RunRow(msgspec.Struct, frozen=True, kw_only=True):
    """A run, for showing. ``conf`` is JSON text."""

    pk: int
    dag_id: str
    run_id: str
    state: str
    run_type: str
    logical_date: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    run_after: datetime
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    last_scheduling_decision: datetime | None
    triggered_by: str | None
    triggering_user_name: str | None
    conf: str | None
    note: str | None
    bundle_version: str | None
    partition_key: str | None
    partition_date: datetime | None
    version_hash: str | None
    row_version: int
    dag_display_name: str | None


runs = Listing(
    RunRow,
    {
        **{name: dag_run.c[name] for name in RunRow.__struct_fields__ if name in dag_run.c},
        "pk": dag_run.c.id,
        "note": dag_run_note.c.content,
        "dag_display_name": dag.c.dag_display_name,
    },
    dag_run.outerjoin(dag_run_note, dag_run_note.c.dag_run_id == dag_run.c.id).outerjoin(
        dag, dag.c.dag_id == dag_run.c.dag_id
    ),
    unique=dag_run.c.id,
    dag=dag_run.c.dag_id,
    filters={
        "id": dag_run.c.id,
        "dag_run_id": dag_run.c.run_id,
        "updated_at": dag_run.c.updated_at,
        "duration": SecondsBetween(dag_run.c.start_date, dag_run.c.end_date),
    },
    rows=dag_run,
)

_FIND = Statement(
    runs.select().where(
        dag_run.c.dag_id == sa.bindparam("dag_id"), dag_run.c.run_id == sa.bindparam("run_id")
    )
)


def find(tx: Tx, dag_id: str, run_id: str, *, access: Access) -> RunRow | None:
    """One run, by a statement that is compiled once: everything that polls or triggers reads this."""
    row = tx.first(_FIND, dag_id=dag_id, run_id=run_id)
    found = None if row is None else runs.make(row)
    return found if found is not None and permits(tx, found.dag_id, access) else None


def with_consumed_asset(text: str) -> Column:
    """The condition that a run was told of an asset whose name or URI holds that text, in any case."""
    named = [
        sa.func.lower(column).contains(text.lower(), autoescape=True)
        for column in (asset.c.name, asset.c.uri)
    ]
    return (
        sa.exists()
        .where(
            dagrun_asset_event.c.dag_run_id == dag_run.c.id,
            asset_event.c.id == dagrun_asset_event.c.event_id,
            asset.c.id == asset_event.c.asset_id,
            sa.or_(*named),
        )
        .correlate(dag_run)
    )


def with_version_number(numbers: Sequence[int]) -> Column:
    """The condition that a run was made with one of these versions of its DAG."""
    return (
        sa.exists()
        .where(
            serialized_dag.c.dag_id == dag_run.c.dag_id,
            serialized_dag.c.dag_hash == dag_run.c.version_hash,
            dag_version.c.id == serialized_dag.c.dag_version_id,
            dag_version.c.version_number.in_(numbers),
        )
        .correlate(dag_run)
    )


def newest_of_each() -> Column:
    """The condition that no run of the same DAG has a later logical date."""
    later = dag_run.alias("later")
    newer = sa.exists().where(
        later.c.dag_id == dag_run.c.dag_id, later.c.logical_date > dag_run.c.logical_date
    )
    return sa.and_(dag_run.c.logical_date.is_not(None), ~newer.correlate(dag_run))
