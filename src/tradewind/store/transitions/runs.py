"""Runs: made, raised, moved, edited, deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import bounds, errors
from tradewind.domain.spec import DagSpec
from tradewind.domain.states import RUN_MOVES, DagRunState
from tradewind.engine.decisions import RunMove
from tradewind.store.database import Tx, new_token
from tradewind.store.dialects.base import Dialect
from tradewind.store.records import NewRun, RunRecord
from tradewind.store.statements import Row, Statement, const, one_of
from tradewind.store.tables import dags
from tradewind.store.tables import runs as tables
from tradewind.store.tables.base import Key, Time
from tradewind.store.transitions import deadlines, instances, xcom_files
from tradewind.store.transitions.rows import NONE, Pairs

run = tables.dag_run
_encode = msgspec.json.Encoder().encode

_COLUMNS = (
    "dag_id", "run_id", "state", "run_type", "logical_date", "data_interval_start", "data_interval_end",
    "run_after",
    "queued_at", "conf", "triggered_by", "triggering_user_name", "backfill_id", "partition_key",
    "partition_date",
    "version_hash",
    "created_dag_version_id", "options", "updated_at",
)  # fmt: skip
_pk = sa.bindparam("pk", type_=Key)
_at = sa.bindparam("at", type_=Time)


def _insert(dialect: Dialect) -> Any:
    values = {name: sa.bindparam(name, type_=run.c[name].type) for name in _COLUMNS}
    return dialect.insert_ignore(run).values(values)


_INSERT = Statement(_insert)
_ID = Statement(
    sa.select(run.c.id).where(run.c.dag_id == sa.bindparam("dag_id"), run.c.run_id == sa.bindparam("run_id"))
)
_VERSION = Statement(
    sa.select(dags.serialized_dag.c.dag_version_id)
    .where(
        dags.serialized_dag.c.dag_id == sa.bindparam("dag_id"),
        dags.serialized_dag.c.dag_hash == sa.bindparam("version_hash"),
    )
    .order_by(dags.serialized_dag.c.created_at.desc())
    .limit(1)
)


def create(tx: Tx, new: NewRun, spec: DagSpec, new_attempt: Callable[[datetime], str]) -> RunRecord:
    """Make a run with all its task instances. Raises DagRunAlreadyExists (nothing is written then).

    ``new_attempt`` gives the ids of attempts, as ``keys.attempt_id`` makes them.
    """
    version_id = (
        tx.value(_VERSION, dag_id=new.dag_id, version_hash=new.version_hash) if new.version_hash else None
    )
    if tx.run(_INSERT, **_row(new, version_id)) != 1:
        raise _taken(tx, new)
    pk = int(tx.value(_ID, dag_id=new.dag_id, run_id=new.run_id))
    rows = instances.for_run(spec, new, version_id, new_attempt)
    tx.run_many(instances.INSERT, rows)
    deadlines.create(tx, new, spec)
    if new.note is not None:
        set_note(tx, pk, new.note, user=new.triggering_user_name, now=new.queued_at)
    return _record(pk, new)


def _taken(tx: Tx, new: NewRun) -> errors.DagRunAlreadyExists:
    same_id = tx.value(_ID, dag_id=new.dag_id, run_id=new.run_id) is not None
    return errors.DagRunAlreadyExists(new.dag_id, new.run_id, None if same_id else new.logical_date)


def _row(new: NewRun, version_id: str | None) -> dict[str, Any]:
    row = {name: getattr(new, name) for name in _COLUMNS if name in NewRun.__struct_fields__}
    row.update(
        state=new.state.value,
        created_dag_version_id=version_id,
        updated_at=new.queued_at,
        options=_encode(new.options).decode() if new.options else None,
    )
    return row


def _record(pk: int, new: NewRun) -> RunRecord:
    fields = set(NewRun.__struct_fields__) & set(RunRecord.__struct_fields__)
    return RunRecord(pk=pk, row_version=0, **{name: getattr(new, name) for name in fields})


# --- versions ----------------------------------------------------------------------------------------

_BUMP = Statement(
    sa.update(run)
    .where(run.c.id == _pk, run.c.row_version == sa.bindparam("version", type_=sa.Integer()))
    .values(
        row_version=run.c.row_version + const(1),
        last_writer=sa.bindparam("token", type_=sa.BigInteger()),
        last_scheduling_decision=sa.func.coalesce(_at, run.c.last_scheduling_decision),
    )
)


def bump(tx: Tx, versions: Sequence[tuple[int, int]], *, at: datetime | None = None) -> frozenset[int]:
    """Raise the version of each (id, version) run by one; the ids of those that another writer changed, or
    that are gone.

    The first statement of a turn. Rows are locked in the order of their ids, so that two turns cannot wait
    for each other. ``at`` is recorded as the time of the run's last scheduling decision.
    """
    token = new_token()
    rows = [{"pk": pk, "version": version, "token": token, "at": at} for pk, version in sorted(versions)]
    if tx.run_many(_BUMP, rows) == len(rows):
        return NONE
    pks = [pk for pk, _ in versions]
    matched = {
        row[0] for row in tx.rows(sa.select(run.c.id).where(run.c.id.in_(pks), run.c.last_writer == token))
    }
    return frozenset(pk for pk in pks if pk not in matched)


_TOUCH = Statement(
    sa.update(run)
    .where(run.c.id == _pk)
    .values(row_version=run.c.row_version + const(1), last_writer=sa.null(), updated_at=_at)
)


def lock(tx: Tx, pks: Iterable[int]) -> None:
    """Wait for whoever changes these runs, before their task instances are read to be changed: what is read
    then stays so. Rows are locked in the order of their ids, as in a turn.
    """
    tx.rows(sa.select(run.c.id).where(run.c.id.in_(list(pks))).order_by(run.c.id).with_for_update())


def touch(tx: Tx, pk: int, *, now: datetime) -> bool:
    """Raise the version of a run that a person changed; the scheduler then reloads it. False where it is
    gone.
    """
    return tx.run(_TOUCH, pk=pk, at=now) == 1


_FORGET_PARTITION = Statement(
    sa.update(run)
    .where(run.c.id == _pk)
    .values(
        partition_key=sa.null(), partition_date=sa.null(), row_version=run.c.row_version + const(1),
        last_writer=sa.null(), updated_at=_at,
    )
)  # fmt: skip


def forget_partition(tx: Tx, pk: int, *, now: datetime) -> bool:
    """The run is for no partition any more. False where it is gone."""
    return tx.run(_FORGET_PARTITION, pk=pk, at=now) == 1


_TOUCH_RUN = Statement(
    sa.update(run)
    .where(run.c.dag_id == sa.bindparam("of_dag"), run.c.run_id == sa.bindparam("of_run"))
    .values(row_version=run.c.row_version + const(1), last_writer=sa.null(), updated_at=_at)
)


def touch_run(tx: Tx, dag_id: str, run_id: str, *, now: datetime) -> bool:
    """As ``touch``, by the run's names."""
    return tx.run(_TOUCH_RUN, of_dag=dag_id, of_run=run_id, at=now) == 1


