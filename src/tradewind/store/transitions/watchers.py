"""Watchers of assets: triggers that belong to no task, and what they have told.

The DAG processor writes which DAG wants which watcher (``declare``). Equal triggers are one row, however many
assets they watch, so that a file or a message is taken once. A trigger runs while some DAG that is neither
paused nor stale waits for one of its assets (``wanted``); its row goes with the last DAG that names it.

A trigger counts its events anew each time it is begun, and its triggerer tells each until it is recorded.
The newest number that is recorded stands beside the events, in the same transaction: so what is told
twice is recorded once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.spec import DagSpec, WatcherSpec
from tradewind.secrets.cipher import CannotDecrypt
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement, insert_all
from tradewind.store.tables import assets as tables
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.dags import dag
from tradewind.store.tables.triggers import trigger
from tradewind.store.tables.watchers import dag_asset_watcher_reference as reference
from tradewind.store.tables.watchers import trigger_told as told
from tradewind.store.transitions import asset_events, asset_mentions, triggers
from tradewind.store.transitions.asset_events import Happened

KEPT: Final = timedelta(days=7)
"""How long it is known what was recorded; an event that is told again later counts as a new one."""
asset, watcher = tables.asset, tables.asset_watcher

# --- declaring -----------------------------------------------------------------------------------------

_of_dag = sa.bindparam("of_dag", type_=sa.String())
_KNOWN = Statement(
    sa.select(reference.c.asset_id, reference.c.name, reference.c.trigger_id).where(
        reference.c.dag_id == _of_dag
    )
)
_DROP = Statement(
    sa.delete(reference).where(
        reference.c.dag_id == _of_dag,
        reference.c.asset_id == sa.bindparam("old_asset_id", type_=Key),
        reference.c.name == sa.bindparam("old_name", type_=reference.c.name.type),
    )
)
_ADD = Statement(insert_all(reference, "dag_id", "asset_id", "name", "trigger_id"))
_TRIGGER = ("classpath", "kwargs", "created_date", "queue", "digest")
_BY_DIGEST = Statement(
    sa.select(trigger.c.id, trigger.c.kwargs)
    .where(trigger.c.digest == sa.bindparam("digest"))
    .with_for_update()
)
_LOCK_ALL = Statement(
    sa.select(trigger.c.id).where(trigger.c.digest.is_not(None)).order_by(trigger.c.digest).with_for_update()
)
"""Who declares and who tidies up lock the triggers first, in this order, and look at the rest only then."""


def _insert(table: sa.Table, *names: str) -> Statement:
    def source(dialect: Dialect) -> Any:
        values = {name: sa.bindparam(name, type_=table.c[name].type) for name in names}
        return dialect.insert_ignore(table).values(values)

    return Statement(source)


_INSERT_TRIGGER = _insert(trigger, *_TRIGGER)
_INSERT_WATCHER = _insert(watcher, "name", "asset_id", "trigger_id")


def declare(tx: Tx, spec: DagSpec, now: datetime) -> None:
    """Write which watchers the DAG wants; what it no longer names goes, with what nobody else names."""
    if not spec.watchers and not tx.rows(_KNOWN, of_dag=spec.dag_id):
        return
    wanted = {_ids(tx, one, now) for one in sorted(spec.watchers, key=_digest)}
    known = {(int(row[0]), row[1], int(row[2])) for row in tx.rows(_KNOWN, of_dag=spec.dag_id)}
    gone, new = sorted(known - wanted), sorted(wanted - known)
    tx.run_many(_DROP, [{"of_dag": spec.dag_id, "old_asset_id": a, "old_name": name} for a, name, _ in gone])
    rows = [{"dag_id": spec.dag_id, "asset_id": a, "name": name, "trigger_id": t} for a, name, t in new]
    tx.run_many(_ADD, rows)
    for row in rows:
        tx.run(_INSERT_WATCHER, **{key: value for key, value in row.items() if key != "dag_id"})
    if gone:
        _tidy(tx)


def _digest(one: WatcherSpec) -> str:
    return hashlib.sha256(f"{one.classpath}\n{one.queue or ''}\n{one.kwargs}".encode()).hexdigest()


def _ids(tx: Tx, one: WatcherSpec, now: datetime) -> tuple[int, str, int]:
    """(asset, name, trigger) of a watcher; each is made where it is new. The trigger is locked."""
    asset_id = asset_mentions.asset_id(tx, one.asset, now)
    digest = _digest(one)
    while (found := tx.first(_BY_DIGEST, digest=digest)) is None:  # again where it was removed just then
        row = (one.classpath, tx.seal.close(one.kwargs), now, one.queue, digest)
        tx.run(_INSERT_TRIGGER, **dict(zip(_TRIGGER, row, strict=True)))
    trigger_id, stored = int(found[0]), found[1]
    if isinstance(triggers.open_kwargs(tx, trigger_id, stored), CannotDecrypt):
        triggers.seal(tx, trigger_id, one.kwargs)  # its key is lost, but the file says what it was
    return asset_id, one.name, trigger_id


# --- what is to run ------------------------------------------------------------------------------------


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """An asset and the name of a watcher of it."""

    asset: str
    uri: str
    watcher: str


class WatcherRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger that watches assets. ``file`` is that of a DAG which names it: its class may stand there."""

    id: int
    classpath: str
    kwargs: str
    queue: str | None
    triggerer_id: int | None
    file: str
    watched: tuple[Watched, ...]


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    classpath: str
    kwargs: str
    queue: str | None
    triggerer_id: int | None
    file: str
    asset: str
    uri: str
    watcher: str


