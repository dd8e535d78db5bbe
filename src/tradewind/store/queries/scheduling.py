"""What the scheduler reads. Every query here costs by what is active, never by history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.domain import keys
from tradewind.domain.access import SYSTEM
from tradewind.domain.spec import DagSpec
from tradewind.domain.states import ACTIVE_FOR_TASK_LIMIT, DagRunState, TaskInstanceState
from tradewind.engine.facts import ALL_DOWNSTREAM, InstanceFacts, RunFacts
from tradewind.store.database import Tx
from tradewind.store.queries import hitl, runs
from tradewind.store.queries.past import past_facts
from tradewind.store.queries.reading import Reader
from tradewind.store.records import (
    ActiveRun,
    DagScheduling,
    LostCandidate,
    Occupied,
    PoolRecord,
    RunLoad,
    RunRecord,
)
from tradewind.store.statements import Statement, const, one_of
from tradewind.store.tables import backfills, dags, task_instances
from tradewind.store.tables import pools as pool_tables
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.runs import ACTIVE
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.xcoms import SKIPS_KEY, xcom

__all__ = [
    "active_counts", "active_runs", "backfill_limit", "backfill_marks", "backfill_order",
    "count_active_runs", "dag_marks", "dag_row",
    "dag_schedules", "due_dags", "instance_states", "load_run", "load_runs", "lost_candidates",
    "newest_scheduled", "newest_states", "next_due", "past_facts", "pause_free_runs", "pools", "queued_runs",
    "row_version", "run_facts", "silent", "without_next_run",
]  # fmt: skip

ti = task_instances.task_instance
dag = dags.dag


def _state(value: str | None) -> TaskInstanceState | None:
    return None if value is None else TaskInstanceState(value)


# --- runs ----------------------------------------------------------------------------------------------

_active = Reader(
    ActiveRun,
    {
        "pk": run.c.id, "dag_id": run.c.dag_id, "run_id": run.c.run_id, "state": run.c.state,
        "row_version": run.c.row_version, "run_after": run.c.run_after, "backfill_id": run.c.backfill_id,
    },
    state=DagRunState,
)  # fmt: skip
_ACTIVE = Statement(sa.select(*_active.columns).where(one_of(run.c.state, ACTIVE)).order_by(run.c.id))


def active_runs(tx: Tx) -> list[ActiveRun]:
    """Every queued or running run, with its version, in the order they were made."""
    return _active.all(tx, _ACTIVE)


_QUEUED = Statement(
    sa.select(*_active.columns)
    .where(
        run.c.dag_id == sa.bindparam("dag_id"), one_of(run.c.state, ACTIVE), run.c.state == const("queued")
    )
    .order_by(run.c.id)
)
_COUNT_ACTIVE = Statement(
    sa.select(sa.func.count())
    .select_from(run)
    .where(run.c.dag_id == sa.bindparam("dag_id"), one_of(run.c.state, ACTIVE), run.c.backfill_id.is_(None))
)
_ROW_VERSION = Statement(sa.select(run.c.row_version).where(run.c.id == sa.bindparam("pk", type_=Key)))


def queued_runs(tx: Tx, dag_id: str) -> list[ActiveRun]:
    """The queued runs of a DAG, in the order they were made."""
    return _active.all(tx, _QUEUED, dag_id=dag_id)


_PAUSE_FREE = Statement(
    sa.select(run.c.run_id).where(
        run.c.dag_id == sa.bindparam("dag_id"), one_of(run.c.state, ACTIVE), run.c.state == const("queued"),
        run.c.options.like('%"ignore_pause":true%'),
    )
)  # fmt: skip


def pause_free_runs(tx: Tx, dag_id: str) -> set[str]:
    """The queued runs of a paused DAG that run all the same."""
    return {run_id for (run_id,) in tx.rows(_PAUSE_FREE, dag_id=dag_id)}


def count_active_runs(tx: Tx, dag_id: str) -> int:
    """How many runs of a DAG are queued or running, without those of backfills, which have their own
    limit.
    """
    return int(tx.value(_COUNT_ACTIVE, dag_id=dag_id))


def row_version(tx: Tx, pk: int) -> int | None:
    """The version of a run's row, or None where it is gone."""
    found: int | None = tx.value(_ROW_VERSION, pk=pk)
    return found


