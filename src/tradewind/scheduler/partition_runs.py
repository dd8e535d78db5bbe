"""Runs for partitions: events of partitioned assets, mapped to the partitions of the DAG that waits for them.

Works inside the transaction of ``duties.create_asset_runs``. An event is mapped once, in the transaction that
notes that the DAG has seen it; where it makes a partition complete, the same transaction makes the run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec

from tradewind.domain import partitions
from tradewind.domain.errors import TradewindError
from tradewind.domain.spec.partitions import Mapper
from tradewind.domain.spec.timetable import PartitionedAssetTimetable
from tradewind.engine import assets as conditions
from tradewind.engine.assets import Updated
from tradewind.store.database import Tx
from tradewind.store.queries import assets
from tradewind.store.records import RunRecord
from tradewind.store.transitions import asset_events, asset_partitions

AT_ONCE: Final = 200
"""Events of one asset that one transaction maps."""
MakeRun = Callable[[str, datetime | None], RunRecord]
"""Partition key and the moment it stands for → the run."""
_log = logging.getLogger("tradewind")


class Mapped(msgspec.Struct, kw_only=True):
    """What one call did. ``more``: there are events left."""

    runs: list[str] = []
    more: bool = False


def create(
    tx: Tx, dag_id: str, timetable: PartitionedAssetTimetable, now: datetime, make_run: MakeRun
) -> Mapped:
    """Map what is new, and make the runs of partitions that are complete."""
    done = Mapped()
    touched: dict[int, None] = {}
    for watched in assets.watched(tx, dag_id):
        events = asset_partitions.new_events(tx, watched, limit=AT_ONCE)
        for event in events:
            for key in _keys(dag_id, timetable, event):
                row = asset_partitions.arrived(
                    tx, dag_id, key, asset_id=watched.asset_id, event=event, now=now
                )
                touched[row] = None
        if events:
            asset_events.note_seen(tx, dag_id, watched.asset_id, events[-1].id)
        done.more = done.more or len(events) == AT_ONCE
    for waiting in asset_partitions.waiting(tx, list(touched)):
        if _is_complete(timetable, waiting):
            date = _date(timetable, waiting)
            record = make_run(waiting.key, date)
            asset_partitions.became(tx, waiting.row_id, record.pk, date=date, now=now)
            done.runs.append(record.run_id)
    return done


def mapper_of(timetable: PartitionedAssetTimetable, asset: Updated) -> Mapper:
    """The mapper of an asset."""
    for leaf, mapper in timetable.mappers:
        if any(conditions.is_meant(one, asset) for one in conditions.leaves(leaf)):
            return mapper
    return timetable.default_mapper


def _keys(
    dag_id: str, timetable: PartitionedAssetTimetable, event: asset_partitions.NewEvent
) -> Iterable[str]:
    """Where an event goes; nowhere, if it has no key, or one that its mapper does not take."""
    if event.partition_key is None:
        return ()
    try:
        mapper = mapper_of(timetable, Updated(name=event.name, uri=event.uri))
        return partitions.downstream(mapper, event.partition_key)
    except TradewindError as error:
        _log.warning("Event %d of asset %r makes no run of DAG %r: %s", event.id, event.name, dag_id, error)
        return ()


def _is_complete(timetable: PartitionedAssetTimetable, waiting: asset_partitions.Waiting) -> bool:
    there = [
        asset
        for (name, uri), keys in waiting.arrived.items()
        if _has_enough(timetable, asset := Updated(name=name, uri=uri), waiting.key, keys)
    ]
    return conditions.holds(timetable.condition, there)


def _has_enough(timetable: PartitionedAssetTimetable, asset: Updated, key: str, arrived: set[str]) -> bool:
    try:
        return partitions.satisfied(mapper_of(timetable, asset), key, arrived)
    except TradewindError as error:
        _log.warning("Partition %r of asset %r is never complete: %s", key, asset.name, error)
        return False


def _date(timetable: PartitionedAssetTimetable, waiting: asset_partitions.Waiting) -> datetime | None:
    """The moment that the mappers agree upon."""
    found: set[datetime | None] = set()
    for name, uri in waiting.arrived:
        try:
            found.add(partitions.date_of(mapper_of(timetable, Updated(name=name, uri=uri)), waiting.key))
        except TradewindError:
            return None
    found.discard(None)
    return found.pop() if len(found) == 1 else None
