"""Backfills: made with their runs, paused, cancelled, completed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import errors
from tradewind.domain.access import SYSTEM, Access
from tradewind.domain.spec import DagSpec
from tradewind.domain.states import FINISHED_RUN, DagRunState
from tradewind.store.database import Tx
from tradewind.store.queries import runs as run_queries
from tradewind.store.queries.reading import Reader, within
from tradewind.store.records import NewRun, RunRecord
from tradewind.store.statements import Statement, const, insert_all, one_of
from tradewind.store.tables.backfills import backfill, backfill_dag_run
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.runs import ACTIVE
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.transitions import runs

REPROCESS = ("none", "failed", "completed")


class BackfillRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``backfill``."""

    id: int
    dag_id: str
    from_date: datetime
    to_date: datetime
    dag_run_conf: str
    is_paused: bool
    reprocess_behavior: str
    max_active_runs: int
    created_at: datetime
    completed_at: datetime | None
    updated_at: datetime
    triggering_user_name: str | None


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one date of a backfill.

    ``made``: a new run. ``again``: a run that was there and that the caller has to clear. Neither: ``reason``
    says why.
    """

    logical_date: datetime
    made: RunRecord | None = None
    again: RunRecord | None = None
    reason: str | None = None


_reader = Reader(
    BackfillRecord,
    {name: backfill.c[name] for name in BackfillRecord.__struct_fields__},
    dag_run_conf=lambda text: text or "{}",
)
_SELECT = sa.select(*_reader.columns)
_id = sa.bindparam("backfill_id", type_=Key)
_LINK = Statement(
    insert_all(
        backfill_dag_run, "backfill_id", "dag_run_id", "exception_reason", "logical_date", "sort_ordinal"
    )
)
_ADOPT = Statement(
    sa.update(run)
    .where(run.c.id == sa.bindparam("pk", type_=Key))
    .values(
        backfill_id=_id, run_type=const("backfill"), triggered_by=const("backfill"),
        row_version=run.c.row_version + const(1),
    )
)  # fmt: skip


def create(
    tx: Tx,
    dag_id: str,
    *,
    from_date: datetime,
    to_date: datetime,
    conf: str = "{}",
    reprocess_behavior: str = "none",
    max_active_runs: int = 10,
    user: str | None = None,
    now: datetime,
) -> int:
    """A backfill without runs; its id. Raises Conflict while another one of the DAG goes on, and
    InvalidValue.
    """
    check_reprocess(reprocess_behavior)
    going_on = tx.value(
        sa.select(backfill.c.id).where(backfill.c.dag_id == dag_id, backfill.c.completed_at.is_(None))
    )
    if going_on is not None:
        raise errors.Conflict(
            f"DAG {dag_id!r} has a backfill that goes on (id {going_on}). Wait for it, or cancel it."
        )
    values: dict[str, Any] = {
        "dag_id": dag_id, "from_date": from_date, "to_date": to_date, "dag_run_conf": conf,
        "reprocess_behavior": reprocess_behavior, "max_active_runs": max_active_runs, "created_at": now,
        "updated_at": now, "triggering_user_name": user,
    }  # fmt: skip
    return tx.insert(backfill, values)


def check_reprocess(behavior: str) -> None:
    """Raises InvalidValue for what is no reprocess behaviour."""
    if behavior not in REPROCESS:
        raise errors.InvalidValue("reprocess_behavior", behavior, f"be one of {', '.join(REPROCESS)}")


def add_runs(
    tx: Tx,
    backfill_id: int,
    wanted: Sequence[NewRun],
    spec: DagSpec,
    *,
    reprocess_behavior: str,
    new_attempt: Callable[[datetime], str],
) -> list[Placed]:
    """Make the runs of a backfill in that order. Dates that have a run are taken over or left, by the
    behaviour.
    """
    placed = [
        _place(tx, backfill_id, new, spec, reprocess=reprocess_behavior, new_attempt=new_attempt)
        for new in wanted
    ]
    rows = [
        {
            "backfill_id": backfill_id, "dag_run_id": found.pk if (found := it.made or it.again) else None,
            "exception_reason": it.reason, "logical_date": it.logical_date, "sort_ordinal": ordinal,
        }
        for ordinal, it in enumerate(placed, 1)
    ]  # fmt: skip
    tx.run_many(_LINK, rows)
    return placed


def _place(
    tx: Tx,
    backfill_id: int,
    new: NewRun,
    spec: DagSpec,
    *,
    reprocess: str,
    new_attempt: Callable[[datetime], str],
) -> Placed:
    if new.logical_date is None:
        raise errors.InvalidValue("logical_date", None, "be given for a run of a backfill")
    there = run_queries.by_logical_date(tx, new.dag_id, new.logical_date, access=SYSTEM)
    if there is None:
        made = runs.create(tx, msgspec.structs.replace(new, backfill_id=backfill_id), spec, new_attempt)
        return Placed(logical_date=new.logical_date, made=made)
    reason = _reason(there, reprocess)
    if reason is not None:
        return Placed(logical_date=new.logical_date, reason=reason)
    tx.run(_ADOPT, pk=there.pk, backfill_id=backfill_id)
    return Placed(logical_date=new.logical_date, again=there)


def reason_to_leave_out(tx: Tx, dag_id: str, at: datetime, reprocess: str) -> str | None:
    """Why a backfill would not run that date; None where it would."""
    there = run_queries.by_logical_date(tx, dag_id, at, access=SYSTEM)
    return None if there is None else _reason(there, reprocess)


def _reason(there: RunRecord, reprocess: str) -> str | None:
    if there.state not in FINISHED_RUN:
        return "in flight"
    if reprocess == "none" or (reprocess == "failed" and there.state != DagRunState.FAILED):
        return "already exists"
    return None


def get(tx: Tx, backfill_id: int, *, access: Access) -> BackfillRecord | None:
    """The backfill with that id, or None."""
    return _reader.first(tx, _SELECT.where(backfill.c.id == backfill_id, within(backfill.c.dag_id, access)))


def list_backfills(tx: Tx, *, access: Access, dag_id: str | None = None) -> list[BackfillRecord]:
    """Backfills, the newest first."""
    select = _SELECT.where(within(backfill.c.dag_id, access)).order_by(backfill.c.id.desc())
    if dag_id is not None:
        select = select.where(backfill.c.dag_id == dag_id)
    return _reader.all(tx, select)


def going_on(tx: Tx, backfill_id: int, *, access: Access) -> BackfillRecord:
    """The backfill with that id. Raises NotFound, and Conflict where it has ended."""
    found = get(tx, backfill_id, access=access)
    if found is None:
        raise errors.NotFound(
            f"There is no backfill {backfill_id}. 'airflow backfill list' shows those that there are."
        )
    if found.completed_at is not None:
        raise errors.Conflict(f"Backfill {backfill_id} of DAG {found.dag_id!r} has ended already.")
    return found


def set_paused(tx: Tx, backfill_id: int, paused: bool, now: datetime) -> bool:
    """Pause or unpause a backfill that goes on; False where there is none."""
    changed = sa.update(backfill).where(backfill.c.id == backfill_id, backfill.c.completed_at.is_(None))
    return tx.run(changed.values(is_paused=paused, updated_at=now)) == 1


_QUEUED = Statement(sa.select(run.c.id).where(run.c.backfill_id == _id, run.c.state == const("queued")))
_FAIL = Statement(
    sa.update(run)
    .where(run.c.id == sa.bindparam("pk", type_=Key), run.c.state == const("queued"))
    .values(
        state=const("failed"), end_date=sa.bindparam("at", type_=Time),
        reason=sa.literal("the backfill was cancelled"),
        row_version=run.c.row_version + const(1),
    )
)  # fmt: skip


def cancel(tx: Tx, backfill_id: int, now: datetime) -> int:
    """Fail the runs that have not started and let the others end; how many were failed."""
    rows = [{"pk": row[0], "at": now} for row in tx.rows(_QUEUED, backfill_id=backfill_id)]
    failed = tx.run_many(_FAIL, rows)
    done = sa.update(backfill).where(backfill.c.id == backfill_id, backfill.c.completed_at.is_(None))
    tx.run(done.values(is_paused=True, completed_at=now, updated_at=now))
    return failed


_active = sa.exists().where(run.c.backfill_id == backfill.c.id, one_of(run.c.state, ACTIVE))
_COMPLETE = Statement(
    sa.update(backfill)
    .where(
        backfill.c.completed_at.is_(None),
        ~_active,
    )
    .values(completed_at=sa.bindparam("at", type_=Time), updated_at=sa.bindparam("at", type_=Time))
)


def complete(tx: Tx, now: datetime) -> int:
    """Complete the backfills without active runs; how many. A backfill is made together with its runs."""
    return tx.run(_COMPLETE, at=now)