_instance_columns = {
    "task_id": ti.c.task_id, "map_index": ti.c.map_index, "path": ti.c.map_path, "attempt_id": ti.c.id,
    "state": ti.c.state,
    "try_number": ti.c.try_number, "max_tries": ti.c.max_tries, "dispatch": ti.c.dispatch, "lost": ti.c.lost,
    "start_date": sa.func.coalesce(ti.c.first_start, ti.c.start_date), "end_date": ti.c.end_date,
    "until": ti.c.reschedule_date,
    "trigger_timeout": ti.c.trigger_timeout, "retry_delay_override": ti.c.retry_delay_override,
    "next_method": ti.c.next_method, "next_kwargs": ti.c.next_kwargs,
    "pool": ti.c.pool, "pool_slots": ti.c.pool_slots,
    "external_executor_id": ti.c.external_executor_id,
}  # fmt: skip
_instances = Reader(InstanceFacts, _instance_columns, state=_state, path=keys.path_of)
_of_run = (ti.c.dag_id == sa.bindparam("dag_id"), ti.c.run_id == sa.bindparam("run_id"))
_INSTANCES = Statement(sa.select(*_instances.columns).where(*_of_run).order_by(ti.c.task_id, ti.c.map_index))
_map = task_instances.task_map
_LENGTHS = Statement(
    sa.select(_map.c.task_id, _map.c.map_index, _map.c.length).where(
        _map.c.dag_id == sa.bindparam("dag_id"), _map.c.run_id == sa.bindparam("run_id")
    )
)
_SKIPS = Statement(
    sa.select(xcom.c.task_id, xcom.c.map_index, xcom.c.value).where(
        xcom.c.dag_run_id == sa.bindparam("pk", type_=Key), xcom.c.key == const(SKIPS_KEY)
    )
)


def load_run(tx: Tx, dag_id: str, run_id: str) -> RunLoad | None:
    """A run with everything that its machine is built from, or None where it is gone."""
    record = runs.get(tx, dag_id, run_id, access=SYSTEM)
    if record is None:
        return None
    lengths: dict[str, dict[int, int]] = {}
    for task_id, map_index, length in tx.rows(_LENGTHS, dag_id=dag_id, run_id=run_id):
        lengths.setdefault(task_id, {})[map_index] = length
    instances = tuple(_instances.all(tx, _INSTANCES, dag_id=dag_id, run_id=run_id))
    instances = hitl.with_inputs(tx, dag_id, run_id, instances)
    return RunLoad(
        run=record,
        instances=instances,
        lengths=lengths,
        skips=_skips(tx, record.pk),
    )


_STATES = Statement(sa.select(ti.c.id, ti.c.state).where(*_of_run))


def instance_states(tx: Tx, dag_id: str, run_id: str) -> dict[str, str | None]:
    """Attempt id to state of every task instance of a run."""
    return {row[0]: row[1] for row in tx.rows(_STATES, dag_id=dag_id, run_id=run_id)}


def load_runs(tx: Tx, keys: Iterable[tuple[str, str]]) -> list[RunLoad]:
    """The runs of those (dag_id, run_id) that are there."""
    loads = (load_run(tx, dag_id, run_id) for dag_id, run_id in keys)
    return [load for load in loads if load is not None]


def _skips(tx: Tx, pk: int) -> dict[str, dict[int, tuple[str, ...]]]:
    found: dict[str, dict[int, tuple[str, ...]]] = {}
    for task_id, map_index, value in tx.rows(_SKIPS, pk=pk):
        noted = msgspec.json.decode(value or "{}")
        below = (ALL_DOWNSTREAM,) if noted.get("all_downstream") else ()
        found.setdefault(task_id, {})[map_index] = (*noted.get("skipped", ()), *below)
    return found


