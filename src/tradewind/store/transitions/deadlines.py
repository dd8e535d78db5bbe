"""Deadlines of runs and SLAs of tasks: written with the run, and taken once when their time has come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.domain.spec import DagSpec
from tradewind.domain.states import DagRunType
from tradewind.engine import deadlines
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader
from tradewind.store.records import NewRun
from tradewind.store.statements import Statement, const, insert_all
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.deadlines import deadline
from tradewind.store.tables.runs import dag_run
from tradewind.store.tables.task_instances import sla_miss, task_instance


class DeadlineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One whose time has come, with what its run is like now."""

    id: int
    at: datetime
    dag_id: str
    run_id: str
    kind: str
    alert: int
    name: str | None
    task_id: str | None
    run_state: str
    run_end: datetime | None
    logical_date: datetime | None
    run_after: datetime
    version_hash: str | None


_reader = Reader(
    DeadlineRecord,
    {
        "id": deadline.c.id, "at": deadline.c.deadline_time, "dag_id": deadline.c.dag_id,
        "run_id": deadline.c.run_id, "kind": deadline.c.kind, "alert": deadline.c.alert,
        "name": deadline.c.name, "task_id": deadline.c.task_id,
        "run_state": dag_run.c.state, "run_end": dag_run.c.end_date, "logical_date": dag_run.c.logical_date,
        "run_after": dag_run.c.run_after, "version_hash": dag_run.c.version_hash,
    },
)  # fmt: skip
_INSERT = Statement(
    insert_all(
        deadline, "deadline_time", "created_at", "dag_id", "run_id", "kind", "alert", "name", "task_id"
    )
)
_DUE = Statement(
    sa.select(*_reader.columns)
    .select_from(
        deadline.join(
            dag_run, (dag_run.c.dag_id == deadline.c.dag_id) & (dag_run.c.run_id == deadline.c.run_id)
        )
    )
    .where(deadline.c.missed.is_(sa.false()), deadline.c.deadline_time <= sa.bindparam("now", type_=Time))
    .order_by(deadline.c.deadline_time, deadline.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_RUN_TIMES = Statement(
    sa.select(dag_run.c.start_date, dag_run.c.end_date)
    .where(
        dag_run.c.dag_id == sa.bindparam("dag_id"),
        dag_run.c.state == const("success"),
        dag_run.c.start_date.is_not(None),
        dag_run.c.end_date.is_not(None),
    )
    .order_by(dag_run.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_TASK_STATES = Statement(
    sa.select(task_instance.c.task_id, task_instance.c.state).where(
        task_instance.c.dag_id == sa.bindparam("dag_id"), task_instance.c.run_id == sa.bindparam("run_id")
    )
)
_MISS = Statement(
    lambda dialect: dialect.insert_ignore(sla_miss).values(
        {
            name: sa.bindparam(name, type_=sla_miss.c[name].type)
            for name in (
                "task_id",
                "dag_id",
                "execution_date",
                "timestamp",
                "email_sent",
                "notification_sent",
            )
        }
    )
)
_MISSED = Statement(
    sa.update(deadline).where(deadline.c.id == sa.bindparam("pk", type_=Key)).values(missed=sa.true())
)
_pk = sa.bindparam("pk", type_=Key)
_unknown = sa.and_(deadline.c.id == _pk, deadline.c.kind == const("reference"))
_POSTPONE = Statement(
    sa.update(deadline).where(_unknown).values(deadline_time=sa.bindparam("at", type_=Time))
)
_KNOWN = Statement(
    sa.update(deadline)
    .where(_unknown)
    .values(deadline_time=sa.bindparam("at", type_=Time), kind=const("deadline"))
)
_DROP = Statement(sa.delete(deadline).where(deadline.c.id == sa.bindparam("pk", type_=Key)))


def create(tx: Tx, new: NewRun, spec: DagSpec) -> None:
    """Write down by when the new run, and its tasks, have to be done."""
    if not spec.deadlines and all(task.sla is None for task in spec.tasks):
        return
    times = deadlines.RunTimes(
        queued_at=new.queued_at,
        logical_date=new.logical_date,
        interval_end=new.data_interval_end,
        run_after=new.run_after,
        scheduled=new.run_type == DagRunType.SCHEDULED,
    )
    found = deadlines.of_run(spec, times, average=lambda most, least: _average(tx, new.dag_id, most, least))
    tx.run_many(
        _INSERT,
        [
            {
                "deadline_time": it.at, "created_at": new.queued_at, "dag_id": new.dag_id,
                "run_id": new.run_id,
                "kind": it.kind, "alert": it.alert, "name": it.name, "task_id": it.task_id,
            }
            for it in found
        ],
    )  # fmt: skip


def _average(tx: Tx, dag_id: str, most: int, least: int) -> float | None:
    """The mean run time, in seconds, of the newest runs that went well."""
    rows = tx.rows(_RUN_TIMES, dag_id=dag_id, limit=most)
    if not rows or len(rows) < least:
        return None
    return float(sum((end - start).total_seconds() for start, end in rows) / len(rows))


def due(tx: Tx, now: datetime, *, limit: int = 100) -> list[DeadlineRecord]:
    """Those whose time has come and that nobody has taken yet, oldest first."""
    return _reader.all(tx, _DUE, now=now, limit=limit)


def task_states(tx: Tx, dag_id: str, run_id: str) -> list[tuple[str, str | None]]:
    """(task id, state) of every task instance of the run."""
    return [(row[0], row[1]) for row in tx.rows(_TASK_STATES, dag_id=dag_id, run_id=run_id)]


def missed(tx: Tx, ids: Sequence[int]) -> None:
    """These were not met. In the transaction that writes the callback which tells of it."""
    tx.run_many(_MISSED, [{"pk": pk} for pk in ids])


def ask_again(tx: Tx, pk: int, at: datetime) -> None:
    """The moment of this one is not known yet: look at it again then."""
    tx.run(_POSTPONE, pk=pk, at=at)


def known(tx: Tx, pk: int, at: datetime) -> None:
    """A plug-in has said from when this one counts, so that it is due at ``at``. Once only."""
    tx.run(_KNOWN, pk=pk, at=at)


def drop(tx: Tx, ids: Sequence[int]) -> None:
    """These were met."""
    tx.run_many(_DROP, [{"pk": pk} for pk in ids])


def record_sla_misses(tx: Tx, rows: Sequence[DeadlineRecord], now: datetime, *, told: bool) -> None:
    """Rows of ``sla_miss``, with Airflow's columns; one that is there stays. ``told``: somebody hears."""
    tx.run_many(
        _MISS,
        [
            {
                "task_id": row.task_id, "dag_id": row.dag_id,
                "execution_date": row.logical_date or row.run_after,
                "timestamp": now, "email_sent": int(told), "notification_sent": int(told),
            }
            for row in rows
        ],
    )  # fmt: skip
