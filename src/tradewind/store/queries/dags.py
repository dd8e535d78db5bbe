"""DAGs: read for people, written by the DAG processor and by people's switches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import errors
from tradewind.domain.access import Access
from tradewind.domain.intervals import RunInfo
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.queries.reading import Reader, permits, within
from tradewind.store.records import DagRecord
from tradewind.store.statements import Statement, const, insert_all, one_of
from tradewind.store.tables import backfills, jobs, task_instances
from tradewind.store.tables import dags as tables
from tradewind.store.tables.base import Time
from tradewind.store.tables.runs import dag_run
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.transitions import xcom_files

dag, tag = tables.dag, tables.dag_tag


class DagRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the DAG processor writes of one DAG of a file that it read.

    ``paused`` counts only where the row is made. ``next_run`` is written as it is: None means no further run.
    """

    dag_id: str
    display_name: str = ""
    fileloc: str
    relative_fileloc: str = ""
    bundle_name: str = "dags-folder"
    bundle_version: str | None = None
    owners: str = ""
    description: str | None = None
    timetable_type: str | None = None
    timetable_summary: str | None = None
    timetable_description: str | None = None
    asset_expression: str | None = None
    max_active_tasks: int = 16
    max_active_runs: int = 16
    max_consecutive_failed_dag_runs: int = 0
    has_task_concurrency_limits: bool = False
    fail_fast: bool = False
    allowed_run_types: str | None = None
    paused: bool = True
    tags: tuple[str, ...] = ()
    owner_links: dict[str, str] = {}
    next_run: RunInfo | None = None
    parsed_at: datetime
    parse_seconds: float | None = None


# --- reading ---------------------------------------------------------------------------------------------

_COLUMNS = {
    "dag_id": dag.c.dag_id, "display_name": dag.c.dag_display_name, "is_paused": dag.c.is_paused,
    "is_stale": dag.c.is_stale, "has_import_errors": dag.c.has_import_errors, "fileloc": dag.c.fileloc,
    "relative_fileloc": dag.c.relative_fileloc, "bundle_name": dag.c.bundle_name, "owners": dag.c.owners,
    "description": dag.c.description, "timetable_summary": dag.c.timetable_summary,
    "timetable_description": dag.c.timetable_description, "max_active_runs": dag.c.max_active_runs,
    "max_active_tasks": dag.c.max_active_tasks,
    "max_consecutive_failed_dag_runs": dag.c.max_consecutive_failed_dag_runs,
    "last_parsed_time": dag.c.last_parsed_time, "last_parse_duration": dag.c.last_parse_duration,
    "last_expired": dag.c.last_expired, "next_dagrun_logical_date": dag.c.next_dagrun,
    "next_dagrun_data_interval_start": dag.c.next_dagrun_data_interval_start,
    "next_dagrun_data_interval_end": dag.c.next_dagrun_data_interval_end,
    "next_dagrun_run_after": dag.c.next_dagrun_create_after,
    "next_dagrun_partition_key": dag.c.next_dagrun_partition_key,
    "next_dagrun_partition_date": dag.c.next_dagrun_partition_date,
    "next_dagrun_run_id": dag.c.next_dagrun_run_id, "version_hash": dag.c.version_hash,
}  # fmt: skip
_reader = Reader(DagRecord, _COLUMNS)
_SELECT = sa.select(*_reader.columns)
_GET = Statement(_SELECT.where(dag.c.dag_id == sa.bindparam("dag_id")))
_TAGS = Statement(sa.select(tag.c.name).where(tag.c.dag_id == sa.bindparam("dag_id")).order_by(tag.c.name))


def get(tx: Tx, dag_id: str, *, access: Access) -> DagRecord | None:
    """The DAG of that id, with its tags, or None."""
    found = _reader.first(tx, _GET, dag_id=dag_id)
    if found is None or not permits(tx, found.dag_id, access):
        return None
    return msgspec.structs.replace(found, tags=tuple(row[0] for row in tx.rows(_TAGS, dag_id=dag_id)))


def ids(tx: Tx, *, access: Access, stale: bool = False) -> list[str]:
    """The ids of all DAGs; with ``stale``, also of those whose file is gone."""
    select = sa.select(dag.c.dag_id).where(within(dag.c.dag_id, access)).order_by(dag.c.dag_id)
    return [row[0] for row in tx.rows(select if stale else select.where(dag.c.is_stale == sa.false()))]


