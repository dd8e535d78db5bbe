"""What earlier runs say to a run whose tasks depend on the past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import SUCCESS_STATES, DagRunType
from tradewind.engine.facts import PastFacts
from tradewind.store.database import Tx
from tradewind.store.records import RunRecord
from tradewind.store.statements import Statement
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import task_instance as ti

_dag_id = sa.bindparam("dag_id", type_=sa.String())
_before = sa.bindparam("before", type_=Time)
_earlier = (run.c.dag_id == _dag_id, run.c.logical_date < _before)
_ANY = Statement(
    sa.select(run.c.run_id, run.c.logical_date).where(*_earlier).order_by(run.c.logical_date.desc()).limit(1)
)
_NOT_MANUAL = Statement(
    sa.select(run.c.run_id, run.c.logical_date)
    .where(*_earlier, run.c.run_type != DagRunType.MANUAL.value)
    .order_by(run.c.logical_date.desc())
    .limit(1)
)
_STATES = Statement(
    sa.select(ti.c.task_id, ti.c.state)
    .where(ti.c.dag_id == _dag_id, ti.c.run_id == sa.bindparam("run_id"))
    .distinct()
)
_EVER = Statement(
    sa.select(sa.literal(1))
    .select_from(ti.join(run, (run.c.dag_id == ti.c.dag_id) & (run.c.run_id == ti.c.run_id)))
    .where(ti.c.dag_id == _dag_id, ti.c.task_id == sa.bindparam("task_id"), run.c.logical_date < _before)
    .limit(1)
)
_IN_BACKFILL = Statement(
    sa.select(sa.literal(1))
    .where(run.c.backfill_id == sa.bindparam("backfill_id", type_=Key), run.c.logical_date < _before)
    .limit(1)
)
States = Mapping[str, set[Any]]


def past_facts(tx: Tx, record: RunRecord, spec: DagSpec) -> tuple[PastFacts, ...]:
    """For each task that depends on the past: may it run, as far as the run before this one goes?

    With catch-up the run before is the newest earlier one that nobody made by hand, otherwise the newest
    earlier one of any kind. A run without logical date, the first run, and the first run of a backfill have
    no past.
    """
    tasks = [task for task in spec.tasks if task.depends_on_past or task.wait_for_downstream]
    if not tasks:
        return ()
    previous = _previous(tx, record, spec)
    if previous is None:
        return tuple(PastFacts(task_id=task.task_id, met=True) for task in tasks)
    states: dict[str, set[Any]] = {}
    for task_id, state in tx.rows(_STATES, dag_id=record.dag_id, run_id=previous[0]):
        states.setdefault(task_id, set()).add(state)
    return tuple(
        PastFacts(
            task_id=task.task_id,
            met=_began_later(spec, task, previous) or _met(tx, record, spec, task, states),
        )
        for task in tasks
    )


def _previous(tx: Tx, record: RunRecord, spec: DagSpec) -> Any | None:
    before = record.logical_date
    if before is None or _begins_backfill(tx, record):
        return None
    return tx.first(_NOT_MANUAL if spec.catchup else _ANY, dag_id=record.dag_id, before=before)


def _begins_backfill(tx: Tx, record: RunRecord) -> bool:
    if record.backfill_id is None:
        return False
    return tx.first(_IN_BACKFILL, backfill_id=record.backfill_id, before=record.logical_date) is None


def _began_later(spec: DagSpec, task: TaskSpec, previous: Any) -> bool:
    start = task.start_date or spec.start_date
    return spec.catchup and start is not None and previous[1] < start


def _met(tx: Tx, record: RunRecord, spec: DagSpec, task: TaskSpec, states: States) -> bool:
    there = states.get(task.task_id)
    if there is None:
        return task.ignore_first_depends_on_past and not _ever(tx, record, task.task_id)
    asked = [there]
    if task.wait_for_downstream:
        asked += [states.get(below.task_id, set()) for below in spec.tasks if task.task_id in below.upstream]
    return all(found <= SUCCESS_STATES for found in asked)


def _ever(tx: Tx, record: RunRecord, task_id: str) -> bool:
    row = tx.first(_EVER, dag_id=record.dag_id, task_id=task_id, before=record.logical_date)
    return row is not None
