"""The audit log: one line for each thing that somebody did."""

from __future__ import annotations

from datetime import datetime

from tradewind.store.database import Tx
from tradewind.store.statements import Statement, insert_all
from tradewind.store.tables.jobs import log

_ADD = Statement(
    insert_all(
        log, "dttm", "event", "owner", "dag_id", "run_id", "task_id", "map_index", "try_number", "extra"
    )
)


def add(
    tx: Tx,
    event: str,
    *,
    at: datetime,
    owner: str,
    dag_id: str | None = None,
    run_id: str | None = None,
    task_id: str | None = None,
    map_index: int | None = None,
    try_number: int | None = None,
    extra: str | None = None,
) -> None:
    """Write down that ``owner`` did ``event`` (at most 60 characters). ``extra`` is JSON text."""
    tx.run(
        _ADD,
        dttm=at,
        event=event,
        owner=owner,
        dag_id=dag_id,
        run_id=run_id,
        task_id=task_id,
        map_index=map_index,
        try_number=try_number,
        extra=extra,
    )
