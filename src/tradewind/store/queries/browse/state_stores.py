"""What is kept in the state stores, as lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.browse.listing import Listing, Page, Where
from tradewind.store.queries.reading import permitted
from tradewind.store.tables.runs import dag_run
from tradewind.store.tables.state_stores import asset_state_store as of_asset
from tradewind.store.tables.state_stores import task_state_store as of_task


class TaskStateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A value of a task instance; ``value`` is JSON text."""

    key: str
    value: str
    updated_at: datetime
    expires_at: datetime | None


class AssetStateRow(msgspec.Struct, frozen=True, kw_only=True):
    """A value of an asset; ``value`` is JSON text."""

    key: str
    value: str
    updated_at: datetime
    writer_kind: str
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    map_index: int | None


task_states = Listing(
    TaskStateRow,
    {name: of_task.c[name] for name in TaskStateRow.__struct_fields__},
    of_task.join(dag_run, dag_run.c.id == of_task.c.dag_run_id),
    unique=of_task.c.key,
    dag=dag_run.c.dag_id,
    filters={
        "dag_id": dag_run.c.dag_id, "run_id": dag_run.c.run_id, "task_id": of_task.c.task_id,
        "map_index": of_task.c.map_index,
    },
)  # fmt: skip
_asset_states = Listing(
    AssetStateRow,
    {name: of_asset.c[name] for name in AssetStateRow.__struct_fields__},
    of_asset,
    unique=of_asset.c.key,
    dag=None,
    filters={"asset_id": of_asset.c.asset_id},
)


def asset_states(
    tx: Tx, where: Sequence[Where], *, access: Access, page: Page | None = None
) -> list[AssetStateRow]:
    """What is kept about assets. Of who wrote it last, a task of a DAG beyond ``access`` is not named."""
    found = _asset_states.page(tx, where, access=access, page=page)
    shown = permitted(tx, (row.dag_id for row in found if row.dag_id is not None), access)
    return [row if row.dag_id is None or row.dag_id in shown else _anonymous(row) for row in found]


def count_asset_states(tx: Tx, where: Sequence[Where], *, access: Access) -> int:
    """How many rows all pages have together."""
    return _asset_states.count(tx, where, access=access)


def _anonymous(row: AssetStateRow) -> AssetStateRow:
    return msgspec.structs.replace(row, dag_id=None, run_id=None, task_id=None, map_index=None)


def alive(now: datetime) -> object:
    """The condition that leaves out what has expired."""
    return of_task.c.expires_at.is_(None) | (of_task.c.expires_at > now)
