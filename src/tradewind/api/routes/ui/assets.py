"""Assets as a list that is searched, and the partitions of one of them."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind.api.door import Call, Door
from tradewind.api.routes.public import assets
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import assets as schemas
from tradewind.auth.permissions import Resource
from tradewind.domain.states import DagRunState
from tradewind.store.queries.browse import assets as browse
from tradewind.store.queries.browse.listing import Page
from tradewind.store.queries.ui import asset_list as queries

door = Door(TAG, PREFIX)


@door.get("/assets", Resource.ASSET, name="ui_assets", query=schemas.UIAssetsQuery, answer=schemas.UIAssets)
def get_assets(call: Call) -> schemas.UIAssets:
    """List the assets that DAGs mention, with who makes and who uses them."""
    query: schemas.UIAssetsQuery = call.query
    tx, access = call.tx, call.access
    where = [browse.active(access=access), *([queries.named(query.q)] if query.q else [])]
    order = ((query.order_by.removeprefix("-"), query.order_by.startswith("-")),)
    wanted = Page(limit=query.limit, offset=query.offset, order=order)
    rows = browse.assets.page(tx, where, access=access, page=wanted)
    ids = [row.id for row in rows]
    waiting, making, reading = (
        browse.mentions(tx, kind, ids, access=access) for kind in ("schedules", "outlets", "inlets")
    )
    updates = queries.updates(tx, ids, access=access)
    return schemas.UIAssets(
        assets=[
            schemas.UIAsset(
                id=row.id,
                name=row.name,
                uri=row.uri,
                group=row.group,
                producers=_dags(making.get(row.id, ())),
                consumers=_dags([*waiting.get(row.id, ()), *reading.get(row.id, ())]),
                events=updates[row.id].events if row.id in updates else 0,
                last_event=updates[row.id].last if row.id in updates else None,
            )
            for row in rows
        ],
        total=browse.assets.count(tx, where, access=access),
    )


def _dags(rows: Iterable[browse.MentionRow]) -> list[str]:
    return sorted({row.dag_id for row in rows})


@door.get(
    "/assets/{asset_id}/partitions", Resource.ASSET, name="ui_asset_partitions",
    query=schemas.UIPartitionsQuery, answer=schemas.UIPartitions,
)  # fmt: skip
def get_asset_partitions(call: Call) -> schemas.UIPartitions:
    """List the partitions of an asset, with the runs that they made, or what still waits for more."""
    number, tx, access = assets.number_of_existing(call), call.tx, call.access
    query: schemas.UIPartitionsQuery = call.query
    rows = queries.partitions(tx, number, limit=query.limit, offset=query.offset, access=access)
    targets: dict[str, list[schemas.UIPartitionTarget]] = {row.key: [] for row in rows}
    for one in queries.targets(tx, number, list(targets), access=access):
        targets[one.key].append(_target(one))
    return schemas.UIPartitions(
        partitions=[
            schemas.UIPartition(
                partition_key=row.key, events=row.events, last_event=row.last, targets=targets[row.key]
            )
            for row in rows
        ],
        total=queries.count_partitions(tx, number, access=access),
    )


def _target(row: queries.Target) -> schemas.UIPartitionTarget:
    return schemas.UIPartitionTarget(
        dag_id=row.dag_id,
        dag_display_name=row.dag_display_name,
        partition_key=row.target_key,
        waits=row.waits,
        run_id=row.run_id,
        state=None if row.state is None else DagRunState(row.state),
    )
