"""Who waits for which trigger. A trigger's row says what is waited for; ``triggerer_id`` who does that.

A row lives until its task has gone on. ``store/transitions/tasks`` makes rows, and deletes them when their
task resumes; what is left of tasks that were cleared, marked or deleted is swept up here.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import sqlalchemy as sa

from tradewind.domain.states import TaskInstanceState as T
from tradewind.secrets.cipher import CannotDecrypt
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement, const
from tradewind.store.tables.base import Key
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.tables.triggers import trigger


class TriggerRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger that a deferred task waits for. ``kwargs`` is as it is stored; ``Tx.seal`` opens it."""

    id: int
    classpath: str
    kwargs: str
    queue: str | None
    triggerer_id: int | None
    attempt_id: str
    dispatch: int
    dag_id: str
    run_id: str


_reader = Reader(
    TriggerRecord,
    {
        "id": trigger.c.id, "classpath": trigger.c.classpath, "kwargs": trigger.c.kwargs,
        "queue": trigger.c.queue, "triggerer_id": trigger.c.triggerer_id, "attempt_id": ti.c.id,
        "dispatch": ti.c.dispatch, "dag_id": ti.c.dag_id, "run_id": ti.c.run_id,
    },
)  # fmt: skip
_of_its_task = (trigger.c.ti_id == ti.c.id) & (ti.c.trigger_id == trigger.c.id)
_waiting = ti.c.state == const(T.DEFERRED)
_UNHELD = Statement(
    sa.select(*_reader.columns)
    .join_from(trigger, ti, _of_its_task)
    .where(trigger.c.triggerer_id.is_(None), _waiting, trigger.c.id > sa.bindparam("after", type_=Key))
    .order_by(trigger.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_id = sa.bindparam("trigger_id", type_=Key)
_holder = sa.bindparam("holder", type_=sa.Integer())
_WAITED_FOR = Statement(sa.select(*_reader.columns).join_from(trigger, ti, _of_its_task).where(_waiting))
_HOLD = Statement(sa.update(trigger).where(trigger.c.id == _id).values(triggerer_id=_holder))
_RELEASE = Statement(sa.update(trigger).where(trigger.c.id == _id).values(triggerer_id=sa.null()))
_HELD = Statement(sa.select(trigger.c.id, trigger.c.triggerer_id).where(trigger.c.triggerer_id.is_not(None)))
_DELETE = Statement(sa.delete(trigger).where(trigger.c.id == _id))
_LEFT = Statement(
    sa.select(trigger.c.id)
    .join_from(trigger, ti, _of_its_task, isouter=True)
    .where(trigger.c.ti_id.is_not(None), ti.c.id.is_(None))
)


def unheld(tx: Tx, *, limit: int, after: int = 0) -> list[TriggerRecord]:
    """Triggers that tasks wait for and no triggerer has, oldest first, from the one ``after`` on."""
    return _reader.all(tx, _UNHELD, limit=limit, after=after)


def waited_for(tx: Tx) -> list[TriggerRecord]:
    """Every trigger that a task waits for."""
    return _reader.all(tx, _WAITED_FOR)


def held(tx: Tx) -> dict[int, int]:
    """Trigger to the ``job`` that has it."""
    return {int(trigger_id): int(holder) for trigger_id, holder in tx.rows(_HELD)}


def hold(tx: Tx, trigger_ids: Collection[int], holder: int) -> int:
    """A triggerer (its ``job`` row) has these from now on; how many were there."""
    return tx.run_many(_HOLD, [{"trigger_id": each, "holder": holder} for each in sorted(trigger_ids)])


def open_kwargs(tx: Tx, trigger_id: int, stored: str) -> str | CannotDecrypt:
    """What a trigger carries, as JSON text; or why nobody can read it."""
    try:
        return tx.seal.open(stored, what=f"What trigger {trigger_id} carries")
    except CannotDecrypt as error:
        return error


def release(tx: Tx, trigger_ids: Collection[int]) -> int:
    """Nobody has these any more; how many were there."""
    return tx.run_many(_RELEASE, [{"trigger_id": each} for each in sorted(trigger_ids)])


_KWARGS = Statement(sa.select(trigger.c.id, trigger.c.kwargs))
_SEAL = Statement(
    sa.update(trigger)
    .where(trigger.c.id == _id)
    .values(kwargs=sa.bindparam("sealed", type_=trigger.c.kwargs.type))
)


def seal(tx: Tx, trigger_id: int, kwargs: str) -> None:
    """Encrypt what a trigger carries anew."""
    tx.run_many(_SEAL, [{"trigger_id": trigger_id, "sealed": tx.seal.close(kwargs)}])


def rotate(tx: Tx) -> int:
    """Encrypt what every trigger carries with the first key; how many there are.

    One that nobody can read stays as it is: it ends with that error when it is begun.
    """
    opened = [(each, open_kwargs(tx, each, stored)) for each, stored in tx.rows(_KWARGS)]
    readable = [(each, text) for each, text in opened if not isinstance(text, CannotDecrypt)]
    tx.run_many(_SEAL, [{"trigger_id": each, "sealed": tx.seal.close(text)} for each, text in readable])
    return len(readable)


def sweep(tx: Tx) -> list[int]:
    """Delete the triggers that no task waits for any more; which they were."""
    left = [int(row[0]) for row in tx.rows(_LEFT)]
    tx.run_many(_DELETE, [{"trigger_id": each} for each in left])
    return left
