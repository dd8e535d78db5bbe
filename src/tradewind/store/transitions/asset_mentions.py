"""Which DAGs and tasks mention which assets: written by the DAG processor with each DAG."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from tradewind.domain.spec import DagSpec
from tradewind.domain.spec import timetable as kinds
from tradewind.engine import assets as conditions
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.queries import assets
from tradewind.store.statements import Statement, insert_all
from tradewind.store.tables import assets as tables
from tradewind.store.tables.base import Key, LongText, Time
from tradewind.store.tables.dags import dag

_encode = msgspec.json.Encoder(order="sorted").encode
_at = sa.bindparam("at", type_=Time)

# --- assets and aliases --------------------------------------------------------------------------------

_NAMES = ("name", "uri", "group", "extra", "created_at", "updated_at", "name_uri_hash")


def _insert_asset(dialect: Dialect) -> Any:
    values = {name: sa.bindparam(name, type_=tables.asset.c[name].type) for name in _NAMES}
    return dialect.insert_ignore(tables.asset).values(values)


_INSERT_ASSET = Statement(_insert_asset)
_ASSET_ID = Statement(
    sa.select(tables.asset.c.id, tables.asset.c.group, tables.asset.c.extra).where(
        tables.asset.c.name_uri_hash == sa.bindparam("hash", type_=sa.String())
    )
)
_EDIT_ASSET = Statement(
    sa.update(tables.asset)
    .where(tables.asset.c.id == sa.bindparam("asset_id", type_=tables.asset.c.id.type))
    .values(
        group=sa.bindparam("new_group", type_=tables.asset.c.group.type),
        extra=sa.bindparam("new_extra", type_=LongText),
        updated_at=_at,
    )
)


def _insert_alias(dialect: Dialect) -> Any:
    return dialect.insert_ignore(tables.asset_alias).values(
        name=sa.bindparam("alias_name", type_=tables.asset_alias.c.name.type),
        group=sa.bindparam("alias_group", type_=tables.asset_alias.c.group.type),
    )


_INSERT_ALIAS = Statement(_insert_alias)
_ALIAS_ID = Statement(
    sa.select(tables.asset_alias.c.id).where(
        tables.asset_alias.c.name == sa.bindparam("alias_name", type_=tables.asset_alias.c.name.type)
    )
)


def identity(name: str, uri: str) -> str:
    """What makes an asset the same one everywhere: sha256 over its name and its uri."""
    return hashlib.sha256(f"{name}\n{uri}".encode()).hexdigest()


def asset_id(tx: Tx, known: dict[str, Any], now: datetime, *, declared: bool = False) -> int:
    """The number of an asset, which is written where it is new.

    ``declared``: a DAG file says so, and its group and extra replace what was known.
    """
    digest = identity(known["name"], known["uri"])
    group, extra = known.get("group") or "asset", _encode(known.get("extra") or {}).decode()
    found = tx.first(_ASSET_ID, hash=digest)
    if found is None:
        row = (known["name"], known["uri"], group, extra, now, now, digest)
        tx.run(_INSERT_ASSET, **dict(zip(_NAMES, row, strict=True)))
        found = tx.first(_ASSET_ID, hash=digest)
        assert found is not None
    elif declared and (found[1], found[2]) != (group, extra):
        tx.run(_EDIT_ASSET, asset_id=found[0], new_group=group, new_extra=extra, at=now)
    return int(found[0])


def alias_id(tx: Tx, name: str, group: str = "asset") -> int:
    """The number of an alias, which is written where it is new."""
    tx.run(_INSERT_ALIAS, alias_name=name, alias_group=group)
    return int(tx.value(_ALIAS_ID, alias_name=name))


# --- mentions ------------------------------------------------------------------------------------------

_COLUMN: Final = {
    tables.dag_schedule_asset_reference: "asset_id",
    tables.dag_schedule_asset_alias_reference: "alias_id",
    tables.dag_schedule_asset_name_reference: "name",
    tables.dag_schedule_asset_uri_reference: "uri",
    tables.task_outlet_asset_reference: "asset_id",
    tables.task_inlet_asset_reference: "asset_id",
}
_of_dag = sa.bindparam("of_dag", type_=sa.String())
_MENTIONED = Statement(
    sa.select(
        *(
            sa.exists().where(table.c.dag_id == _of_dag).label(f"t{number}")
            for number, table in enumerate(_COLUMN)
        )
    )
)
_WAITS: Final = list(_COLUMN)[:4]
_BY_TASK: Final = (tables.task_outlet_asset_reference, tables.task_inlet_asset_reference)


def _keys(table: sa.Table) -> tuple[str, ...]:
    return (_COLUMN[table], "task_id") if table in _BY_TASK else (_COLUMN[table],)


_ALL = {
    table: Statement(sa.select(*(table.c[name] for name in _keys(table))).where(table.c.dag_id == _of_dag))
    for table in _COLUMN
}
_ADD = {
    table: Statement(insert_all(table, *_keys(table), "dag_id", "created_at", "updated_at"))
    for table in _COLUMN
}


def _drop(table: sa.Table) -> Statement:
    same = [table.c[name] == sa.bindparam(f"old_{name}", type_=table.c[name].type) for name in _keys(table)]
    return Statement(sa.delete(table).where(table.c.dag_id == _of_dag, *same))


_DROP = {table: _drop(table) for table in _COLUMN}


def _begin(dialect: Dialect) -> Any:
    """By number, not by time: numbers never go back, as clocks do."""
    seen, event = tables.asset_event_seen, tables.asset_event
    asset_id = sa.bindparam("asset_id", type_=Key)
    newest = sa.select(asset_id, _of_dag, sa.func.coalesce(sa.func.max(event.c.id), 0))
    source = newest.where(event.c.asset_id == asset_id)
    return dialect.upsert_from(
        seen, ["asset_id", "dag_id"], ["event_id"], ["asset_id", "dag_id", "event_id"], source
    )


_BEGIN = Statement(_begin)
_queue = tables.asset_dag_run_queue
_DROP_QUEUE = Statement(sa.delete(_queue).where(_queue.c.target_dag_id == _of_dag))


def concerns(spec: DagSpec) -> bool:
    """Whether the DAG mentions anything at all."""
    return condition_of(spec.timetable) is not None or any(t.inlets or t.outlets for t in spec.tasks)


def declare(tx: Tx, spec: DagSpec, now: datetime) -> None:
    """Write which assets the DAG waits for, reads and updates; what it no longer mentions goes.

    A mention that stays keeps its row, and so the time since when it is there. What happened to an asset
    before the DAG waited for it counts as seen.
    """
    wanted = _wanted(tx, spec, now)
    row = tx.first(_MENTIONED, of_dag=spec.dag_id)
    assert row is not None
    before = _watched(tx, spec.dag_id) if any(row[:4]) else frozenset()
    for (table, mentions), is_there in zip(wanted.items(), row, strict=True):
        known = {tuple(found) for found in tx.rows(_ALL[table], of_dag=spec.dag_id)} if is_there else set()
        names = _keys(table)
        gone = [dict(zip((f"old_{n}" for n in names), key, strict=True)) for key in sorted(known - mentions)]
        tx.run_many(_DROP[table], [{"of_dag": spec.dag_id, **key} for key in gone])
        new = [dict(zip(names, key, strict=True)) for key in sorted(mentions - known)]
        stamp = {"dag_id": spec.dag_id, "created_at": now, "updated_at": now}
        tx.run_many(_ADD[table], [{**key, **stamp} for key in new])
    if any(wanted[table] for table in _WAITS):
        new_ones = sorted(_watched(tx, spec.dag_id) - before)
        tx.run_many(_BEGIN, [{"asset_id": one, "of_dag": spec.dag_id} for one in new_ones])
    elif any(row[:4]):
        tx.run(_DROP_QUEUE, of_dag=spec.dag_id)


def _watched(tx: Tx, dag_id: str) -> frozenset[int]:
    return frozenset(one.asset_id for one in assets.watched(tx, dag_id))


def _defined(spec: DagSpec) -> Iterator[dict[str, Any]]:
    """The assets that a DAG names in full."""
    condition = condition_of(spec.timetable)
    for leaf in conditions.leaves(condition) if condition is not None else ():
        if "asset" in leaf:
            yield leaf["asset"]
    for task in spec.tasks:
        yield from (thing for thing in (*task.outlets, *task.inlets) if thing.get("type") == "asset")


_NAMESAKE = Statement(
    sa.union_all(
        *(
            sa.select(tables.asset.c.uri, table.c.dag_id)
            .join_from(tables.asset, table, table.c.asset_id == tables.asset.c.id)
            .join(dag, dag.c.dag_id == table.c.dag_id)
            .where(
                tables.asset.c.name == sa.bindparam("name", type_=tables.asset.c.name.type),
                tables.asset.c.uri != sa.bindparam("uri", type_=tables.asset.c.uri.type),
                dag.c.is_stale == sa.false(),
                dag.c.dag_id != _of_dag,
            )
            for table in (tables.dag_schedule_asset_reference, *_BY_TASK)
        )
    )
)


def clash(tx: Tx, spec: DagSpec) -> str:
    """Which asset of the DAG has a name that stands for another uri, here or in another DAG; or nothing."""
    known: dict[str, str] = {}
    for asset in _defined(spec):
        name, uri = asset["name"], asset["uri"]
        other, where = known.setdefault(name, uri), "this DAG"
        if other == uri:
            found = tx.first(_NAMESAKE, of_dag=spec.dag_id, name=name, uri=uri)
            if found is None:
                continue
            other, where = found[0], f"DAG {found[1]!r}"
        return (
            f"asset name {name!r} stands for two uris: {uri!r} here and {other!r} in {where}. "
            "Give one of the two another name."
        )
    return ""


def condition_of(timetable: kinds.TimetableSpec) -> conditions.Condition | None:
    """The asset condition of a schedule, if it has one."""
    condition = getattr(timetable, "condition", None)
    return condition if isinstance(condition, dict) else None


def _wanted(tx: Tx, spec: DagSpec, now: datetime) -> dict[sa.Table, set[tuple[Any, ...]]]:
    wanted: dict[sa.Table, set[tuple[Any, ...]]] = {table: set() for table in _COLUMN}
    condition = condition_of(spec.timetable)
    for leaf in conditions.leaves(condition) if condition is not None else ():
        ((kind, value),) = leaf.items()
        if kind == "asset":
            wanted[tables.dag_schedule_asset_reference].add((asset_id(tx, value, now),))
        elif kind == "alias":
            alias = alias_id(tx, value["name"], value.get("group", "asset"))
            wanted[tables.dag_schedule_asset_alias_reference].add((alias,))
        elif "name" in value:
            wanted[tables.dag_schedule_asset_name_reference].add((value["name"],))
        else:
            wanted[tables.dag_schedule_asset_uri_reference].add((value["uri"],))
    for task in spec.tasks:
        for table, things in zip(_BY_TASK, (task.outlets, task.inlets), strict=True):
            for thing in _assets(tx, things):
                wanted[table].add((asset_id(tx, thing, now, declared=True), task.task_id))
    return wanted


def _assets(tx: Tx, things: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for thing in things:
        if thing.get("type") == "asset":
            found.append(thing)
        elif thing.get("type") == "alias":
            alias_id(tx, thing["name"], thing.get("group", "asset"))
    return found
