"""What running tasks ask of the database, and the XComs that people edit.

Everything here is on the path of a task's first line of user code or of an ``xcom_pull``, so each
statement is compiled once and finds its rows by a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from tradewind.domain import keys
from tradewind.domain.messages.data import FindDagRuns
from tradewind.domain.messages.deferral import TRIGGER_PREFIX
from tradewind.domain.states import DagRunType
from tradewind.store.database import Tx
from tradewind.store.queries import runs
from tradewind.store.queries import task_instances as instances
from tradewind.store.records import RunRecord
from tradewind.store.statements import Statement, const
from tradewind.store.tables import task_instances
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.tables.triggers import callback, trigger
from tradewind.store.tables.xcoms import xcom

# --- whose data ------------------------------------------------------------------------------------


class LiveAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """The task instance whose current attempt this is."""

    attempt_id: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: str | None
    dispatch: int
    first_start: datetime | None


_FENCE = Statement(
    sa.select(
        ti.c.id,
        ti.c.dag_id,
        ti.c.run_id,
        ti.c.task_id,
        ti.c.map_index,
        ti.c.state,
        ti.c.dispatch,
        ti.c.first_start,
    ).where(ti.c.id == sa.bindparam("attempt_id", type_=ti.c.id.type))
)


def attempt(tx: Tx, attempt_id: str) -> LiveAttempt | None:
    """The task instance of that attempt, or None where a later one took its place."""
    row = tx.first(_FENCE, attempt_id=attempt_id)
    return None if row is None else LiveAttempt(**dict(zip(LiveAttempt.__struct_fields__, row, strict=True)))


_old = task_instances.task_instance_history
_FIRST_START = Statement(
    sa.select(sa.func.min(sa.func.coalesce(_old.c.first_start, _old.c.start_date))).where(
        _old.c.dag_id == sa.bindparam("dag_id", type_=sa.String()),
        _old.c.run_id == sa.bindparam("run_id", type_=sa.String()),
        _old.c.task_id == sa.bindparam("task_id", type_=sa.String()),
        _old.c.map_index == sa.bindparam("map_index", type_=sa.Integer()),
        _old.c.try_number >= sa.bindparam("since_try", type_=sa.Integer()),
    )
)


def first_start(tx: Tx, of: LiveAttempt, *, since_try: int) -> datetime | None:
    """When the first of a task instance's earlier tries, from number ``since_try`` on, started."""
    found: datetime | None = tx.value(
        _FIRST_START, dag_id=of.dag_id, run_id=of.run_id, task_id=of.task_id, map_index=of.map_index,
        since_try=since_try,
    )  # fmt: skip
    return found


# --- XComs -------------------------------------------------------------------------------------------

