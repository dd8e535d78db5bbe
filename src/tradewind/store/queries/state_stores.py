"""What tasks keep between their tries, and what is kept about assets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.statements import Statement
from tradewind.store.tables.runs import dag_run
from tradewind.store.tables.state_stores import asset_state_store as of_asset
from tradewind.store.tables.state_stores import task_state_store as of_task

_RUN = Statement(
    sa.select(dag_run.c.id).where(
        dag_run.c.dag_id == sa.bindparam("dag_id"), dag_run.c.run_id == sa.bindparam("run_id")
    )
)


def _instance(tx: Tx, dag_id: str, run_id: str, task_id: str, map_index: int) -> tuple[Any, ...]:
    pk = tx.value(_RUN, dag_id=dag_id, run_id=run_id)
    return (of_task.c.dag_run_id == pk, of_task.c.task_id == task_id, of_task.c.map_index == map_index)


def get_task_state(
    tx: Tx, dag_id: str, run_id: str, task_id: str, map_index: int, key: str, now: datetime
) -> str | None:
    """The value as JSON text; None where there is none, or none any more."""
    found = tx.value(
        sa.select(of_task.c.value).where(
            *_instance(tx, dag_id, run_id, task_id, map_index),
            of_task.c.key == key,
            sa.or_(of_task.c.expires_at.is_(None), of_task.c.expires_at > now),
        )
    )
    return None if found is None else str(found)


def set_task_state(
    tx: Tx,
    dag_id: str,
    run_id: str,
    task_id: str,
    map_index: int,
    key: str,
    value: str,
    *,
    now: datetime,
    expires_at: datetime | None,
) -> None:
    """Write a value."""
    mine = (*_instance(tx, dag_id, run_id, task_id, map_index), of_task.c.key == key)
    kept = {"value": value, "updated_at": now, "expires_at": expires_at}
    if tx.run(sa.update(of_task).where(*mine).values(**kept)) == 0:
        pk = tx.value(_RUN, dag_id=dag_id, run_id=run_id)
        tx.run(
            sa.insert(of_task).values(dag_run_id=pk, task_id=task_id, map_index=map_index, key=key, **kept)
        )


def delete_task_state(tx: Tx, dag_id: str, run_id: str, task_id: str, map_index: int, key: str | None) -> int:
    """Remove one value, or (None) all of the task instance; how many."""
    mine = _instance(tx, dag_id, run_id, task_id, map_index)
    return tx.run(sa.delete(of_task).where(*mine, *([of_task.c.key == key] if key is not None else [])))


def prune_task_state(tx: Tx, now: datetime) -> int:
    """Remove what has expired; how many."""
    return tx.run(sa.delete(of_task).where(of_task.c.expires_at <= now))


def get_asset_state(tx: Tx, asset_id: int, key: str) -> str | None:
    """The value as JSON text, or None."""
    found = tx.value(
        sa.select(of_asset.c.value).where(of_asset.c.asset_id == asset_id, of_asset.c.key == key)
    )
    return None if found is None else str(found)


def set_asset_state(
    tx: Tx, asset_id: int, key: str, value: str, *, now: datetime, kind: str, **writer: Any
) -> None:
    """Write a value; ``kind`` and ``writer`` say who did (task, watcher, api; dag_id, run_id, …)."""
    kept = {"value": value, "updated_at": now, "writer_kind": kind, **writer}
    mine = (of_asset.c.asset_id == asset_id, of_asset.c.key == key)
    if tx.run(sa.update(of_asset).where(*mine).values(**kept)) == 0:
        tx.run(sa.insert(of_asset).values(asset_id=asset_id, key=key, **kept))


def delete_asset_state(tx: Tx, asset_id: int, key: str | None) -> int:
    """Remove one value, or (None) all of the asset; how many."""
    only = [of_asset.c.key == key] if key is not None else []
    return tx.run(sa.delete(of_asset).where(of_asset.c.asset_id == asset_id, *only))
