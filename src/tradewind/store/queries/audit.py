"""The audit log: one line for each thing that somebody did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.reading import within
from tradewind.store.statements import Statement, insert_all
from tradewind.store.tables.jobs import log


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry; ``extra`` is JSON text."""

    id: int
    dttm: datetime
    event: str
    owner: str | None
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None
    try_number: int | None
    extra: str | None


_ADD = Statement(
    insert_all(
        log, "dttm", "event", "owner", "dag_id", "run_id", "task_id", "map_index", "try_number", "extra"
    )
)


def entries(
    tx: Tx,
    *,
    access: Access,
    after: int = 0,
    since: datetime | None = None,
    until: datetime | None = None,
    like: Mapping[str, str] | None = None,
    limit: int = 1_000,
) -> list[Entry]:
    """The entries with numbers above ``after``, in order; ``like``: dag_id, owner or event to be equal."""
    select = sa.select(*(log.c[name] for name in Entry.__struct_fields__)).where(log.c.id > after)
    if not access.unconfined:
        select = select.where(within(log.c.dag_id, access))
    if since is not None:
        select = select.where(log.c.dttm >= since)
    if until is not None:
        select = select.where(log.c.dttm <= until)
    for name, value in (like or {}).items():
        select = select.where(log.c[name] == value)
    rows = tx.rows(select.order_by(log.c.id).limit(limit))
    return [Entry(**dict(zip(Entry.__struct_fields__, row, strict=True))) for row in rows]


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
