"""Deleting one task instance, with everything that is known of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.statements import Statement
from tradewind.store.tables import task_instances
from tradewind.store.tables.state_stores import task_state_store
from tradewind.store.tables.xcoms import xcom
from tradewind.store.transitions import runs
from tradewind.store.transitions.rows import ti


def _of_task(table: Any, **columns: str) -> Statement:
    """Rows of the instance in ``table``; ``columns``: its columns and the parameters they equal."""
    return Statement(
        sa.delete(table).where(*(table.c[name] == sa.bindparam(value) for name, value in columns.items()))
    )


_BY_RUN = {"dag_run_id": "pk", "task_id": "of_task", "map_index": "of_index"}
_BY_NAMES = {"dag_id": "of_dag", "run_id": "of_run", "task_id": "of_task", "map_index": "of_index"}
_IN_RUN = tuple(_of_task(table, **_BY_RUN) for table in (xcom, task_state_store))
_NAMED = tuple(
    _of_task(table, **_BY_NAMES)
    for table in (
        task_instances.task_map,
        task_instances.rendered_task_instance_fields,
        task_instances.task_instance_history,
    )
)
_ITSELF = _of_task(ti, **_BY_NAMES)
"""What hangs on the row itself (notes, reschedules, questions to people) goes with it."""


def delete_instance(
    tx: Tx, run_pk: int, dag_id: str, run_id: str, task_id: str, map_index: int, *, now: datetime
) -> bool:
    """Delete a task instance; False where there is none.

    A run that has not ended gets it again, as it gets any task of its DAG that it does not have.
    """
    runs.touch(tx, run_pk, now=now)
    task = {"of_task": task_id, "of_index": map_index}
    for statement in _IN_RUN:
        tx.run(statement, pk=run_pk, **task)
    names = {"of_dag": dag_id, "of_run": run_id, **task}
    for statement in _NAMED:
        tx.run(statement, **names)
    return tx.run(_ITSELF, **names) == 1
