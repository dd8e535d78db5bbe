"""A callback as work: what the process that runs it has to know."""

from __future__ import annotations

from tradewind.domain.access import SYSTEM
from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.scheduler.active_runs import ActiveRuns, run_context
from tradewind.store.database import Tx
from tradewind.store.queries import connection_tests, task_data
from tradewind.store.queries import runs as run_queries
from tradewind.store.transitions.callbacks import CallbackRecord


def number_of(attempt_id: str) -> int | None:
    """The number of the callback that runs under that name; None for the attempt of a task."""
    number = attempt_id.removeprefix(task_data.CALLBACK_PREFIX)
    return int(number) if number != attempt_id and number.isdecimal() else None


def without_file(row: CallbackRecord, *, limit: float) -> Assignment:
    """The same of a callback that needs no DAG file: it removes files of runs which are gone, or tries out a
    connection.
    """
    return Assignment(
        attempt_id=f"{task_data.CALLBACK_PREFIX}{row.id}",
        dispatch=row.dispatch + 1,
        kind="callback",
        callback={**row.data, "kind": row.kind},
        task_id="",
        try_number=1,
        run=RunContext(dag_id=row.dag_id, run_id="", run_type="", run_after=row.created_at),
        file="",
        log_path=f"{row.kind}.log",
        execution_timeout=limit,
    )


def assignment(tx: Tx, runs: ActiveRuns, row: CallbackRecord, *, limit: float) -> Assignment | None:
    """What a process needs to run it within ``limit`` seconds; None where its DAG or run is gone, so that
    nobody can.
    """
    if row.kind == connection_tests.KIND:
        return without_file(row, limit=limit)
    dag = runs.dag(tx, row.dag_id, fresh=True)
    run = run_queries.get(tx, row.dag_id, row.run_id, access=SYSTEM)
    if dag is None or run is None:
        return None
    tried = task_data.tried(tx, row.attempt_id) if row.attempt_id else None
    return Assignment(
        attempt_id=f"{task_data.CALLBACK_PREFIX}{row.id}",
        dispatch=row.dispatch + 1,
        kind="callback",
        callback={**row.data, "kind": row.kind},
        task_id=tried.task_id if tried else "",
        map_index=tried.map_index if tried else -1,
        try_number=tried.try_number if tried else 1,
        max_tries=tried.max_tries if tried else 0,
        first_start_date=tried.start_date if tried else None,
        run=run_context(run),
        file=dag.fileloc,
        bundle=dag.bundle_name,
        version=dag.version_hash or run.version_hash or "",
        log_path=_log_path(row, tried),
        execution_timeout=limit,
    )


def _log_path(row: CallbackRecord, tried: task_data.Tried | None) -> str:
    """A task's callback writes into the log of the try that it tells of."""
    run = f"dag_id={row.dag_id}/run_id={row.run_id}"
    if tried is None or not row.kind.startswith("task_"):
        return f"{run}/{row.kind}.log"
    mapped = f"map_index={tried.map_index}/" if tried.map_index >= 0 else ""
    return f"{run}/task_id={tried.task_id}/{mapped}attempt={tried.try_number}.log"
