"""Batches with checked row counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from tradewind.domain.states import FINISHED, TASK_MOVES, TaskInstanceState
from tradewind.store.database import Tx
from tradewind.store.records import RunRecord
from tradewind.store.statements import Row, Statement, one_of
from tradewind.store.tables import task_instances

V = TypeVar("V")
Pairs = Sequence[tuple[RunRecord, V]]
ti = task_instances.task_instance
NONE: frozenset[int] = frozenset()
ANY: Final = "any"


def may_become(after: TaskInstanceState | None) -> sa.ColumnElement[bool]:
    """The condition on the live row: the table of moves lets its state become ``after``."""
    before = [state for state, next_states in TASK_MOVES.items() if after in next_states]
    named = sorted(state for state in before if state is not None)
    condition = one_of(ti.c.state, named)
    return sa.or_(ti.c.state.is_(None), condition) if None in before else condition


def unfinished() -> sa.ColumnElement[bool]:
    """The condition on the live row: it has not ended."""
    return sa.or_(ti.c.state.is_(None), ~one_of(ti.c.state, sorted(FINISHED)))


def update(where: sa.ColumnElement[bool] | None = None, **values: Any) -> Statement:
    """An update of live rows by ``attempt_id``. A value ``...`` is a parameter of its column's name."""
    columns = {
        name: sa.bindparam(name, type_=ti.c[name].type) if value is ... else value
        for name, value in values.items()
    }
    statement = sa.update(ti).where(ti.c.id == sa.bindparam("attempt_id", type_=ti.c.id.type)).values(columns)
    return Statement(statement if where is None else statement.where(where))


def write(
    tx: Tx,
    statement: Statement,
    pairs: Pairs[V],
    row_of: Callable[[V], Row],
    after: str | None = ANY,
    *,
    found_as: str = "attempt_id",
    stamped: bool = False,
) -> frozenset[int]:
    """Execute ``statement`` for each pair as one batch; the runs whose rows did not match.

    ``after`` is the state that a matching row has then; ``found_as`` names the parameter with its id.
    ``stamped``: rows that match are told by their ``updated_at``, the parameter ``at``, from those that were
    in that state before.
    """
    if not pairs:
        return NONE
    rows = [row_of(decision) for _, decision in pairs]
    if tx.run_many(statement, rows) == len(rows):
        return NONE
    expected = [
        (run.pk, row[found_as], row.get("after", after), row["at"] if stamped else None)
        for (run, _), row in zip(pairs, rows, strict=True)
    ]
    return _mismatched(tx, expected)


def _mismatched(tx: Tx, expected: Sequence[tuple[int, str, str | None, datetime | None]]) -> frozenset[int]:
    """The runs whose rows are gone or in another state; all of them, where that does not tell."""
    ids = [attempt_id for _, attempt_id, _, _ in expected]
    rows = tx.rows(sa.select(ti.c.id, ti.c.state, ti.c.updated_at).where(ti.c.id.in_(ids)))
    found = {attempt_id: (state, at) for attempt_id, state, at in rows}
    wrong = frozenset(
        pk
        for pk, attempt_id, after, at in expected
        if attempt_id not in found
        or after not in (ANY, found[attempt_id][0])
        or at not in (None, found[attempt_id][1])
    )
    return wrong or frozenset(pk for pk, _, _, _ in expected)
