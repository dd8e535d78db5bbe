"""From try to try: what was goes to the history, what comes gets a new attempt id; mapped tasks get their
rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from tradewind.domain import codec, errors, keys
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import FINISHED
from tradewind.engine import decisions as d
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.records import RunRecord
from tradewind.store.statements import Statement, const, one_of
from tradewind.store.tables import dags, task_instances
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.xcoms import xcom
from tradewind.store.transitions import hitl, instances
from tradewind.store.transitions.rows import Pairs, may_become, ti, update, write

_history = task_instances.task_instance_history
_reschedules = task_instances.task_reschedule
_at = sa.bindparam("at", type_=Time)
_attempt = sa.bindparam("attempt_id", type_=ti.c.id.type)

_copied = [ti.c[name] for name in task_instances.SHARED if name not in ("state", "end_date")]
_has_ended = one_of(ti.c.state, sorted(FINISHED))


def _archive(dialect: Dialect) -> Any:
    """A copy of the live row in the history. A try that has not ended is recorded as failed, as Airflow does.

    A row that was cleared while it was "no state" is there already, with how it ended: that copy stays.
    """
    names = ["task_instance_id", *(column.name for column in _copied), "state", "end_date"]
    state = sa.case((_has_ended, ti.c.state), else_=const("failed"))
    chosen = sa.select(ti.c.id, *_copied, state, sa.func.coalesce(ti.c.end_date, _at))
    return dialect.insert_ignore(_history).from_select(
        names, chosen.where(ti.c.id == _attempt, ti.c.try_number > const(0))
    )


ARCHIVE = Statement(_archive)
"""Parameters: attempt_id, at."""

_emptied = (
    "start_date", "end_date", "duration", "hostname", "unixname", "pid", "queued_dttm", "scheduled_dttm",
    "last_heartbeat_at", "external_executor_id", "trigger_id", "trigger_timeout", "next_method",
    "next_kwargs",
    "reason", "first_start", "reschedule_date", "retry_delay_override", "rendered_map_index", "claim",
)  # fmt: skip
FRESH: dict[str, Any] = {**dict.fromkeys(_emptied, sa.null()), "updated_at": _at}
"""What a row that begins anew has forgotten. Parameter: at."""

RESET = update(may_become(None), state=sa.null(), max_tries=..., **FRESH)


def reset(tx: Tx, pairs: Pairs[d.Reset], now: datetime) -> frozenset[int]:
    """→ no state. The try that was goes to the history now, while its row still says how it ended."""
    rows = [{"attempt_id": it.attempt_id, "at": now} for _, it in pairs]
    tx.run_many(ARCHIVE, rows)
    hitl.archive(tx, rows)
    return write(
        tx, RESET, pairs, lambda it: {"attempt_id": it.attempt_id, "max_tries": it.max_tries, "at": now}, None
    )


_NEW_TRY = update(
    id=sa.bindparam("new_id", type_=ti.c.id.type),
    try_number=...,
    max_tries=...,
    lost=...,
    dispatch=const(0),
    **FRESH,
)
_FORGET_RESCHEDULES = Statement(sa.delete(_reschedules).where(_reschedules.c.ti_id == _attempt))
_mine = sa.select(ti.c.task_id, ti.c.map_index).where(ti.c.id == _attempt)
_FORGET_XCOMS = Statement(
    sa.delete(xcom).where(
        xcom.c.dag_run_id == sa.bindparam("run_pk", type_=Key),
        sa.tuple_(xcom.c.task_id, xcom.c.map_index).in_(_mine),
    )
)
_map = task_instances.task_map
_FORGET_LENGTHS = Statement(
    sa.delete(_map).where(
        _map.c.dag_id == sa.bindparam("dag_id", type_=sa.String()),
        _map.c.run_id == sa.bindparam("run_id", type_=sa.String()),
        sa.tuple_(_map.c.task_id, _map.c.map_index).in_(_mine),
    )
)


def new_try(tx: Tx, pairs: Pairs[d.NewTry], now: datetime) -> frozenset[int]:
    """A new attempt id: the old try goes to the history, its XComs, lengths and reschedules go.

    They go here and not when the process starts, because that process may push before its start is recorded.
    """
    rows = [
        {
            "attempt_id": it.attempt_id, "at": now, "run_pk": run.pk, "dag_id": run.dag_id,
            "run_id": run.run_id,
        }
        for run, it in pairs
    ]  # fmt: skip
    tx.run_many(ARCHIVE, rows)
    hitl.archive(tx, rows)
    tx.run_many(_FORGET_RESCHEDULES, rows)
    tx.run_many(_FORGET_XCOMS, rows)
    tx.run_many(_FORGET_LENGTHS, rows)
    return write(
        tx, _NEW_TRY, pairs,
        lambda it: {
            "attempt_id": it.attempt_id, "new_id": it.new_attempt_id, "try_number": it.try_number,
            "max_tries": it.max_tries, "lost": it.lost, "at": now,
        },
        found_as="new_id",
    )  # fmt: skip


_INDEX = update(map_index=..., map_path=..., updated_at=_at)


def expand(
    tx: Tx, pairs: Pairs[d.Expand], now: datetime, specs: Mapping[int, DagSpec] | None = None
) -> frozenset[int]:
    """New rows of a mapped task, or of a task that a new version brought; an unexpanded row becomes the
    first.

    ``specs`` maps the id of a run to the spec that its rows are made from; otherwise that is its DAG's
    newest. Raises TaskNotFound for a task that is not in it.
    """
    firsts, made = [], dict[str, dict[str, Any]]()
    for run, it in pairs:
        template = made.get(it.template or "")
        if template is not None:
            # Nested groups expand level by level in one turn: the row that is expanded is not written yet.
            template.update(_place(it, 0))
        elif it.template is not None and it.map_indexes:
            firsts.append((run, it))
        for row in instances.expanded(run, _task(tx, specs or {}, run, it.task_id), it, now):
            made[row["id"]] = dict(row)
    wrong = write(tx, _INDEX, firsts, lambda it: {"attempt_id": it.template, **_place(it, 0), "at": now})
    tx.run_many(instances.INSERT, list(made.values()))
    return wrong


def _place(it: d.Expand, number: int) -> dict[str, Any]:
    """The map index and the path of one of the new instances."""
    path = keys.path_text(it.paths[number]) if it.paths else None
    return {"map_index": it.map_indexes[number], "map_path": path}


_spec = dags.serialized_dag
_NEWEST = Statement(
    sa.select(_spec.c.data)
    .join_from(
        _spec, dags.dag, (dags.dag.c.dag_id == _spec.c.dag_id) & (dags.dag.c.version_hash == _spec.c.dag_hash)
    )
    .where(_spec.c.dag_id == sa.bindparam("dag_id"))
    .order_by(_spec.c.created_at.desc())
    .limit(1)
)


def _task(tx: Tx, specs: Mapping[int, DagSpec], run: RunRecord, task_id: str) -> TaskSpec:
    spec = specs.get(run.pk)
    if spec is None:
        data = tx.value(_NEWEST, dag_id=run.dag_id)
        spec = _decoded(data) if data is not None else None
    task = spec.task(task_id) if spec is not None else None
    if task is None:
        raise errors.TaskNotFound(run.dag_id, task_id, [it.task_id for it in spec.tasks] if spec else ())
    return task


@lru_cache(maxsize=8)
def _decoded(data: str) -> DagSpec:
    """A turn that expands asks for the same few specs again and again."""
    return codec.decode(data.encode())
