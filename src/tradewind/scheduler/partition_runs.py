"""Runs for partitions: events of partitioned assets, mapped to the partitions of the DAG that waits for them.

Works inside the transaction of ``duties.create_asset_runs``. An event is mapped once, in the transaction that
notes that the DAG has seen it; where it makes a partition complete, the same transaction makes the run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from tradewind.domain import partitions
from tradewind.domain.errors import TradewindError
from tradewind.domain.messages.plugins import (
    CarryDate,
    KeysAre,
    MapKey,
    PartitionArrived,
    PartitionIs,
    PartitionNeeds,
    PartitionSatisfied,
)
from tradewind.domain.spec.partitions import Mapper, PluginMapper
from tradewind.domain.spec.timetable import PartitionedAssetTimetable
from tradewind.engine import assets as conditions
from tradewind.engine.assets import Updated
from tradewind.runtime.plugin_hosts import Ask, Unanswered
from tradewind.store.database import Tx
from tradewind.store.queries import assets
from tradewind.store.records import RunRecord
from tradewind.store.transitions import asset_events, asset_partitions
from tradewind.store.transitions.asset_partitions import NewEvent

AT_ONCE: Final = 200
"""Events of one asset that one transaction maps."""
MakeRun = Callable[[str, datetime | None], RunRecord]
"""Partition key and the moment it stands for → the run."""
_log = logging.getLogger("tradewind")


class Mapped(msgspec.Struct, kw_only=True):
    """What one call did. ``more``: there are events left. ``waits``: a plug-in has to answer first."""

    runs: list[str] = []
    more: bool = False
    waits: bool = False


def create(
    tx: Tx, dag_id: str, timetable: PartitionedAssetTimetable, now: datetime, make_run: MakeRun, ask: Ask
) -> Mapped:
    """Map what is new, and make the runs of partitions that are complete.

    An event that a plug-in has to map waits for its answer, and those of its asset that came after it do too,
    so that each is mapped once, in order. Where ``waits``, the caller leaves the DAG's queue as it is.
    """
    done = Mapped()
    touched: dict[int, None] = {}
    for watched in assets.watched(tx, dag_id):
        events = asset_partitions.new_events(tx, watched, limit=AT_ONCE)
        mapped = _mapped(dag_id, timetable, events, ask)
        for event, keys in mapped:
            for key in keys:
                row = asset_partitions.arrived(
                    tx, dag_id, key, asset_id=watched.asset_id, event=event, now=now
                )
                touched[row] = None
        if mapped:
            asset_events.note_seen(tx, dag_id, watched.asset_id, mapped[-1][0].id)
        done.waits = done.waits or len(mapped) < len(events)
        done.more = done.more or len(mapped) == AT_ONCE
    # What a plug-in had not answered yet when an event came is complete without a further event.
    open_rows = asset_partitions.open_rows(tx, dag_id) if _asks(timetable) else list(touched)
    for waiting in asset_partitions.waiting(tx, open_rows):
        try:
            complete, date = _is_complete(timetable, waiting, ask), _date(timetable, waiting, ask)
        except Unanswered:
            done.waits = True
            continue
        if complete:
            record = make_run(waiting.key, date)
            asset_partitions.became(tx, waiting.row_id, record.pk, date=date, now=now)
            done.runs.append(record.run_id)
    return done


def _mapped(
    dag_id: str, timetable: PartitionedAssetTimetable, events: Sequence[NewEvent], ask: Ask
) -> list[tuple[NewEvent, Sequence[str]]]:
    """Events with the keys they go to, up to the first whose answer is not there. Those after it are asked
    about too, so that one answer does not wait for the other.
    """
    found: list[tuple[NewEvent, Sequence[str]]] = []
    whole = True
    for event in events:
        try:
            keys = _keys(dag_id, timetable, event, ask)
        except Unanswered:
            whole = False
        if whole:
            found.append((event, keys))
    return found


def _asks(timetable: PartitionedAssetTimetable) -> bool:
    mappers = [timetable.default_mapper, *(mapper for _, mapper in timetable.mappers)]
    return any(partitions.plugin_of(mapper) is not None for mapper in mappers)


def mapper_of(timetable: PartitionedAssetTimetable, asset: Updated) -> Mapper:
    """The mapper of an asset."""
    for leaf, mapper in timetable.mappers:
        if any(conditions.is_meant(one, asset) for one in conditions.leaves(leaf)):
            return mapper
    return timetable.default_mapper


def _keys(dag_id: str, timetable: PartitionedAssetTimetable, event: NewEvent, ask: Ask) -> Sequence[str]:
    """Where an event goes; nowhere, if it has no key, or one that its mapper does not take. Raises
    Unanswered.
    """
    if event.partition_key is None:
        return ()
    mapper = mapper_of(timetable, Updated(name=event.name, uri=event.uri))
    try:
        return _downstream(mapper, event.partition_key, ask)
    except TradewindError as error:
        _log.warning("Event %d of asset %r makes no run of DAG %r: %s", event.id, event.name, dag_id, error)
        return ()


def _downstream(mapper: Mapper, key: str, ask: Ask) -> Sequence[str]:
    name = partitions.plugin_of(mapper)
    if name is None:
        return partitions.downstream(mapper, key)
    said = ask(MapKey(name=name, mapper=mapper, key=key))
    assert isinstance(said, KeysAre)
    if said.refused:
        raise partitions.InvalidPartitionKey(f"{name} does not take the key {key!r}: {said.refused}")
    return said.keys


def _expected(mapper: Mapper, key: str, ask: Ask) -> frozenset[str] | None:
    name = partitions.plugin_of(mapper)
    return partitions.expected(mapper, key) if name is None else _needs(name, mapper, key, ask).expected


def _moment(mapper: Mapper, key: str, ask: Ask) -> datetime | None:
    name = partitions.plugin_of(mapper)
    return partitions.date_of(mapper, key) if name is None else _needs(name, mapper, key, ask).date


def _needs(name: str, mapper: Mapper, key: str, ask: Ask) -> PartitionIs:
    """What a partition waits for and stands for, as the plug-in's class of that name says. Raises Unanswered,
    InvalidPartitionKey.
    """
    said = ask(PartitionNeeds(name=name, mapper=mapper, key=key))
    assert isinstance(said, PartitionIs)
    if said.refused:
        raise partitions.InvalidPartitionKey(f"{name} does not take the key {key!r}: {said.refused}")
    return said


def _is_complete(timetable: PartitionedAssetTimetable, waiting: asset_partitions.Waiting, ask: Ask) -> bool:
    there = [
        asset
        for (name, uri), keys in waiting.arrived.items()
        if _has_enough(timetable, asset := Updated(name=name, uri=uri), waiting.key, keys, ask)
    ]
    return conditions.holds(timetable.condition, there)


def _has_enough(
    timetable: PartitionedAssetTimetable, asset: Updated, key: str, arrived: set[str], ask: Ask
) -> bool:
    mapper = mapper_of(timetable, asset)
    if not partitions.is_rollup(mapper):
        return bool(arrived)
    try:
        if isinstance(mapper, PluginMapper) and mapper.asks_policy:
            return _policy_says(mapper, key, arrived, ask)
        return partitions.enough(mapper, _expected(mapper, key, ask), arrived)
    except TradewindError as error:
        _log.warning("Partition %r of asset %r is never complete: %s", key, asset.name, error)
        return False


def _policy_says(mapper: PluginMapper, key: str, arrived: set[str], ask: Ask) -> bool:
    """Raises Unanswered, InvalidPartitionKey."""
    said = ask(PartitionArrived(name=mapper.name, mapper=mapper, key=key, arrived=tuple(sorted(arrived))))
    assert isinstance(said, PartitionSatisfied)
    if said.refused:
        raise partitions.InvalidPartitionKey(f"the wait policy of {mapper.name} says no: {said.refused}")
    return said.satisfied


def _date(
    timetable: PartitionedAssetTimetable, waiting: asset_partitions.Waiting, ask: Ask
) -> datetime | None:
    """The moment that the mappers agree upon; where keys stand for none, what mappers make of those of the
    runs upstream.
    """
    found: set[datetime] = set()
    carried: set[datetime] = set()
    for name, uri in waiting.arrived:
        mapper = mapper_of(timetable, Updated(name=name, uri=uri))
        try:
            moment = _moment(mapper, waiting.key, ask)
        except TradewindError:
            return None
        if moment is not None:
            found.add(moment)
        elif partitions.carries(mapper):
            carried |= _carried(mapper, waiting.dates.get((name, uri), set()), ask)
    agreed = found or carried
    return agreed.pop() if len(agreed) == 1 else None


def _carried(mapper: Mapper, dates: set[datetime], ask: Ask) -> set[datetime]:
    """What a mapper makes of the moments of the runs upstream. Raises Unanswered."""
    if not isinstance(mapper, PluginMapper):
        return dates
    found: set[datetime] = set()
    sources: list[datetime | None] = [*sorted(dates)]
    for date in sources or [None]:
        said = ask(CarryDate(name=mapper.name, mapper=mapper, date=date))
        assert isinstance(said, PartitionIs)
        if said.refused:
            _log.warning("%s carries no partition date: %s", mapper.name, said.refused)
        elif said.date is not None:
            found.add(said.date)
    return found