_pushed = sa.and_(
    xcom.c.dag_run_id == sa.bindparam("pk", type_=Key), xcom.c.task_id == ti.c.task_id,
    xcom.c.map_index == ti.c.map_index, xcom.c.key == const("return_value"),
)  # fmt: skip
_SILENT = Statement(
    sa.select(ti.c.map_index).where(
        *_of_run, ti.c.task_id == sa.bindparam("task_id"), ti.c.state == const("success"),
        ti.c.map_index >= const(0), ~sa.exists().where(_pushed),
    )
)  # fmt: skip


def silent(tx: Tx, run: RunRecord, task_ids: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """Of mapped tasks, the map indexes that succeeded without a return value."""
    where = {"dag_id": run.dag_id, "run_id": run.run_id, "pk": run.pk}
    rows = {task_id: tx.rows(_SILENT, **where, task_id=task_id) for task_id in task_ids}
    return {task_id: tuple(index for (index,) in found) for task_id, found in rows.items() if found}


def run_facts(tx: Tx, load: RunLoad, spec: DagSpec, counted: Iterable[str]) -> RunFacts:
    """What the engine is told of a run. ``counted``: tasks that are mapped over."""
    run = load.run
    return RunFacts(
        dag_id=run.dag_id, run_id=run.run_id, run_type=run.run_type, state=run.state,
        logical_date=run.logical_date, run_after=run.run_after, start_date=run.start_date,
        past=past_facts(tx, run, spec), lengths=load.lengths, silent=silent(tx, run, counted),
        skips=load.skips, **run.options,
    )  # fmt: skip


# --- limits ----------------------------------------------------------------------------------------------

_occupied = Reader(
    Occupied,
    {
        "dag_id": ti.c.dag_id, "run_id": ti.c.run_id, "task_id": ti.c.task_id, "state": ti.c.state,
        "pool": ti.c.pool,
        "executor": ti.c.executor, "count": sa.func.count(), "slots": sa.func.sum(ti.c.pool_slots),
    },
    state=TaskInstanceState, slots=int,
)  # fmt: skip
_COUNTS = Statement(
    sa.select(*_occupied.columns)
    .where(one_of(ti.c.state, task_instances.HELD))
    .group_by(ti.c.dag_id, ti.c.run_id, ti.c.task_id, ti.c.state, ti.c.pool, ti.c.executor)
)
assert set(task_instances.HELD) == ACTIVE_FOR_TASK_LIMIT


def active_counts(tx: Tx) -> list[Occupied]:
    """What holds a slot or counts against a limit, by run, task, state and pool."""
    return _occupied.all(tx, _COUNTS)


# --- DAGs --------------------------------------------------------------------------------------------------

_schedule = Reader(
    DagScheduling,
    {
        "dag_id": dag.c.dag_id, "is_paused": dag.c.is_paused, "is_stale": dag.c.is_stale,
        "has_import_errors": dag.c.has_import_errors, "fileloc": dag.c.fileloc,
        "bundle_name": dag.c.bundle_name,
        "max_active_runs": dag.c.max_active_runs, "version_hash": dag.c.version_hash,
        "next_dagrun_logical_date": dag.c.next_dagrun,
        "next_dagrun_data_interval_start": dag.c.next_dagrun_data_interval_start,
        "next_dagrun_data_interval_end": dag.c.next_dagrun_data_interval_end,
        "next_dagrun_run_after": dag.c.next_dagrun_create_after,
        "next_dagrun_partition_key": dag.c.next_dagrun_partition_key,
        "next_dagrun_partition_date": dag.c.next_dagrun_partition_date,
        "next_dagrun_run_id": dag.c.next_dagrun_run_id,
    },
)  # fmt: skip
_SCHEDULES = Statement(sa.select(*_schedule.columns).order_by(dag.c.dag_id))
_DAG = Statement(sa.select(*_schedule.columns).where(dag.c.dag_id == sa.bindparam("dag_id")))
_may_get_runs = (
    dag.c.next_dagrun_create_after.is_not(None),
    dag.c.is_paused == sa.false(),
    dag.c.is_stale == sa.false(),
    dag.c.has_import_errors == sa.false(),
)
_DUE = Statement(
    sa.select(*_schedule.columns)
    .where(*_may_get_runs, dag.c.next_dagrun_create_after <= sa.bindparam("now", type_=Time))
    .order_by(dag.c.next_dagrun_create_after, dag.c.dag_id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_DUE_OF = Statement(
    sa.select(*_schedule.columns).where(
        *_may_get_runs,
        dag.c.next_dagrun_create_after <= sa.bindparam("now", type_=Time),
        dag.c.dag_id == sa.bindparam("dag_id"),
    )
)
_NEXT_DUE = Statement(
    sa.select(dag.c.dag_id, dag.c.next_dagrun_create_after)
    .where(*_may_get_runs)
    .order_by(dag.c.next_dagrun_create_after, dag.c.dag_id)
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)
_NEXT_DUE_OF = Statement(
    sa.select(dag.c.next_dagrun_create_after).where(*_may_get_runs, dag.c.dag_id == sa.bindparam("dag_id"))
)
_MARKS = Statement(sa.select(dag.c.dag_id, dag.c.is_paused, dag.c.is_stale, dag.c.version_hash))


def dag_marks(tx: Tx) -> dict[str, tuple[bool, bool, str | None]]:
    """(paused, stale, newest version) of every DAG: what the scheduler must notice when people change it."""
    return {dag_id: (paused, stale, version) for dag_id, paused, stale, version in tx.rows(_MARKS)}


def next_due(tx: Tx, *, exclude: Collection[str] = (), only_dag: str | None = None) -> datetime | None:
    """When the next of these DAGs falls due, or None."""
    if only_dag is not None:
        due: datetime | None = None if only_dag in exclude else tx.value(_NEXT_DUE_OF, dag_id=only_dag)
        return due
    rows = tx.rows(_NEXT_DUE, limit=len(exclude) + 1)
    return next((due for dag_id, due in rows if dag_id not in exclude), None)


def dag_schedules(tx: Tx) -> list[DagScheduling]:
    """Every DAG: paused or not, its version, when its next run is due."""
    return _schedule.all(tx, _SCHEDULES)


_WITHOUT_NEXT = Statement(
    sa.select(*_schedule.columns)
    .where(
        dag.c.timetable_type == sa.bindparam("kind", type_=sa.String()),
        dag.c.next_dagrun_create_after.is_(None),
        dag.c.is_paused == sa.false(),
        dag.c.is_stale == sa.false(),
    )
    .order_by(dag.c.dag_id)
)


def without_next_run(tx: Tx, timetable_type: str) -> list[DagScheduling]:
    """DAGs with that kind of timetable whose next run is not known."""
    return _schedule.all(tx, _WITHOUT_NEXT, kind=timetable_type)


def dag_row(tx: Tx, dag_id: str) -> DagScheduling | None:
    """The same of one DAG, or None."""
    return _schedule.first(tx, _DAG, dag_id=dag_id)


def due_dags(
    tx: Tx, now: datetime, *, limit: int = 1000, exclude: Collection[str] = (), only_dag: str | None = None
) -> list[DagScheduling]:
    """The DAGs that may get a run now, longest due first."""
    if only_dag is not None:
        row = _schedule.first(tx, _DUE_OF, now=now, dag_id=only_dag)
        return [row] if row is not None and only_dag not in exclude else []
    rows = _schedule.all(tx, _DUE, now=now, limit=limit + len(exclude))
    return [row for row in rows if row.dag_id not in exclude][:limit]


def newest_scheduled(tx: Tx, dag_id: str) -> RunRecord | None:
    """The scheduled run with the newest logical date, from which a timetable goes on; or None.

    Runs for partitions have none; among them the newest ``run_after`` counts.
    """
    select = runs.SELECT.where(run.c.dag_id == dag_id, run.c.run_type == "scheduled")
    moment = sa.func.coalesce(run.c.logical_date, run.c.run_after)
    return runs.READER.first(tx, select.order_by(moment.desc()).limit(1))


_NEWEST_STATES = Statement(
    sa.select(run.c.state)
    .where(run.c.dag_id == sa.bindparam("dag_id"))
    .order_by(run.c.run_after.desc(), run.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer()))
)


def newest_states(tx: Tx, dag_id: str, limit: int) -> list[str]:
    """The states of the DAG's newest runs, newest first."""
    return [row[0] for row in tx.rows(_NEWEST_STATES, dag_id=dag_id, limit=limit)]


_backfill = backfills.backfill
_BACKFILL_LIMIT = Statement(
    sa.select(_backfill.c.max_active_runs, _backfill.c.is_paused, _backfill.c.completed_at).where(
        _backfill.c.id == sa.bindparam("backfill_id", type_=Key)
    )
)


_BACKFILL_MARKS = Statement(
    sa.select(_backfill.c.id, _backfill.c.dag_id, _backfill.c.max_active_runs, _backfill.c.is_paused).where(
        _backfill.c.completed_at.is_(None)
    )
)
_link = backfills.backfill_dag_run
_BACKFILL_ORDER = Statement(
    sa.select(run.c.id, _link.c.sort_ordinal)
    .join(_link, sa.and_(_link.c.dag_run_id == run.c.id, _link.c.backfill_id == run.c.backfill_id))
    .where(
        run.c.dag_id == sa.bindparam("dag_id"), one_of(run.c.state, ACTIVE), run.c.state == const("queued")
    )
)


def backfill_order(tx: Tx, dag_id: str) -> dict[int, int]:
    """Queued run of a backfill to its place in it: backwards, the last date comes first."""
    rows = tx.rows(_BACKFILL_ORDER, dag_id=dag_id)
    return {row[0]: row[1] for row in rows}


def backfill_limit(tx: Tx, backfill_id: int) -> int:
    """How many runs of that backfill may be active; 0 while it is paused.

    One that has ended, or was cancelled, can no longer be unpaused: runs of it that somebody clears go on.
    So do those of one that is gone, one at a time.
    """
    row = tx.first(_BACKFILL_LIMIT, backfill_id=backfill_id)
    if row is None:
        return 1
    limit, paused, completed_at = row
    return 0 if paused and completed_at is None else int(limit)


def backfill_marks(tx: Tx) -> dict[int, tuple[str, int]]:
    """Of each backfill that goes on, its DAG and how many of its runs may be active: what the scheduler must
    notice when people change it.
    """
    return {
        number: (dag_id, 0 if paused else limit) for number, dag_id, limit, paused in tx.rows(_BACKFILL_MARKS)
    }


_pools = Reader(
    PoolRecord,
    {
        "name": pool_tables.slot_pool.c.pool, "slots": pool_tables.slot_pool.c.slots,
        "description": pool_tables.slot_pool.c.description,
        "include_deferred": pool_tables.slot_pool.c.include_deferred,
    },
)  # fmt: skip
_POOLS = Statement(sa.select(*_pools.columns).order_by(pool_tables.slot_pool.c.pool))


def pools(tx: Tx) -> list[PoolRecord]:
    """Every pool."""
    return _pools.all(tx, _POOLS)


# --- heartbeats ---------------------------------------------------------------------------------------------

_lost = Reader(
    LostCandidate,
    {
        "run_pk": run.c.id, "dag_id": ti.c.dag_id, "run_id": ti.c.run_id, "task_id": ti.c.task_id,
        "map_index": ti.c.map_index, "attempt_id": ti.c.id, "dispatch": ti.c.dispatch, "state": ti.c.state,
        "heard": sa.func.coalesce(ti.c.last_heartbeat_at, ti.c.queued_dttm).label("heard"),
        "addressed_to": ti.c.external_executor_id,
    },
    state=TaskInstanceState,
)  # fmt: skip
_heard = sa.func.coalesce(ti.c.last_heartbeat_at, ti.c.queued_dttm)
_LOST = Statement(
    sa.select(*_lost.columns)
    .join_from(ti, run, (run.c.dag_id == ti.c.dag_id) & (run.c.run_id == ti.c.run_id))
    .where(
        one_of(ti.c.state, task_instances.HELD),
        one_of(ti.c.state, ("queued", "running", "restarting")),
        sa.or_(_heard.is_(None), _heard < sa.bindparam("since", type_=Time)),
    )
)


def lost_candidates(tx: Tx, since: datetime) -> list[LostCandidate]:
    """Queued and running attempts of which nothing was heard since that time."""
    return _lost.all(tx, _LOST, since=since)
