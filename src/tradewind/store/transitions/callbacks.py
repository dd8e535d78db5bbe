"""Callbacks of DAG files that wait to be run: rows that stay until somebody has run them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.engine import decisions as d
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement, const, insert_all
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.triggers import callback
from tradewind.store.transitions.rows import Pairs

_encode = msgspec.json.Encoder().encode


class CallbackRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A callback to run. ``attempt_id`` may name a try that is in the history by now; ``data`` has a
    ``reason`` and what else the callback has to know.
    """

    id: int
    kind: str
    dag_id: str
    run_id: str
    attempt_id: str | None
    data: dict[str, Any]
    dispatch: int
    created_at: datetime


_reader = Reader(
    CallbackRecord,
    {
        "id": callback.c.id, "kind": callback.c.type, "dag_id": callback.c.dag_id,
        "run_id": callback.c.run_id,
        "attempt_id": callback.c.ti_id, "data": callback.c.data, "dispatch": callback.c.dispatch,
        "created_at": callback.c.created_at,
    },
    data=msgspec.json.decode,
)  # fmt: skip
_REQUEST = Statement(insert_all(callback, "type", "data", "created_at", "dag_id", "run_id", "ti_id"))
_PENDING = Statement(
    sa.select(*_reader.columns)
    .where(
        callback.c.state == const("pending"),
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


def request(tx: Tx, pairs: Pairs[d.Callback], now: datetime) -> None:
    """Keep these callbacks until ``done``."""
    rows = [
        {
            "type": it.kind, "data": _encode({"reason": it.reason}).decode(), "created_at": now,
            "dag_id": run.dag_id, "run_id": run.run_id, "ti_id": it.attempt_id,
        }
        for run, it in pairs
    ]  # fmt: skip
    tx.run_many(_REQUEST, rows)


def request_one(tx: Tx, kind: str, dag_id: str, run_id: str, data: dict[str, Any], now: datetime) -> None:
    """Keep a callback of a run until ``done``."""
    row = {
        "type": kind, "data": _encode(data).decode(), "created_at": now, "dag_id": dag_id, "run_id": run_id,
        "ti_id": None,
    }  # fmt: skip
    tx.run_many(_REQUEST, [row])


def pending(tx: Tx, *, sent_before: datetime, limit: int = 100) -> list[CallbackRecord]:
    """Callbacks that were never sent, or sent before that time and not acknowledged; oldest first."""
    return _reader.all(tx, _PENDING, before=sent_before, limit=limit)


def sent(tx: Tx, callback_ids: list[int], now: datetime) -> None:
    """Note that these go out now."""
    tx.run_many(_SENT, [{"callback_id": callback_id, "at": now} for callback_id in callback_ids])


def done(tx: Tx, callback_ids: list[int]) -> int:
    """These were run, well or badly: forget them. How many were still known."""
    return tx.run_many(_DONE, [{"callback_id": callback_id} for callback_id in callback_ids])
