"""What has changed since the last look: runs and DAGs by name, everything else by its kind.

Every writer of a run's task instances raises the run's ``row_version``, so that the runs that are under way,
which an index holds, tell what happened in all of them. What people change is in the audit log, by its
number. The rest are small tables, or the ends of indexes. A look costs by what is under way, never by the
history; but the versions of all DAGs are summed up, which is for the caller to do more rarely.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.statements import Statement, const, one_of
from tradewind.store.tables.assets import asset_event
from tradewind.store.tables.backfills import backfill
from tradewind.store.tables.base import Key
from tradewind.store.tables.dags import dag, import_error
from tradewind.store.tables.deadlines import deadline
from tradewind.store.tables.jobs import job, log
from tradewind.store.tables.pools import slot_pool
from tradewind.store.tables.runs import ACTIVE
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import HELD
from tradewind.store.tables.task_instances import task_instance as ti

Run = tuple[str, str]
_BY_WORD: Final = (
    ("asset", "assets"), ("queued_event", "assets"), ("backfill", "backfills"), ("connection", "connections"),
    ("hitl", "hitl"), ("pool", "pools"), ("variable", "variables"), ("user", "users"), ("role", "users"),
    ("group", "users"), ("service_account", "users"), ("token", "users"), ("favorite", "dags"),
)  # fmt: skip
_BEHIND: Final = 100
"""Numbers are given before the commit: so many entries back, one may still turn up."""
_MOST: Final = 1000
"""Entries of one look: who does more at once changes everything."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is another than at the last look."""

    runs: frozenset[Run] = frozenset()
    dags: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    everything: bool = False

    def __bool__(self) -> bool:
        return bool(self.runs or self.dags or self.kinds or self.everything)


class Seen(msgspec.Struct, kw_only=True):
    """How things stood at a look; the next one compares with it and brings it up to date."""

    active: dict[int, tuple[int, str, str]] = {}
    """Number of each run under way to its version and names."""
    newest_run: int = 0
    entries: frozenset[int] = frozenset()
    newest_entry: int = 0
    marks: dict[str, Any] = {}
    dags: dict[str, int] = {}
    dag_sum: tuple[Any, ...] = ()


_run = (run.c.id, run.c.row_version, run.c.dag_id, run.c.run_id)
_ACTIVE = Statement(sa.select(*_run).where(one_of(run.c.state, ACTIVE)))
_NEW = Statement(
    sa.select(*_run).where(run.c.id > sa.bindparam("after", type_=Key)).order_by(run.c.id).limit(_MOST)
)
_NEWEST = Statement(sa.select(sa.func.max(run.c.id)))
_ENTRIES = Statement(
    sa.select(log.c.id, log.c.event, log.c.dag_id, log.c.run_id)
    .where(log.c.id > sa.bindparam("after", type_=Key))
    .order_by(log.c.id.desc())
    .limit(_MOST)
)
_awaited = (one_of(ti.c.state, HELD), ti.c.state == const("awaiting_input"))
_MARKS: Final = {
    "assets": Statement(sa.select(sa.func.max(asset_event.c.id))),
    "backfills": Statement(sa.select(sa.func.count(), sa.func.max(backfill.c.updated_at))),
    "deadlines": Statement(
        sa.select(sa.func.max(deadline.c.deadline_time)).where(deadline.c.missed == sa.true())
    ),
    "hitl": Statement(
        sa.select(sa.func.count(), sa.func.max(ti.c.queued_dttm), sa.func.max(ti.c.updated_at)).where(
            *_awaited
        )
    ),
    "import_errors": Statement(
        sa.select(sa.func.count(), sa.func.max(import_error.c.id), sa.func.max(import_error.c.timestamp))
    ),
    "jobs": Statement(sa.select(sa.func.max(job.c.id), sa.func.count(job.c.end_date))),
    "pools": Statement(sa.select(sa.func.count(), sa.func.sum(slot_pool.c.slots))),
}
_DAG_SUM = Statement(sa.select(sa.func.count(), sa.func.sum(dag.c.row_version)))
_DAGS = Statement(sa.select(dag.c.dag_id, dag.c.row_version))


def first(tx: Tx) -> Seen:
    """How things stand."""
    seen = Seen(newest_run=int(tx.value(_NEWEST) or 0), newest_entry=int(tx.value(_LAST_ENTRY) or 0))
    look(tx, seen)
    look_at_dags(tx, seen)
    return seen


_LAST_ENTRY = Statement(sa.select(sa.func.max(log.c.id)))


def look(tx: Tx, seen: Seen) -> Changes:
    """What has changed since ``seen``, which is brought up to date. Of DAGs, what people did is told."""
    runs = _changed_runs(tx, seen)
    entries = _new_entries(tx, seen)
    kinds = _changed_kinds(tx, seen) | _kinds_of(event for _, event, _, _ in entries)
    for _, _, dag_id, run_id in entries:
        if dag_id and run_id:
            runs.add((dag_id, run_id))
    dags = {dag_id for _, _, dag_id, run_id in entries if dag_id and not run_id}
    return Changes(
        runs=frozenset(runs), dags=frozenset(dags), kinds=frozenset(kinds), everything=len(entries) >= _MOST
    )


def _changed_runs(tx: Tx, seen: Seen) -> set[Run]:
    active = {pk: (version, dag_id, run_id) for pk, version, dag_id, run_id in tx.rows(_ACTIVE)}
    fresh = tx.rows(_NEW, after=seen.newest_run)
    seen.newest_run = max((pk for pk, *_ in fresh), default=seen.newest_run)
    found = {(dag_id, run_id) for _, _, dag_id, run_id in fresh}
    found |= {names[1:] for pk, names in active.items() if seen.active.get(pk) != names}
    found |= {names[1:] for pk, names in seen.active.items() if pk not in active}
    seen.active = active
    return found


def _new_entries(tx: Tx, seen: Seen) -> list[Any]:
    rows = tx.rows(_ENTRIES, after=seen.newest_entry - _BEHIND)
    fresh = [row for row in rows if row[0] not in seen.entries]
    seen.newest_entry = max((row[0] for row in rows), default=seen.newest_entry)
    known = {row[0] for row in rows}
    seen.entries = frozenset(number for number in known if number > seen.newest_entry - _BEHIND)
    return fresh


def _kinds_of(events: Iterable[str]) -> set[str]:
    found = set()
    for event in events:
        found.add("audit")
        found |= {kind for word, kind in _BY_WORD if word in event}
    return found


def _changed_kinds(tx: Tx, seen: Seen) -> set[str]:
    marks = {kind: tuple(tx.first(statement) or ()) for kind, statement in _MARKS.items()}
    found = {kind for kind, mark in marks.items() if seen.marks.get(kind) != mark}
    seen.marks = marks
    return found


def look_at_dags(tx: Tx, seen: Seen) -> Changes:
    """The DAGs of which anything has changed, whoever did it. Reads the versions of all, or their sum."""
    total = tuple(tx.first(_DAG_SUM) or ())
    if total == seen.dag_sum:
        return Changes()
    seen.dag_sum = total
    dags = dict(tx.rows(_DAGS))
    changed = {name for name in dags.keys() | seen.dags.keys() if dags.get(name) != seen.dags.get(name)}
    seen.dags = dags
    return Changes(dags=frozenset(changed))
