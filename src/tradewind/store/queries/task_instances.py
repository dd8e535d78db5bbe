"""Task instances and their tries, for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.domain.states import TaskInstanceState
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader, within
from tradewind.store.records import TaskInstanceRecord
from tradewind.store.tables import dags, task_instances
from tradewind.store.tables.runs import dag_run as run

ti, history = task_instances.task_instance, task_instances.task_instance_history
_note, _rendered = task_instances.task_instance_note, task_instances.rendered_task_instance_fields
_spec = dags.serialized_dag

_SAME = (
    "dag_id", "task_id", "run_id", "map_index", "state", "try_number", "max_tries", "start_date", "end_date",
    "duration", "hostname", "unixname", "pid", "pool", "pool_slots", "queue", "priority_weight", "operator",
    "task_display_name", "last_heartbeat_at", "executor", "executor_config", "rendered_map_index",
    "trigger_id",
    "next_method", "next_kwargs", "dispatch", "lost", "reason", "first_start", "external_executor_id",
    "trigger_timeout", "dag_version_id", "retry_delay_override",
)  # fmt: skip


def _columns(table: sa.Table, id_column: str) -> dict[str, Any]:
    return {
        "id": table.c[id_column],
        **{name: table.c[name] for name in _SAME},
        "queued_when": table.c.queued_dttm,
        "scheduled_when": table.c.scheduled_dttm,
        "logical_date": run.c.logical_date,
        "run_after": run.c.run_after,
        "version_hash": sa.func.coalesce(_spec.c.dag_hash, run.c.version_hash),
    }


def _state(value: str | None) -> TaskInstanceState | None:
    return None if value is None else TaskInstanceState(value)


def _text(value: str | None) -> str:
    return value or ""


_CONVERT: dict[str, Any] = {
    "state": _state, "hostname": _text, "unixname": _text, "operator": _text, "task_display_name": _text,
    "reason": _text, "queue": lambda value: value or "default",
    "executor_config": lambda value: value or "{}",
}  # fmt: skip
_live = Reader(
    TaskInstanceRecord,
    {**_columns(ti, "id"), "note": _note.c.content, "rendered_fields": _rendered.c.rendered_fields},
    **_CONVERT,
)
_past = Reader(TaskInstanceRecord, _columns(history, "task_instance_id"), **_CONVERT)


def _from(table: sa.Table) -> Any:
    return table.join(run, (run.c.dag_id == table.c.dag_id) & (run.c.run_id == table.c.run_id)).outerjoin(
        _spec, _spec.c.dag_version_id == table.c.dag_version_id
    )


_has_rendered = sa.and_(
    *(_rendered.c[name] == ti.c[name] for name in ("dag_id", "run_id", "task_id", "map_index"))
)
_SELECT = sa.select(*_live.columns).select_from(
    _from(ti).outerjoin(_note, _note.c.ti_id == ti.c.id).outerjoin(_rendered, _has_rendered)
)
_SELECT_PAST = sa.select(*_past.columns).select_from(_from(history))


def _at(table: sa.Table, dag_id: str, run_id: str, task_id: str, map_index: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.c.dag_id == dag_id,
        table.c.run_id == run_id,
        table.c.task_id == task_id,
        table.c.map_index == map_index,
    )


def get(
    tx: Tx, dag_id: str, run_id: str, task_id: str, map_index: int = -1, *, access: Access
) -> TaskInstanceRecord | None:
    """The task instance as it is now, or None."""
    where = _at(ti, dag_id, run_id, task_id, map_index)
    return _live.first(tx, _SELECT.where(where, within(ti.c.dag_id, access)))


def tries(
    tx: Tx, dag_id: str, run_id: str, task_id: str, map_index: int = -1, *, access: Access
) -> list[TaskInstanceRecord]:
    """All tries, oldest first, the current one last. A cleared one that has not begun anew is shown once."""
    where = (_at(history, dag_id, run_id, task_id, map_index), within(history.c.dag_id, access))
    past = _past.all(
        tx, _SELECT_PAST.where(*where).order_by(history.c.try_number, history.c.task_instance_id)
    )
    live = get(tx, dag_id, run_id, task_id, map_index, access=access)
    if live is not None and live.id not in {record.id for record in past}:
        past.append(live)
    return past


def of_run(
    tx: Tx,
    dag_id: str,
    run_id: str,
    *,
    access: Access,
    task_ids: Sequence[str] | None = None,
    map_index: int | None = None,
    states: Sequence[str | None] | None = None,
    limit: int | None = None,
) -> list[TaskInstanceRecord]:
    """The task instances of a run that match all that is given, by task and map index."""
    select = _SELECT.where(ti.c.dag_id == dag_id, ti.c.run_id == run_id, within(ti.c.dag_id, access))
    if task_ids is not None:
        select = select.where(ti.c.task_id.in_(list(task_ids)))
    if map_index is not None:
        select = select.where(ti.c.map_index == map_index)
    if states is not None:
        select = select.where(in_states(states))
    return _live.all(tx, select.order_by(ti.c.task_id, ti.c.map_index).limit(limit))


def in_states(states: Sequence[str | None]) -> sa.ColumnElement[bool]:
    """In one of these states; None is among them for those without one."""
    named = ti.c.state.in_([state for state in states if state is not None])
    return sa.or_(named, ti.c.state.is_(None)) if None in states else named