_dag, _run = sa.bindparam("dag_id", type_=sa.String()), sa.bindparam("run_id", type_=sa.String())
_task, _key = sa.bindparam("task_id", type_=sa.String()), sa.bindparam("key", type_=sa.String())
_of_run = sa.select(run.c.id).where(run.c.dag_id == _dag, run.c.run_id == _run).scalar_subquery()
_pushed = (xcom.c.dag_run_id == _of_run, xcom.c.task_id == _task, xcom.c.key == _key)
_ONE = Statement(
    sa.select(xcom.c.value).where(*_pushed, xcom.c.map_index == sa.bindparam("map_index", type_=sa.Integer()))
)
_PUSHED_AT = Statement(
    sa.select(xcom.c.timestamp).where(
        *_pushed, xcom.c.map_index == sa.bindparam("map_index", type_=sa.Integer())
    )
)
_ANY = Statement(sa.select(xcom.c.value).where(*_pushed).order_by(xcom.c.map_index).limit(1))
_SOME = Statement(
    sa.select(xcom.c.value)
    .where(*_pushed)
    .order_by(xcom.c.map_index)
    .limit(sa.bindparam("count", type_=sa.Integer()))
    .offset(sa.bindparam("first", type_=sa.Integer()))
)
_at_path = ti.join(xcom, (ti.c.task_id == xcom.c.task_id) & (ti.c.map_index == xcom.c.map_index))
_NESTED = Statement(
    sa.select(ti.c.map_index, ti.c.map_path, xcom.c.value)
    .select_from(_at_path)
    .where(ti.c.dag_id == _dag, ti.c.run_id == _run, *_pushed)
)
_COUNT = Statement(sa.select(sa.func.count()).where(*_pushed))
_NEWEST_KEY = Statement(
    sa.select(xcom.c.key)
    .where(xcom.c.dag_run_id == _of_run, xcom.c.task_id == _task)
    .order_by(xcom.c.timestamp.desc(), xcom.c.key)
    .limit(1)
)
_until = sa.bindparam("until", type_=run.c.logical_date.type)
_pushing = sa.select(xcom.c.dag_run_id).join_from(xcom, run, run.c.id == xcom.c.dag_run_id)
_pushing = _pushing.where(run.c.dag_id == _dag, xcom.c.task_id == _task, xcom.c.key == _key)
_PRIOR_DATED = Statement(
    _pushing.add_columns(run.c.logical_date)
    .where(run.c.logical_date <= _until)
    .order_by(run.c.logical_date.desc())
    .limit(1)
)
_PRIOR_DATELESS = Statement(
    _pushing.add_columns(run.c.run_after)
    .where(run.c.logical_date.is_(None), run.c.run_after <= _until)
    .order_by(run.c.run_after.desc(), run.c.id.desc())
    .limit(1)
)
_MOMENT = Statement(
    sa.select(sa.func.coalesce(run.c.logical_date, run.c.run_after)).where(
        run.c.dag_id == _dag, run.c.run_id == _run
    )
)
_RUN_OF_PK = Statement(sa.select(run.c.run_id).where(run.c.id == sa.bindparam("pk", type_=run.c.id.type)))


def xcom_value(
    tx: Tx, *, dag_id: str, run_id: str, task_id: str, key: str, map_index: int | None
) -> str | None:
    """One value as JSON text; ``map_index`` None: that of the lowest index there is."""
    where = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "key": key}
    if map_index is None:
        found: str | None = tx.value(_ANY, **where)
    else:
        found = tx.value(_ONE, **where, map_index=map_index)
    return found


def xcom_pushed_at(
    tx: Tx, *, dag_id: str, run_id: str, task_id: str, key: str, map_index: int
) -> datetime | None:
    """When the value was pushed, or None where there is none."""
    found: datetime | None = tx.value(
        _PUSHED_AT, dag_id=dag_id, run_id=run_id, task_id=task_id, key=key, map_index=map_index
    )
    return found


def xcom_values(
    tx: Tx, *, dag_id: str, run_id: str, task_id: str, key: str, first: int, count: int
) -> list[str | None]:
    """``count`` values of a mapped task, in index order, from the one at place ``first`` on."""
    where = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "key": key}
    return [value for (value,) in tx.rows(_SOME, **where, first=first, count=count)]


def nested_values(
    tx: Tx, *, dag_id: str, run_id: str, task_id: str, key: str, within: tuple[int, ...]
) -> list[tuple[tuple[int, ...], str | None]]:
    """(path, value) of the instances of a task whose path begins like that, in the order of their paths."""
    rows = tx.rows(_NESTED, dag_id=dag_id, run_id=run_id, task_id=task_id, key=key)
    found = [(keys.path_of(path) or (index,), value) for index, path, value in rows]
    return sorted(
        ((path, value) for path, value in found if path[: len(within)] == within), key=itemgetter(0)
    )


def xcom_count(tx: Tx, *, dag_id: str, run_id: str, task_id: str, key: str) -> int:
    """How many map indexes pushed that key."""
    return int(tx.value(_COUNT, dag_id=dag_id, run_id=run_id, task_id=task_id, key=key))


def newest_key(tx: Tx, *, dag_id: str, run_id: str, task_id: str) -> str | None:
    """The key under which the task pushed last."""
    found: str | None = tx.value(_NEWEST_KEY, dag_id=dag_id, run_id=run_id, task_id=task_id)
    return found


