"""Callbacks of DAG files that wait to be run: rows that stay until somebody has run them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from tradewind.engine import decisions as d
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement, const, insert_all
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.triggers import callback, trigger
from tradewind.store.transitions.rows import Pairs

_encode = msgspec.json.Encoder().encode
TRIGGER_CLASS: Final = "airflow.triggers.callback.CallbackTrigger"
"""What Airflow calls the trigger of a callback; for those who read the table."""
XCOM_FILES: Final = "xcom_files"
"""The kind of a callback that removes what deleted runs left in an object store."""


class CallbackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A callback to run. ``attempt_id`` may name a try that is in the history by now; ``run_id`` is empty
    where it belongs to none; ``data`` has a ``reason`` and what else the callback has to know.
    """

    id: int
    kind: str
    dag_id: str
    run_id: str
    attempt_id: str | None
    data: dict[str, Any]
    dispatch: int
    created_at: datetime
    trigger_id: int | None
    """The trigger as which it runs in a triggerer; None where a worker runs it."""


_reader = Reader(
    CallbackRecord,
    {
        "id": callback.c.id, "kind": callback.c.type, "dag_id": callback.c.dag_id,
        "run_id": callback.c.run_id,
        "attempt_id": callback.c.ti_id, "data": callback.c.data, "dispatch": callback.c.dispatch,
        "created_at": callback.c.created_at, "trigger_id": callback.c.trigger_id,
    },
    data=msgspec.json.decode,
    run_id=lambda run_id: run_id or "",
)  # fmt: skip
_REQUEST = Statement(
    insert_all(callback, "type", "data", "created_at", "dag_id", "run_id", "ti_id", "sent_at")
)
_PENDING = Statement(
    sa.select(*_reader.columns)
    .where(
        callback.c.state == const("pending"),
        callback.c.trigger_id.is_(None),
        sa.or_(callback.c.sent_at.is_(None), callback.c.sent_at < sa.bindparam("before", type_=Time)),
    )
    .order_by(callback.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_id = sa.bindparam("callback_id", type_=Key)
_SENT = Statement(
    sa.update(callback)
    .where(callback.c.id == _id)
    .values(sent_at=sa.bindparam("at", type_=Time), dispatch=callback.c.dispatch + const(1))
)
_DONE = Statement(sa.delete(callback).where(callback.c.id == _id))
_RUNS = Statement(
    sa.select(callback.c.run_id).where(
        callback.c.dag_id == sa.bindparam("dag_id", type_=callback.c.dag_id.type),
        callback.c.run_id.is_not(None),
        callback.c.state == const("pending"),
    )
)
_OF_ATTEMPT = Statement(
    sa.select(callback.c.id).where(
        callback.c.ti_id == sa.bindparam("attempt_id", type_=callback.c.ti_id.type),
        callback.c.type == const("task_success"),
    )
)


def request(tx: Tx, pairs: Pairs[d.Callback], now: datetime) -> None:
    """Keep these callbacks until ``done``."""
    rows = [
        {
            "type": it.kind, "data": _encode({"reason": it.reason}).decode(), "created_at": now,
            "dag_id": run.dag_id, "run_id": run.run_id, "ti_id": it.attempt_id,
            "sent_at": now if it.calling else None,
        }
        for run, it in pairs
    ]  # fmt: skip
    tx.run_many(_REQUEST, rows)


def request_one(
    tx: Tx,
    kind: str,
    dag_id: str,
    run_id: str | None,
    data: dict[str, Any],
    now: datetime,
    *,
    in_triggerer: bool = False,
) -> None:
    """Keep a callback of a run (None: of none) until ``done``; one that is a coroutine runs
    ``in_triggerer``.
    """
    row = {
        "type": kind, "data": _encode(data).decode(), "created_at": now, "dag_id": dag_id, "run_id": run_id,
        "ti_id": None, "sent_at": None,
    }  # fmt: skip
    if in_triggerer:
        carried = {"classpath": TRIGGER_CLASS, "kwargs": "{}", "created_date": now}
        tx.insert(callback, {**row, "trigger_id": tx.insert(trigger, carried)})
    else:
        tx.run_many(_REQUEST, [row])


def pending(tx: Tx, *, sent_before: datetime | None, limit: int = 100) -> list[CallbackRecord]:
    """Callbacks that were never sent, or (unless None) sent before that time and not acknowledged; oldest
    first.
    """
    return _reader.all(tx, _PENDING, before=sent_before, limit=limit)


def pending_runs(tx: Tx, dag_id: str) -> list[str]:
    """The run of each callback of a DAG's runs that is kept, whoever calls it."""
    return [str(row[0]) for row in tx.rows(_RUNS, dag_id=dag_id)]


def of_success(tx: Tx, attempt_id: str) -> list[int]:
    """The callbacks of that attempt's success which are kept."""
    return [int(row[0]) for row in tx.rows(_OF_ATTEMPT, attempt_id=attempt_id)]


def sent(tx: Tx, callback_ids: list[int], now: datetime) -> None:
    """Note that these go out now."""
    tx.run_many(_SENT, [{"callback_id": callback_id, "at": now} for callback_id in callback_ids])


def done(tx: Tx, callback_ids: list[int]) -> int:
    """These were run, well or badly: forget them. How many were still known."""
    return tx.run_many(_DONE, [{"callback_id": callback_id} for callback_id in callback_ids])


# --- those of triggerers ---------------------------------------------------------------------------------

_mine = (callback.c.state == const("pending"), callback.c.trigger_id.is_not(None))
_UNHELD = Statement(
    sa.select(*_reader.columns)
    .join_from(callback, trigger, trigger.c.id == callback.c.trigger_id)
    .where(*_mine, trigger.c.triggerer_id.is_(None), callback.c.id > sa.bindparam("after", type_=Key))
    .order_by(callback.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_BY_NUMBER = Statement(sa.select(*_reader.columns).where(callback.c.id == _id))
_TRIGGERS = Statement(sa.select(callback.c.trigger_id).where(*_mine))
_DROP_TRIGGER = Statement(
    sa.delete(trigger).where(
        trigger.c.id.in_(sa.select(callback.c.trigger_id).where(callback.c.id == _id).scalar_subquery())
    )
)
_LEFT = Statement(
    sa.select(trigger.c.id).where(
        trigger.c.ti_id.is_(None),
        trigger.c.digest.is_(None),
        ~sa.exists().where(callback.c.trigger_id == trigger.c.id).correlate(trigger),
    )
)
_SWEEP = Statement(sa.delete(trigger).where(trigger.c.id == sa.bindparam("trigger_id", type_=Key)))


def unheld(tx: Tx, *, limit: int, after: int = 0) -> list[CallbackRecord]:
    """Callbacks that are to run in a triggerer and that none has, oldest first; those behind ``after``."""
    return _reader.all(tx, _UNHELD, limit=limit, after=after)


def by_number(tx: Tx, callback_ids: list[int]) -> dict[int, CallbackRecord]:
    """Those of these that are not done yet."""
    found = [_reader.first(tx, _BY_NUMBER, callback_id=callback_id) for callback_id in callback_ids]
    return {row.id: row for row in found if row is not None}


def triggers_of(tx: Tx) -> set[int]:
    """The triggers as which callbacks are to run."""
    return {int(row[0]) for row in tx.rows(_TRIGGERS)}


def over(tx: Tx, callback_ids: list[int]) -> None:
    """These ran in a triggerer, well or badly: forget them, and the triggers that they were."""
    rows = [{"callback_id": callback_id} for callback_id in callback_ids]
    tx.run_many(_DROP_TRIGGER, rows)
    tx.run_many(_DONE, rows)


def sweep(tx: Tx) -> list[int]:
    """Delete triggers whose callback went with its run; which they were."""
    left = [int(row[0]) for row in tx.rows(_LEFT)]
    tx.run_many(_SWEEP, [{"trigger_id": each} for each in left])
    return left
