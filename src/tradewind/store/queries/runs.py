"""Runs, for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.domain.states import DagRunState
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader, permits, within
from tradewind.store.records import RunRecord
from tradewind.store.statements import Statement
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.runs import dag_run_note as note


def _options(text: str | None) -> dict[str, Any]:
    options: dict[str, Any] = msgspec.json.decode(text) if text else {}
    if options.get("only_tasks") is not None:
        options["only_tasks"] = tuple(options["only_tasks"])
    return options


_PLAIN = (
    "dag_id", "run_id", "state", "run_type", "run_after", "row_version", "logical_date",
    "data_interval_start",
    "data_interval_end", "queued_at", "start_date", "end_date", "conf", "triggered_by",
    "triggering_user_name",
    "clear_number", "backfill_id", "partition_key", "partition_date", "version_hash",
    "last_scheduling_decision", "reason",
    "options",
)  # fmt: skip
READER = Reader(
    RunRecord,
    {"pk": run.c.id, "note": note.c.content, **{name: run.c[name] for name in _PLAIN}},
    state=DagRunState,
    conf=lambda text: text or "{}",
    reason=lambda text: text or "",
    options=_options,
)
SELECT = sa.select(*READER.columns).select_from(run.outerjoin(note, note.c.dag_run_id == run.c.id))
_GET = Statement(SELECT.where(run.c.dag_id == sa.bindparam("dag_id"), run.c.run_id == sa.bindparam("run_id")))


def get(tx: Tx, dag_id: str, run_id: str, *, access: Access) -> RunRecord | None:
    """The run of that id, or None."""
    found = READER.first(tx, _GET, dag_id=dag_id, run_id=run_id)
    return found if found is not None and permits(tx, found.dag_id, access) else None


def by_logical_date(tx: Tx, dag_id: str, logical_date: datetime, *, access: Access) -> RunRecord | None:
    """The run of that logical date, or None."""
    select = SELECT.where(
        run.c.dag_id == dag_id, run.c.logical_date == logical_date, within(run.c.dag_id, access)
    )
    return READER.first(tx, select)


def latest(tx: Tx, dag_id: str, *, access: Access) -> RunRecord | None:
    """The run with the newest ``run_after``, or None."""
    select = SELECT.where(run.c.dag_id == dag_id, within(run.c.dag_id, access))
    return READER.first(tx, select.order_by(run.c.run_after.desc(), run.c.id.desc()).limit(1))


def of_dag(
    tx: Tx,
    dag_id: str,
    *,
    access: Access,
    run_ids: Sequence[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    partition_key: str | None = None,
    partitions: tuple[datetime | None, datetime | None] | None = None,
) -> list[RunRecord]:
    """The DAG's runs, oldest first: those of these ids, or of logical dates from ``since`` to ``until``, or
    of a partition, or of ``partitions`` between two dates.

    ``browse.runs`` filters, orders and pages what people look through.
    """
    select = SELECT.where(run.c.dag_id == dag_id, within(run.c.dag_id, access))
    if run_ids is not None:
        select = select.where(run.c.run_id.in_(list(run_ids)))
    if since is not None:
        select = select.where(run.c.logical_date >= since)
    if until is not None:
        select = select.where(run.c.logical_date <= until)
    if partition_key is not None:
        select = select.where(run.c.partition_key == partition_key)
    first, last = partitions or (None, None)
    if first is not None:
        select = select.where(run.c.partition_date >= first)
    if last is not None:
        select = select.where(run.c.partition_date <= last)
    return READER.all(tx, select.order_by(run.c.id))
