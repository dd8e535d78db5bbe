"""Who makes and who uses which asset."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain.access import Access
from tradewind.store.database import Tx
from tradewind.store.queries.reading import within
from tradewind.store.tables import assets as tables
from tradewind.store.tables.dags import dag


class Mention(msgspec.Struct, frozen=True):
    """A DAG has to do with an asset."""

    asset_id: int
    asset: str
    uri: str
    dag_id: str
    dag_display_name: str


_TABLES: dict[str, sa.Table] = {
    "outlet": tables.task_outlet_asset_reference,
    "inlet": tables.task_inlet_asset_reference,
    "schedule": tables.dag_schedule_asset_reference,
}


def mentions(tx: Tx, kind: str, *, access: Access) -> list[Mention]:
    """Every DAG that has an asset as ``outlet``, ``inlet`` or in its ``schedule``, once for each asset."""
    table, asset = _TABLES[kind], tables.asset
    columns: tuple[Any, ...] = (asset.c.id, asset.c.name, asset.c.uri, dag.c.dag_id, dag.c.dag_display_name)
    joined = table.join(asset, asset.c.id == table.c.asset_id).join(dag, dag.c.dag_id == table.c.dag_id)
    where = (~dag.c.is_stale, within(dag.c.dag_id, access))
    return [
        Mention(*row) for row in tx.rows(sa.select(*columns).select_from(joined).where(*where).distinct())
    ]