def everything(tx: Tx, *, access: Access) -> list[DagRecord]:
    """All DAGs that are not stale, by id, with their tags. ``browse.dags`` filters, orders and pages."""
    select = _SELECT.where(within(dag.c.dag_id, access), dag.c.is_stale == sa.false())
    return _with_tags(tx, _reader.all(tx, select.order_by(dag.c.dag_id)))


def files(tx: Tx) -> dict[str, str]:
    """DAG id to file, of all DAGs that are not stale."""
    select = sa.select(dag.c.dag_id, dag.c.fileloc).where(dag.c.is_stale == sa.false())
    return {row[0]: row[1] for row in tx.rows(select)}


def _with_tags(tx: Tx, found: list[DagRecord]) -> list[DagRecord]:
    if not found:
        return found
    names: dict[str, list[str]] = {}
    select = sa.select(tag.c.dag_id, tag.c.name).where(tag.c.dag_id.in_([record.dag_id for record in found]))
    for dag_id, name in tx.rows(select.order_by(tag.c.name)):
        names.setdefault(dag_id, []).append(name)
    return [
        msgspec.structs.replace(record, tags=tuple(names[record.dag_id]))
        if record.dag_id in names
        else record
        for record in found
    ]


# --- the DAG processor --------------------------------------------------------------------------------------

_SYNCED = (
    "dag_display_name", "fileloc", "relative_fileloc", "bundle_name", "bundle_version", "owners",
    "description",
    "timetable_type", "timetable_summary", "timetable_description", "asset_expression", "max_active_tasks",
    "max_active_runs", "max_consecutive_failed_dag_runs", "has_task_concurrency_limits", "fail_fast",
    "allowed_run_types", "next_dagrun", "next_dagrun_data_interval_start", "next_dagrun_data_interval_end",
    "next_dagrun_create_after", "next_dagrun_partition_key", "next_dagrun_partition_date",
    "next_dagrun_run_id", "last_parsed_time", "last_parse_duration", "is_stale", "has_import_errors",
)  # fmt: skip


def _upsert(dialect: Dialect) -> Any:
    """``is_paused`` is given to a new row only: people decide it from then on."""
    statement = dialect.upsert(tables.dag, ["dag_id"], _SYNCED)
    return statement.values(is_paused=sa.bindparam("is_paused", type_=sa.Boolean()))


_UPSERT = Statement(_upsert)
_RAISE = Statement(
    sa.update(dag)
    .where(dag.c.dag_id == sa.bindparam("of_dag"))
    .values(row_version=dag.c.row_version + const(1))
)
_DROP_TAGS = Statement(sa.delete(tag).where(tag.c.dag_id == sa.bindparam("of_dag")))
_ADD_TAG = Statement(insert_all(tag, "dag_id", "name"))
_links = tables.dag_owner_attributes
_DROP_LINKS = Statement(sa.delete(_links).where(_links.c.dag_id == sa.bindparam("of_dag")))
_ADD_LINK = Statement(insert_all(_links, "dag_id", "owner", "link"))


def upsert(tx: Tx, rows: Sequence[DagRow]) -> None:
    """Write what the files say of these DAGs: rows, tags, owner links. They are no longer stale."""
    tx.run_many(_UPSERT, [_values(row) for row in rows])
    of = [{"of_dag": row.dag_id} for row in rows]
    tx.run_many(_RAISE, of)
    tx.run_many(_DROP_TAGS, of)
    tx.run_many(
        _ADD_TAG, [{"dag_id": row.dag_id, "name": name} for row in rows for name in sorted(set(row.tags))]
    )
    tx.run_many(_DROP_LINKS, of)
    tx.run_many(
        _ADD_LINK,
        [
            {"dag_id": row.dag_id, "owner": owner, "link": link}
            for row in rows
            for owner, link in sorted(row.owner_links.items())
        ],
    )


def _values(row: DagRow) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _SYNCED if name in DagRow.__struct_fields__}
    values.update(
        dag_id=row.dag_id, dag_display_name=row.display_name or row.dag_id, is_paused=row.paused,
        is_stale=False,
        has_import_errors=False, last_parsed_time=row.parsed_at, last_parse_duration=row.parse_seconds,
        **_next(row.next_run),
    )  # fmt: skip
    return values


