"""What happens to assets, and which DAGs that concerns.

An event, and the rows of ``asset_dag_run_queue`` that ask for runs because of it, are written in one
transaction. Whoever writes an event first locks the asset's row, so that the events of one asset become
visible in the order of their numbers; then it writes the queue rows, which locks those. A run takes its
queue rows in the transaction that makes it, under the same lock. So each event is told to exactly one run
of each DAG, and none is lost, however many writers there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain.messages.report import Finished
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.records import WatchedAsset
from tradewind.store.statements import Statement, insert_all
from tradewind.store.tables import assets as tables
from tradewind.store.tables.base import Key, Time
from tradewind.store.tables.dags import dag
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.transitions import asset_mentions

_encode = msgspec.json.Encoder(order="sorted").encode
_at = sa.bindparam("at", type_=Time)
_asset_id = sa.bindparam("asset_id", type_=Key)
event, queue = tables.asset_event, tables.asset_dag_run_queue


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The task instance that updated an asset. All None: somebody outside."""

    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int = -1
    partition_key: str | None = None


OUTSIDE = Source()


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An update of an asset, which ``asset`` describes (name, uri, group; or a name or uri to look up)."""

    asset: dict[str, Any]
    source: Source = OUTSIDE
    extra: dict[str, Any] = {}
    aliases: tuple[str, ...] = ()
    partition_keys: tuple[str | None, ...] = (None,)


# --- recording -----------------------------------------------------------------------------------------

_LOCK = Statement(
    sa.update(tables.asset).where(tables.asset.c.id == sa.bindparam("pk", type_=Key)).values(updated_at=_at)
)
_INSERT = Statement(
    insert_all(
        event, "asset_id", "extra", "source_task_id", "source_dag_id", "source_run_id", "source_map_index",
        "timestamp", "partition_key",
    )
)  # fmt: skip
_NEWEST = Statement(sa.select(sa.func.max(event.c.id)).where(event.c.asset_id == _asset_id))
_LINK_EVENT = Statement(insert_all(tables.asset_alias_asset_event, "alias_id", "event_id"))


def _link_asset(dialect: Dialect) -> Any:
    names = {name: sa.bindparam(name, type_=Key) for name in ("alias_id", "asset_id")}
    return dialect.insert_ignore(tables.asset_alias_asset).values(names)


_LINK_ASSET = Statement(_link_asset)


def _ask(dialect: Dialect) -> Any:
    """A queue row for each DAG that waits for the asset itself, or for its name or uri."""
    direct, names, uris = (
        tables.dag_schedule_asset_reference,
        tables.dag_schedule_asset_name_reference,
        tables.dag_schedule_asset_uri_reference,
    )
    mine = sa.select(tables.asset).where(tables.asset.c.id == _asset_id).subquery()
    waiting = sa.union_all(
        sa.select(direct.c.dag_id).where(direct.c.asset_id == _asset_id),
        sa.select(names.c.dag_id).join_from(names, mine, names.c.name == mine.c.name),
        sa.select(uris.c.dag_id).join_from(uris, mine, uris.c.uri == mine.c.uri),
    )
    return _asking(dialect, waiting)


def _ask_alias(dialect: Dialect) -> Any:
    aliases = tables.dag_schedule_asset_alias_reference
    return _asking(
        dialect, sa.select(aliases.c.dag_id).where(aliases.c.alias_id == sa.bindparam("alias_id", type_=Key))
    )


def _asking(dialect: Dialect, waiting: Any) -> Any:
    source = (
        sa.select(_asset_id, dag.c.dag_id, _at)
        .where(dag.c.dag_id.in_(waiting), dag.c.is_paused == sa.false(), dag.c.is_stale == sa.false())
        .order_by(dag.c.dag_id)
    )
    names = ["asset_id", "target_dag_id", "created_at"]
    # The row is written even where it is there already: that is what waits for a run that takes it just now.
    return dialect.upsert_from(queue, names[:2], ["created_at"], names, source)


_ASK = Statement(_ask)
_ASK_ALIAS = Statement(_ask_alias)


def record(tx: Tx, happened: Sequence[Happened], now: datetime) -> list[int]:
    """Write events and ask for the runs that wait for them; the numbers of the assets.

    A name or uri that no asset has is passed over: nobody can wait for it.
    """
    known = [(found, one) for one in happened if (found := _find(tx, one.asset, now)) is not None]
    known.sort(key=lambda pair: pair[0])
    tx.run_many(_LOCK, [{"pk": pk, "at": now} for pk in dict.fromkeys(pk for pk, _ in known)])
    for pk, one in known:
        _record_one(tx, pk, one, now)
    return [pk for pk, _ in known]


def _find(tx: Tx, asset: dict[str, Any], now: datetime) -> int | None:
    if asset.get("type") != "ref":
        return asset_mentions.asset_id(tx, asset, now)
    column, value = next((tables.asset.c[key], asset[key]) for key in ("name", "uri") if asset.get(key))
    found: int | None = tx.value(
        sa.select(tables.asset.c.id).where(column == value).order_by(tables.asset.c.id.desc()).limit(1)
    )
    return found


def _record_one(tx: Tx, asset_id: int, one: Happened, now: datetime) -> None:
    source, extra = one.source, _encode(one.extra).decode()
    aliases = [asset_mentions.alias_id(tx, name) for name in one.aliases]
    for partition in one.partition_keys:
        tx.run(
            _INSERT, asset_id=asset_id, extra=extra, source_task_id=source.task_id,
            source_dag_id=source.dag_id, source_run_id=source.run_id, source_map_index=source.map_index,
            timestamp=now, partition_key=partition if partition is not None else source.partition_key,
        )  # fmt: skip
        if aliases:
            number = int(tx.value(_NEWEST, asset_id=asset_id))
            tx.run_many(_LINK_EVENT, [{"alias_id": alias, "event_id": number} for alias in aliases])
    tx.run(_ASK, asset_id=asset_id, at=now)
    for alias in aliases:
        tx.run(_LINK_ASSET, alias_id=alias, asset_id=asset_id)
        tx.run(_ASK_ALIAS, asset_id=asset_id, alias_id=alias, at=now)


_SOURCE = Statement(
    sa.select(ti.c.dag_id, ti.c.run_id, ti.c.task_id, ti.c.map_index, run.c.partition_key)
    .join_from(ti, run, (run.c.dag_id == ti.c.dag_id) & (run.c.run_id == ti.c.run_id))
    .where(ti.c.id == sa.bindparam("attempt_id", type_=ti.c.id.type))
)


def record_reports(tx: Tx, reports: Iterable[Finished], now: datetime) -> None:
    """The events that the reports of ended task instances bring."""
    happened: list[Happened] = []
    for report in reports:
        if not report.asset_events:
            continue
        row = tx.first(_SOURCE, attempt_id=report.attempt_id)
        if row is not None:
            source = Source(**dict(zip(Source.__struct_fields__, _in_order(row), strict=True)))
            happened += [_told(told, source) for told in report.asset_events]
    if happened:
        record(tx, happened, now)


def _in_order(row: Any) -> tuple[Any, ...]:
    dag_id, run_id, task_id, map_index, partition_key = row
    return dag_id, run_id, task_id, map_index, partition_key


def _told(told: dict[str, Any], source: Source) -> Happened:
    return Happened(
        asset=told,
        source=source,
        extra=told.get("extra") or {},
        aliases=tuple(told.get("aliases") or ()),
        partition_keys=tuple(told.get("partition_keys") or (None,)),
    )


# --- taking --------------------------------------------------------------------------------------------


_names = sa.select(event.c.id).where(
    event.c.asset_id == _asset_id, event.c.id > sa.bindparam("seen", type_=Key)
)
_pk = sa.bindparam("pk", type_=Key)
_links = tables.dagrun_asset_event
_by_alias = tables.asset_alias_asset_event
_of_alias = (
    sa.select(_by_alias.c.event_id)
    .join(
        tables.dag_schedule_asset_alias_reference,
        tables.dag_schedule_asset_alias_reference.c.alias_id == _by_alias.c.alias_id,
    )
    .where(tables.dag_schedule_asset_alias_reference.c.dag_id == sa.bindparam("of_dag", type_=sa.String()))
)


def _tell(only_aliases: bool) -> Statement:
    found = _names.where(event.c.id.in_(_of_alias)) if only_aliases else _names
    source = found.with_only_columns(_pk, event.c.id)
    return Statement(sa.insert(_links).from_select(["dag_run_id", "event_id"], source))


_TELL, _TELL_BY_ALIAS = _tell(False), _tell(True)
_TOLD = Statement(
    sa.select(sa.func.max(event.c.id))
    .join_from(_links, event, event.c.id == _links.c.event_id)
    .where(_links.c.dag_run_id == _pk, event.c.asset_id == _asset_id)
)


def _note_seen(dialect: Dialect) -> Any:
    return dialect.upsert(tables.asset_event_seen, ["asset_id", "dag_id"], ["event_id"])


_NOTE_SEEN = Statement(_note_seen)
_TAKE = Statement(
    sa.delete(queue).where(
        queue.c.target_dag_id == sa.bindparam("of_dag", type_=sa.String()), queue.c.asset_id == _asset_id
    )
)


def give(tx: Tx, dag_id: str, run_pk: int, watched: Sequence[WatchedAsset]) -> None:
    """Tell a run of all events that no earlier run of its DAG was told of."""
    for one in watched:
        tx.run(
            _TELL_BY_ALIAS if one.only_aliases else _TELL,
            pk=run_pk, asset_id=one.asset_id, seen=one.seen,
            **({"of_dag": dag_id} if one.only_aliases else {}),
        )  # fmt: skip
        newest = tx.value(_TOLD, pk=run_pk, asset_id=one.asset_id)
        if newest is not None:
            note_seen(tx, dag_id, one.asset_id, int(newest))


def note_seen(tx: Tx, dag_id: str, asset_id: int, event_id: int) -> None:
    """The DAG's runs know that event of the asset, and all before it."""
    tx.run(_NOTE_SEEN, asset_id=asset_id, dag_id=dag_id, event_id=event_id)


def drop_queue(tx: Tx, dag_id: str, asset_ids: Iterable[int]) -> None:
    """What was asked for was done."""
    tx.run_many(_TAKE, [{"of_dag": dag_id, "asset_id": one} for one in asset_ids])