def moment_of(tx: Tx, dag_id: str, run_id: str) -> datetime | None:
    """Where the run stands among others: its logical date, or without one when it was due. None where there
    is no such run.
    """
    found: datetime | None = tx.value(_MOMENT, dag_id=dag_id, run_id=run_id)
    return found


def newest_run_with(tx: Tx, *, dag_id: str, until: datetime, task_id: str, key: str) -> str | None:
    """The newest run of the DAG, up to that moment, in which the task pushed that key.

    Asked for runs with and without a logical date apart, because each has an index of its own.
    """
    where = {"dag_id": dag_id, "until": until, "task_id": task_id, "key": key}
    rows = [tx.first(statement, **where) for statement in (_PRIOR_DATED, _PRIOR_DATELESS)]
    newest = max((row for row in rows if row is not None), key=lambda row: (row[1], row[0]), default=None)
    found: str | None = None if newest is None else tx.value(_RUN_OF_PK, pk=newest[0])
    return found


_index = sa.bindparam("map_index", type_=sa.Integer())
_DELETE = Statement(sa.delete(xcom).where(*_pushed, xcom.c.map_index == _index))


def delete_xcom(tx: Tx, *, dag_id: str, run_id: str, task_id: str, map_index: int, key: str) -> bool:
    """Remove one value; False where it was not there."""
    return tx.run(_DELETE, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, key=key) == 1


# --- runs and states ---------------------------------------------------------------------------------


def count_runs(
    tx: Tx,
    dag_id: str,
    *,
    logical_dates: Sequence[datetime] | None,
    run_ids: Sequence[str] | None,
    states: Sequence[str] | None,
) -> int:
    """How many runs of the DAG there are, by dates, ids and states."""
    select = sa.select(sa.func.count()).where(run.c.dag_id == dag_id)
    for column, values in (
        (run.c.logical_date, logical_dates),
        (run.c.run_id, run_ids),
        (run.c.state, states),
    ):
        if values is not None:
            select = select.where(column.in_(list(values)))
    return int(tx.value(select))


def task_states(
    tx: Tx,
    dag_id: str,
    *,
    task_ids: Sequence[str] | None,
    logical_dates: Sequence[datetime] | None,
    run_ids: Sequence[str] | None,
    map_index: int | None,
    states: Sequence[str | None] | None = None,
) -> list[tuple[str, str, int, str | None]]:
    """(run id, task id, map index, state) of task instances of the DAG, by tasks and runs."""
    same = (run.c.dag_id == ti.c.dag_id) & (run.c.run_id == ti.c.run_id)
    select = sa.select(ti.c.run_id, ti.c.task_id, ti.c.map_index, ti.c.state).join_from(ti, run, same)
    select = select.where(ti.c.dag_id == dag_id)
    wanted: tuple[tuple[Any, Sequence[Any] | None], ...] = (
        (ti.c.task_id, task_ids), (run.c.logical_date, logical_dates), (ti.c.run_id, run_ids),
        (ti.c.map_index, None if map_index is None else [map_index]),
    )  # fmt: skip
    for column, values in wanted:
        if values is not None:
            select = select.where(column.in_(list(values)))
    if states is not None:
        select = select.where(instances.in_states(states))
    return [
        (a, b, c, d) for a, b, c, d in tx.rows(select.order_by(ti.c.run_id, ti.c.task_id, ti.c.map_index))
    ]


def find_runs(tx: Tx, wanted: FindDagRuns, *, limit: int) -> list[RunRecord]:
    """At most ``limit`` runs that match all that is given, by logical date."""
    select = runs.SELECT
    lists: tuple[tuple[Any, Sequence[Any] | None], ...] = (
        (run.c.dag_id, wanted.dag_ids), (run.c.run_id, wanted.run_ids), (run.c.state, wanted.states),
        (run.c.logical_date, wanted.logical_dates), (run.c.run_type, wanted.run_types),
    )  # fmt: skip
    for column, values in lists:
        if values is not None:
            select = select.where(column.in_(list(values)))
    if wanted.since is not None:
        select = select.where(run.c.logical_date >= wanted.since)
    if wanted.until is not None:
        select = select.where(run.c.logical_date <= wanted.until)
    return runs.READER.all(tx, select.order_by(run.c.logical_date, run.c.id).limit(limit))