# --- moves -------------------------------------------------------------------------------------------


def _may_become(after: DagRunState) -> sa.ColumnElement[bool]:
    return one_of(run.c.state, sorted(state for state, following in RUN_MOVES.items() if after in following))


_START = Statement(
    sa.update(run)
    .where(run.c.id == _pk, _may_become(DagRunState.RUNNING))
    .values(
        state=const("running"),
        start_date=sa.func.coalesce(run.c.start_date, _at),
        end_date=sa.null(),
        reason=sa.null(),
        updated_at=_at,
    )
)
_FINISH = Statement(
    sa.update(run)
    .where(run.c.id == _pk, one_of(run.c.state, tables.ACTIVE))
    .values(
        state=sa.bindparam("state", type_=sa.String()),
        end_date=_at,
        start_date=sa.func.coalesce(run.c.start_date, _at),
        reason=sa.bindparam("reason", type_=sa.Text()),
        updated_at=_at,
    )
)


def start(tx: Tx, pairs: Pairs[RunMove]) -> frozenset[int]:
    """queued → running; the ids of runs that did not match."""
    return _write(tx, _START, [{"pk": it.pk, "at": move.at} for it, move in pairs], "running")


def finish(tx: Tx, pairs: Pairs[RunMove]) -> frozenset[int]:
    """→ success or failed; the ids of runs that did not match."""
    rows = [
        {"pk": it.pk, "at": move.at, "state": move.state.value, "reason": move.reason or None}
        for it, move in pairs
    ]
    return _write(tx, _FINISH, rows, None)


def move(tx: Tx, pairs: Pairs[RunMove]) -> frozenset[int]:
    """Moves of any kind, first those to running; the ids of runs that did not match."""
    to_running = [pair for pair in pairs if pair[1].state == DagRunState.RUNNING]
    to_end = [pair for pair in pairs if pair[1].state in (DagRunState.SUCCESS, DagRunState.FAILED)]
    return start(tx, to_running) | finish(tx, to_end)


def _write(tx: Tx, statement: Statement, rows: Sequence[Row], after: str | None) -> frozenset[int]:
    if tx.run_many(statement, rows) == len(rows):
        return NONE
    expected = {row["pk"]: row.get("state", after) for row in rows}
    found = dict(tx.rows(sa.select(run.c.id, run.c.state).where(run.c.id.in_(list(expected)))))
    wrong = frozenset(pk for pk, state in expected.items() if found.get(pk) != state)
    return wrong or frozenset(expected)


# --- by people -----------------------------------------------------------------------------------------


def _note(dialect: Dialect) -> Any:
    return dialect.upsert(
        tables.dag_run_note, ["dag_run_id"], ["content", "user_id", "created_at", "updated_at"]
    )


_NOTE = Statement(_note)


def set_note(tx: Tx, pk: int, note: str | None, *, user: str | None, now: datetime) -> None:
    """Write or (None) remove the note of a run. Raises InvalidValue."""
    bounds.check("The note of a run", note, bounds.NOTE)
    if note is None:
        tx.run(sa.delete(tables.dag_run_note).where(tables.dag_run_note.c.dag_run_id == pk))
        return
    tx.run(_NOTE, dag_run_id=pk, content=note, user_id=user, created_at=now, updated_at=now)


def delete(tx: Tx, pk: int) -> bool:
    """Delete a run with everything that hangs on it. False where it is gone already."""
    xcom_files.go_with_run(tx, pk)
    return tx.run(sa.delete(run).where(run.c.id == pk)) == 1
