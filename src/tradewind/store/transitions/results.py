"""What tasks leave behind: XComs, lengths to map over, rendered fields, notes.

A report is written by its attempt id alone: the row of the task instance says which task and index it was.
The report of an attempt that is no longer the live one leaves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import bounds
from tradewind.domain.events import Succeeded
from tradewind.domain.messages.report import Finished
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.statements import Row, Statement
from tradewind.store.tables import task_instances
from tradewind.store.tables.base import LongText, Time
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.xcoms import SKIPS_KEY, xcom
from tradewind.store.transitions import asset_events
from tradewind.store.transitions.rows import ti, update

_encode = msgspec.json.Encoder().encode
_at = sa.bindparam("at", type_=Time)
_attempt = sa.bindparam("attempt_id", type_=ti.c.id.type)
_key = sa.bindparam("key", type_=sa.String())
_text = sa.bindparam("value", type_=LongText)
_map = task_instances.task_map
_rendered = task_instances.rendered_task_instance_fields
_same_run = (run.c.dag_id == ti.c.dag_id) & (run.c.run_id == ti.c.run_id)


def _push(dialect: Dialect) -> Any:
    names = ["dag_run_id", "task_id", "map_index", "key", "dag_id", "run_id", "value", "timestamp"]
    source = sa.select(run.c.id, ti.c.task_id, ti.c.map_index, _key, ti.c.dag_id, ti.c.run_id, _text, _at)
    source = source.join_from(ti, run, _same_run).where(ti.c.id == _attempt)
    return dialect.upsert_from(xcom, names[:4], ["value", "timestamp"], names, source)


_PUSH = Statement(_push)


def _measure(dialect: Dialect) -> Any:
    names = ["dag_id", "run_id", "task_id", "map_index", "length"]
    length = sa.bindparam("length", type_=sa.Integer())
    # The length of another key than the return value stands under "task/key"; no task id has a slash.
    suffix = sa.bindparam("suffix", type_=sa.String())
    source = sa.select(ti.c.dag_id, ti.c.run_id, ti.c.task_id + suffix, ti.c.map_index, length)
    return dialect.upsert_from(_map, names[:4], ["length"], names, source.where(ti.c.id == _attempt))


_MEASURE = Statement(_measure)


def _render(dialect: Dialect) -> Any:
    names = ["dag_id", "run_id", "task_id", "map_index", "rendered_fields"]
    source = sa.select(ti.c.dag_id, ti.c.run_id, ti.c.task_id, ti.c.map_index, _text).where(
        ti.c.id == _attempt
    )
    return dialect.upsert_from(_rendered, names[:4], ["rendered_fields"], names, source)


_RENDER = Statement(_render)
_NAME_INDEX = update(rendered_map_index=...)


def _note(dialect: Dialect) -> Any:
    return dialect.upsert(
        task_instances.task_instance_note, ["ti_id"], ["content", "user_id", "created_at", "updated_at"]
    )


_NOTE = Statement(_note)


def record_reports(tx: Tx, reports: Sequence[Finished], now: datetime) -> None:
    """Everything that these reports bring besides the state: one statement for each kind of thing."""
    tx.run_many(_PUSH, [row for report in reports for row in _xcoms(report, now)])
    tx.run_many(_MEASURE, [row for report in reports for row in _lengths(report)])
    rendered = [r for r in reports if r.rendered_fields is not None]
    tx.run_many(_RENDER, [{"attempt_id": r.attempt_id, "value": r.rendered_fields} for r in rendered])
    named = [r for r in reports if r.rendered_map_index is not None]
    tx.run_many(
        _NAME_INDEX, [{"attempt_id": r.attempt_id, "rendered_map_index": r.rendered_map_index} for r in named]
    )
    if any(report.asset_events for report in reports):
        asset_events.record_reports(tx, reports, now)
    for report in reports:
        if report.note is not None:
            set_note(tx, report.attempt_id, report.note, user=None, now=now)


def _xcoms(report: Finished, now: datetime) -> list[Row]:
    pushed = {xcom.key: xcom.value for xcom in report.xcoms}
    end = report.outcome
    if isinstance(end, Succeeded) and (end.skip or end.skip_all_downstream) and SKIPS_KEY not in pushed:
        pushed[SKIPS_KEY] = _encode({"skipped": end.skip, "all_downstream": end.skip_all_downstream}).decode()
    return [
        {"attempt_id": report.attempt_id, "key": key, "value": value, "at": now}
        for key, value in pushed.items()
    ]


def _lengths(report: Finished) -> list[Row]:
    end = report.outcome
    if not isinstance(end, Succeeded):
        return []
    return [length_row(report.attempt_id, key, length) for key, length in end.lengths.items()]


def length_row(attempt_id: str, key: str, length: int) -> Row:
    """The parameters of one measured XCom."""
    return {"attempt_id": attempt_id, "suffix": "" if key == "return_value" else f"/{key}", "length": length}


def push(tx: Tx, attempt_id: str, key: str, value: str, length: int | None, now: datetime) -> bool:
    """Write an XCom of a task that still runs; False where the attempt is not the live one."""
    written = tx.run_many(_PUSH, [{"attempt_id": attempt_id, "key": key, "value": value, "at": now}])
    if written and length is not None:
        tx.run_many(_MEASURE, [length_row(attempt_id, key, length)])
    return written == 1


def set_note(tx: Tx, attempt_id: str, note: str | None, *, user: str | None, now: datetime) -> None:
    """Write or (None) remove the note of a task instance that is there. Raises InvalidValue."""
    bounds.check("The note of a task instance", note, bounds.NOTE)
    table = task_instances.task_instance_note
    if note is None:
        tx.run(sa.delete(table).where(table.c.ti_id == attempt_id))
    elif tx.value(sa.select(ti.c.id).where(ti.c.id == attempt_id)) is not None:
        tx.run(_NOTE, ti_id=attempt_id, content=note, user_id=user, created_at=now, updated_at=now)


_dag_id = sa.bindparam("dag_id", type_=sa.String())
_kept = (
    sa.select(run.c.run_id)
    .where(run.c.dag_id == _dag_id)
    .order_by(run.c.run_after.desc(), run.c.id.desc())
    .limit(sa.bindparam("keep", type_=sa.Integer()))
    .subquery()
)
_PRUNE = Statement(
    sa.delete(_rendered).where(
        _rendered.c.dag_id == _dag_id, _rendered.c.run_id.not_in(sa.select(_kept.c.run_id))
    )
)


def prune_rendered(tx: Tx, dag_id: str, keep: int = 30) -> int:
    """Drop the rendered fields of all but the newest ``keep`` runs of a DAG; how many rows went."""
    return tx.run(_PRUNE, dag_id=dag_id, keep=keep)