def previous_run_id(
    tx: Tx, dag_id: str, before: datetime, state: str | None, *, scheduled: bool = False
) -> str | None:
    """The run with the newest logical date before that moment, in that state if one is given; with
    ``scheduled`` none that was asked for by hand.
    """
    select = sa.select(run.c.run_id).where(run.c.dag_id == dag_id, run.c.logical_date < before)
    if state is not None:
        select = select.where(run.c.state == state)
    if scheduled:
        select = select.where(run.c.run_type != DagRunType.MANUAL)
    found: str | None = tx.value(select.order_by(run.c.logical_date.desc()).limit(1))
    return found


# --- callbacks ---------------------------------------------------------------------------------------------

_CALLBACK = (
    sa.select(callback.c.dag_id, callback.c.run_id).where(callback.c.state == const("pending")).limit(1)
)
_CALLBACK_OF = Statement(
    _CALLBACK.where(callback.c.ti_id == sa.bindparam("attempt_id", type_=callback.c.ti_id.type))
)
_CALLBACK_BY_ID = Statement(
    _CALLBACK.where(callback.c.id == sa.bindparam("number", type_=callback.c.id.type))
)
CALLBACK_PREFIX = "callback-"
"""``callback-7`` is how the process that runs callback 7 names itself where no attempt stands behind it."""


def callback_attempt(tx: Tx, attempt_id: str) -> LiveAttempt | None:
    """The run for which a waiting callback of that (ended) attempt runs now, or None."""
    number = attempt_id.removeprefix(CALLBACK_PREFIX)
    if number != attempt_id:
        row = tx.first(_CALLBACK_BY_ID, number=int(number)) if number.isdecimal() else None
    else:
        row = tx.first(_CALLBACK_OF, attempt_id=attempt_id)
    if row is None:
        return None
    return LiveAttempt(
        attempt_id=attempt_id, dag_id=row[0], run_id=row[1] or "", task_id="", map_index=-1, state="callback",
        dispatch=-1, first_start=None,
    )  # fmt: skip


_WATCHER = Statement(
    sa.select(trigger.c.id).where(
        trigger.c.id == sa.bindparam("number", type_=trigger.c.id.type), trigger.c.digest.is_not(None)
    )
)
WATCHER: Final = "watcher"
"""The ``state`` of what asks for no task instance, but watches assets."""


def watching_trigger(tx: Tx, attempt_id: str) -> LiveAttempt | None:
    """The trigger of that name, if it watches assets; it has neither DAG nor run."""
    number = attempt_id.removeprefix(TRIGGER_PREFIX)
    if number == attempt_id or not number.isdecimal() or tx.first(_WATCHER, number=int(number)) is None:
        return None
    return LiveAttempt(
        attempt_id=attempt_id, dag_id="", run_id="", task_id="", map_index=-1, state=WATCHER, dispatch=-1,
        first_start=None,
    )  # fmt: skip


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A try that has ended, for the callback that tells of it."""

    task_id: str
    map_index: int
    try_number: int
    max_tries: int
    start_date: datetime | None
    queue: str | None


_names = Tried.__struct_fields__
_past = task_instances.task_instance_history
_attempt_id = sa.bindparam("attempt_id", type_=ti.c.id.type)
_TRIED = Statement(
    sa.union_all(
        sa.select(*(ti.c[name] for name in _names)).where(ti.c.id == _attempt_id),
        sa.select(*(_past.c[name] for name in _names)).where(_past.c.task_instance_id == _attempt_id),
    )
)


def tried(tx: Tx, attempt_id: str) -> Tried | None:
    """That try, whether it is the newest of its task instance or in the history; None where it is gone."""
    row = tx.first(_TRIED, attempt_id=attempt_id)
    return None if row is None else Tried(**dict(zip(_names, row, strict=True)))