_rows = Reader(
    _Row,
    {
        "id": trigger.c.id, "classpath": trigger.c.classpath, "kwargs": trigger.c.kwargs,
        "queue": trigger.c.queue, "triggerer_id": trigger.c.triggerer_id, "file": dag.c.fileloc,
        "asset": asset.c.name, "uri": asset.c.uri, "watcher": reference.c.name,
    },
)  # fmt: skip


def _waits_for_it() -> Any:
    """The condition that a DAG which may run waits for the asset: for itself, or for its name or uri."""
    consumer = dag.alias("consumer")
    direct, names, uris = (
        tables.dag_schedule_asset_reference,
        tables.dag_schedule_asset_name_reference,
        tables.dag_schedule_asset_uri_reference,
    )
    ways = (
        (direct, direct.c.asset_id == asset.c.id),
        (names, names.c.name == asset.c.name),
        (uris, uris.c.uri == asset.c.uri),
    )
    may_run = (consumer.c.is_paused == sa.false(), consumer.c.is_stale == sa.false())
    return sa.or_(
        *(
            sa.exists().where(table.c.dag_id == consumer.c.dag_id, same, *may_run).correlate(asset)
            for table, same in ways
        )
    )


_WANTED = Statement(
    sa.select(*_rows.columns)
    .join_from(reference, trigger, trigger.c.id == reference.c.trigger_id)
    .join(asset, asset.c.id == reference.c.asset_id)
    .join(dag, dag.c.dag_id == reference.c.dag_id)
    .where(dag.c.is_stale == sa.false(), _waits_for_it())
    .order_by(trigger.c.id, dag.c.fileloc, asset.c.name, asset.c.uri, reference.c.name)
)


_ANY = Statement(sa.select(reference.c.trigger_id).limit(1))


def wanted(tx: Tx) -> dict[int, WatcherRecord]:
    """Every trigger that is to run now, by its number."""
    if tx.first(_ANY) is None:
        return {}  # asked every second, and most homes have none
    found: dict[int, list[_Row]] = {}
    for row in _rows.all(tx, _WANTED):
        found.setdefault(row.id, []).append(row)
    return {number: _record(rows) for number, rows in found.items()}


def _record(rows: Sequence[_Row]) -> WatcherRecord:
    first = rows[0]
    known = {
        name: getattr(first, name) for name in _Row.__struct_fields__ if name not in Watched.__struct_fields__
    }
    watched = dict.fromkeys(Watched(asset=row.asset, uri=row.uri, watcher=row.watcher) for row in rows)
    return WatcherRecord(**known, watched=tuple(watched))