def _next(info: RunInfo | None) -> dict[str, Any]:
    return {
        "next_dagrun": info.logical_date if info else None,
        "next_dagrun_data_interval_start": info.data_interval.start if info else None,
        "next_dagrun_data_interval_end": info.data_interval.end if info else None,
        "next_dagrun_create_after": info.run_after if info else None,
        "next_dagrun_partition_key": info.partition_key if info else None,
        "next_dagrun_partition_date": info.partition_date if info else None,
        "next_dagrun_run_id": info.run_id if info else None,
    }


def mark_stale(tx: Tx, *, keep: Sequence[str], fileloc: str | None = None) -> list[str]:
    """Mark as stale the DAGs that were (in that file, or anywhere) and are not in ``keep``; their ids."""
    select = sa.select(dag.c.dag_id).where(dag.c.is_stale == sa.false())
    if fileloc is not None:
        select = select.where(dag.c.fileloc == fileloc)
    kept = set(keep)
    gone = [row[0] for row in tx.rows(select) if row[0] not in kept]
    if gone:
        tx.run(
            sa.update(dag).where(dag.c.dag_id.in_(gone))
            .values(is_stale=True, next_dagrun_create_after=None, row_version=dag.c.row_version + 1)
        )  # fmt: skip
    return gone


def set_import_errors(tx: Tx, fileloc: str, present: bool) -> None:
    """Note whether the file of these DAGs can be imported; the last good version of each stays."""
    tx.run(
        sa.update(dag)
        .where(dag.c.fileloc == fileloc, dag.c.has_import_errors != present)
        .values(has_import_errors=present, row_version=dag.c.row_version + 1)
    )


# --- switches -----------------------------------------------------------------------------------------------

_NEXT = Statement(
    sa.update(dag)
    .where(dag.c.dag_id == sa.bindparam("of_dag"))
    .values(
        next_dagrun=sa.bindparam("next_dagrun", type_=Time),
        next_dagrun_data_interval_start=sa.bindparam("next_dagrun_data_interval_start", type_=Time),
        next_dagrun_data_interval_end=sa.bindparam("next_dagrun_data_interval_end", type_=Time),
        next_dagrun_create_after=sa.bindparam("next_dagrun_create_after", type_=Time),
        next_dagrun_partition_key=sa.bindparam("next_dagrun_partition_key"),
        next_dagrun_partition_date=sa.bindparam("next_dagrun_partition_date", type_=Time),
        next_dagrun_run_id=sa.bindparam("next_dagrun_run_id"),
    )
)


def set_next_run(tx: Tx, dag_id: str, info: RunInfo | None) -> None:
    """When the DAG's next run is due; None: no further run."""
    tx.run(_NEXT, of_dag=dag_id, **_next(info))


def set_paused(tx: Tx, dag_ids: Sequence[str], paused: bool, *, access: Access) -> list[str]:
    """Pause or unpause; the ids of the DAGs that changed."""
    select = sa.select(dag.c.dag_id).where(
        dag.c.dag_id.in_(list(dag_ids)), dag.c.is_paused != paused, within(dag.c.dag_id, access)
    )
    changed = [row[0] for row in tx.rows(select.order_by(dag.c.dag_id))]
    if changed:
        tx.run(
            sa.update(dag)
            .where(dag.c.dag_id.in_(changed))
            .values(is_paused=paused, row_version=dag.c.row_version + 1)
        )
    return changed


_RUNNING = Statement(
    sa.select(ti.c.id)
    .where(
        one_of(ti.c.state, task_instances.HELD),
        one_of(ti.c.state, ("running", "restarting")),
        ti.c.dag_id == sa.bindparam("of_dag"),
    )
    .limit(1)
)
_OF_A_DAG = (dag_run, backfills.backfill, task_instances.sla_miss, jobs.job, dag)
"""Tables whose rows name a DAG; everything else hangs on them."""


def has_running_tasks(tx: Tx, dag_id: str) -> bool:
    """Whether a process works for a task instance of the DAG."""
    return tx.value(_RUNNING, of_dag=dag_id) is not None


def delete(tx: Tx, dag_id: str) -> int:
    """Delete all that is known of a DAG but the audit log; how many rows went, without those that hang on
    others.

    Raises Conflict while task instances of it run: their processes would report to nobody.
    """
    if has_running_tasks(tx, dag_id):
        raise errors.Conflict(
            f"DAG {dag_id!r} has running task instances. Wait for them, or mark them failed, then delete."
        )
    xcom_files.go_with_dag(tx, dag_id)
    return sum(tx.run(sa.delete(table).where(table.c.dag_id == dag_id)) for table in _OF_A_DAG)
