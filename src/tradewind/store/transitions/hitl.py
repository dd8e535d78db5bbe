"""Human in the loop: a task instance asks, waits, and is answered once.

Whoever records an answer raises the run's version in the same transaction, before anything else: the run's
row is where a person waits for the scheduler, which takes the default when the time is over, and it for the
person. The second of them finds that an answer is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from tradewind.domain import hitl
from tradewind.domain.states import TaskInstanceState as T
from tradewind.engine import decisions as d
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.statements import Row, Statement, const, one_of
from tradewind.store.tables import hitl as tables
from tradewind.store.tables.base import LongText, Time
from tradewind.store.transitions.rows import NONE, Pairs, may_become, ti, update, write

detail, history = tables.hitl_detail, tables.hitl_detail_history
_at = sa.bindparam("at", type_=Time)
_attempt = sa.bindparam("attempt_id", type_=ti.c.id.type)
_mine = detail.c.ti_id == _attempt
_unanswered = detail.c.responded_at.is_(None)


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# --- asking ---------------------------------------------------------------------------------------

_REQUEST: Final = ("options", "subject", "body", "defaults", "multiple", "params", "assignees", "dispatch")


def _ask(dialect: Dialect) -> Any:
    return dialect.insert_ignore(detail).values(
        {
            name: sa.bindparam(name, type_=detail.c[name].type)
            for name in ("ti_id", *_REQUEST, "created_at", "params_input")
        }
    )


_ASK = Statement(_ask)
_asks = sa.bindparam("asks", type_=sa.Integer())
_ASK_AGAIN = Statement(
    sa.update(detail)
    .where(
        _mine,
        # Told twice by one dispatch it changes nothing that was answered meanwhile.
        sa.or_(_unanswered, detail.c.dispatch.is_(None), detail.c.dispatch != _asks),
    )
    .values(
        **{name: sa.bindparam(name, type_=detail.c[name].type) for name in _REQUEST},
        responded_by=sa.null(),
        responded_at=sa.null(),
        chosen_options=sa.null(),
        params_input=sa.bindparam("params_input", type_=LongText),
        created_at=sa.bindparam("created_at", type_=Time),
    )
)


def ask(tx: Tx, attempt_id: str, dispatch: int, request: hitl.Request, *, now: datetime) -> None:
    """Record what a dispatch asks; it takes the place of what an earlier dispatch of the try asked."""
    row = {
        "ti_id": attempt_id,
        "attempt_id": attempt_id,
        "asks": dispatch,
        "dispatch": dispatch,
        "options": _text(request.options),
        "subject": request.subject,
        "body": request.body,
        "defaults": None if request.defaults is None else _text(request.defaults),
        "multiple": request.multiple,
        "params": _text(request.params),
        "assignees": _text(request.assigned_users) if request.assigned_users else None,
        "created_at": now,
        "params_input": "{}",
    }
    if tx.run_many(_ASK, [row]) == 0:
        tx.run_many(_ASK_AGAIN, [row])


_AWAIT = update(
    may_become(T.AWAITING_INPUT),
    state=const("awaiting_input"),
    trigger_timeout=...,
    next_method=...,
    next_kwargs=...,
    updated_at=_at,
)


def park(tx: Tx, pairs: Pairs[d.Await]) -> frozenset[int]:
    """running → awaiting_input."""
    return write(
        tx, _AWAIT, pairs,
        lambda it: {
            "attempt_id": it.attempt_id, "at": it.at, "trigger_timeout": it.timeout_at,
            "next_method": it.next_method, "next_kwargs": it.next_kwargs,
        },
        "awaiting_input",
    )  # fmt: skip


# --- answering ------------------------------------------------------------------------------------

_dispatch_now = (
    sa.select(ti.c.dispatch)
    .where(ti.c.id == _attempt, one_of(ti.c.state, sorted(hitl.TAKES_ANSWERS)))
    .scalar_subquery()
)
_RESPONSE: Final = {
    "responded_at": _at,
    "responded_by": sa.bindparam("by", type_=LongText),
    "chosen_options": sa.bindparam("chosen", type_=LongText),
    "params_input": sa.bindparam("given", type_=LongText),
}
_ANSWER = Statement(
    sa.update(detail).where(_mine, _unanswered, detail.c.dispatch == _dispatch_now).values(_RESPONSE)
)
_CLOSE = Statement(
    sa.update(detail).where(_mine, _unanswered, detail.c.dispatch == _dispatch_now).values(dispatch=sa.null())
)


def answer(tx: Tx, attempt_id: str, response: hitl.Response) -> bool:
    """Record an answer; False where there is one already, or the task instance does not wait for it.

    The caller has raised the run's version before, unless it answers for a deferred task's trigger.
    """
    return tx.run_many(_ANSWER, [_answered(attempt_id, response)]) == 1


def close(tx: Tx, attempt_id: str) -> bool:
    """Take no answer any more; False where there is one already."""
    return tx.run_many(_CLOSE, [{"attempt_id": attempt_id}]) == 1


def _answered(attempt_id: str, response: hitl.Response) -> Row:
    return {
        "attempt_id": attempt_id,
        "at": response.at,
        "by": None if response.by is None else _text(response.by),
        "chosen": _text(response.chosen_options),
        "given": _text(response.params_input),
    }


_EXPIRE = Statement(sa.update(detail).where(_mine, _unanswered).values(_RESPONSE))
_EXPIRE_UNANSWERED = Statement(sa.update(detail).where(_mine, _unanswered).values(dispatch=sa.null()))
_ANSWERED = Statement(sa.select(detail.c.ti_id).where(_mine, detail.c.responded_at.is_not(None)))


def expire(tx: Tx, pairs: Pairs[d.Expire]) -> frozenset[int]:
    """The time is over: the default is the answer, or none is taken any more."""
    defaults = [(run, it) for run, it in pairs if it.fallback is not None]
    nothing = [(run, it) for run, it in pairs if it.fallback is None]
    answers = [_answered(it.attempt_id, hitl.taken(it.fallback or "{}", it.at)) for _, it in defaults]
    wrong = _write_all(tx, _EXPIRE, defaults, answers)
    return wrong | _write_all(
        tx, _EXPIRE_UNANSWERED, nothing, [{"attempt_id": it.attempt_id} for _, it in nothing]
    )


def _write_all(tx: Tx, statement: Statement, pairs: Pairs[d.Expire], rows: Sequence[Row]) -> frozenset[int]:
    """The runs in which an answer is there after all. A request that somebody deleted is none."""
    if tx.run_many(statement, rows) == len(rows):
        return NONE
    return frozenset(run.pk for run, it in pairs if tx.first(_ANSWERED, attempt_id=it.attempt_id) is not None)


# --- from try to try --------------------------------------------------------------------------------

_copied = [detail.c[name] for name in tables.SHARED]


def _archive(dialect: Dialect) -> Any:
    return dialect.insert_ignore(history).from_select(
        ["ti_history_id", *tables.SHARED], sa.select(detail.c.ti_id, *_copied).where(_mine)
    )


_ARCHIVE = Statement(_archive)
_FORGET = Statement(sa.delete(detail).where(_mine))


def archive(tx: Tx, rows: Sequence[Row]) -> None:
    """What these attempts (``attempt_id``) asked goes to the history, where their rows went before."""
    if tx.run_many(_ARCHIVE, rows):
        tx.run_many(_FORGET, rows)