# --- what was told -------------------------------------------------------------------------------------

_trigger_id = sa.bindparam("trigger_id", type_=Key)
_TOLD = Statement(
    sa.select(told.c.number).where(
        told.c.trigger_id == _trigger_id, told.c.begun == sa.bindparam("begun", type_=told.c.begun.type)
    )
)


def _note(dialect: Dialect) -> Any:
    return dialect.upsert(told, ["trigger_id", "begun"], ["number", "told_at"])


_NOTE = Statement(_note)
_ASSETS = Statement(
    sa.select(asset.c.id, asset.c.name, asset.c.uri, asset.c.group)
    .join_from(watcher, asset, asset.c.id == watcher.c.asset_id)
    .where(watcher.c.trigger_id == _trigger_id)
    .order_by(asset.c.id)
    .distinct()
)


def record(tx: Tx, events: Iterable[TriggerEvent], now: datetime) -> int:
    """Make each event an update of the assets that its trigger watches; how many were new.

    What is recorded already, and what nobody watches any more, is passed over.
    """
    new = 0
    happened: list[Happened] = []
    for event in events:
        assets = tx.rows(_ASSETS, trigger_id=event.trigger_id)
        newest = tx.value(_TOLD, trigger_id=event.trigger_id, begun=event.begun)
        if not assets or (newest is not None and event.number <= newest):
            continue
        tx.run(_NOTE, trigger_id=event.trigger_id, begun=event.begun, number=event.number, told_at=now)
        extra = {"from_trigger": True, "payload": msgspec.json.decode(event.payload)}
        happened += [
            Happened(asset={"type": "asset", "name": name, "uri": uri, "group": group}, extra=extra)
            for _, name, uri, group in assets
        ]
        new += 1
    if happened:
        asset_events.record(tx, happened, now)
    return new


_DROP_ENDED = Statement(
    sa.delete(told).where(
        told.c.trigger_id == _trigger_id, told.c.begun == sa.bindparam("begun", type_=told.c.begun.type)
    )
)


def end(tx: Tx, events: Iterable[TriggerEvent]) -> None:
    """A trigger tells of its end when all its events are recorded: what was told may be forgotten."""
    rows = [{"trigger_id": event.trigger_id, "begun": event.begun} for event in events if event.begun]
    tx.run_many(_DROP_ENDED, rows)


# --- cleaning up ---------------------------------------------------------------------------------------

_DROP_STALE = Statement(
    sa.delete(reference).where(
        reference.c.dag_id.in_(sa.select(dag.c.dag_id).where(dag.c.is_stale == sa.true()))
    )
)
_DROP_WATCHERS = Statement(
    sa.delete(watcher).where(
        ~sa.exists()
        .where(
            reference.c.asset_id == watcher.c.asset_id,
            reference.c.name == watcher.c.name,
            reference.c.trigger_id == watcher.c.trigger_id,
        )
        .correlate(watcher)
    )
)
_UNWATCHED = Statement(
    sa.select(trigger.c.id).where(
        trigger.c.digest.is_not(None),
        ~sa.exists().where(watcher.c.trigger_id == trigger.c.id).correlate(trigger),
    )
)
_DROP_TRIGGER = Statement(sa.delete(trigger).where(trigger.c.id == _trigger_id))
_DROP_TOLD = Statement(sa.delete(told).where(told.c.told_at < sa.bindparam("before", type_=Time)))


def sweep(tx: Tx, now: datetime) -> list[int]:
    """Remove the watchers that no DAG names any more; the triggers that went with them."""
    tx.rows(_LOCK_ALL)
    tx.run(_DROP_STALE)
    tx.run(_DROP_TOLD, before=now - KEPT)
    return _tidy(tx)


def _tidy(tx: Tx) -> list[int]:
    tx.rows(_LOCK_ALL)
    tx.run(_DROP_WATCHERS)
    left = [int(row[0]) for row in tx.rows(_UNWATCHED)]
    tx.run_many(_DROP_TRIGGER, [{"trigger_id": each} for each in left])
    return left
