"""Events of assets and the runs that take them, with many writers."""

from __future__ import annotations

import threading
from datetime import timedelta

import sqlalchemy as sa
from tests.store.world import NOW, World, chain

from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.spec.timetable import AssetTriggeredTimetable
from tradewind.store.queries import assets, dags
from tradewind.store.tables import assets as tables
from tradewind.store.transitions import asset_events, asset_mentions, runs
from tradewind.store.transitions.asset_events import Happened

A = {"type": "asset", "name": "a", "uri": "s3://a", "group": "asset"}
WAITS = {"asset": {"name": "a", "uri": "s3://a", "group": "asset"}}


def waiting_dag(world: World, dag_id: str = "c") -> DagSpec:
    spec = chain(dag_id, 1)
    spec = DagSpec(dag_id=dag_id, tasks=spec.tasks, timetable=AssetTriggeredTimetable(condition=WAITS))
    world.dag(spec)
    with world.database.write() as tx:
        asset_mentions.declare(tx, spec, world.now)
    return spec


def take(world: World, spec: DagSpec, run_id: str) -> bool:
    """What the scheduler does: make a run of what waits, if anything does."""
    with world.database.write() as tx:
        waiting = assets.locked(tx, [spec.dag_id])
        if not waiting:
            return False
        new = runs.NewRun(
            dag_id=spec.dag_id, run_id=run_id, run_type="asset_triggered", run_after=world.now, queued_at=NOW
        )
        record = runs.create(tx, new, spec, world.attempt)
        asset_events.give(tx, spec.dag_id, record.pk, assets.watched(tx, spec.dag_id))
        asset_events.drop_queue(tx, spec.dag_id, [one.asset_id for one in waiting])
    return True


def test_every_event_is_told_to_exactly_one_run_whoever_writes(world: World) -> None:
    spec = waiting_dag(world)
    each, writers = 15, 3
    written = threading.Event()

    def write(number: int) -> None:
        for count in range(each):
            with world.database.write() as tx:
                asset_events.record(tx, [Happened(asset=A, extra={"by": number, "count": count})], world.now)

    def read() -> None:
        made = 0
        while not written.is_set():
            made += take(world, spec, f"r{made}")

    reader = threading.Thread(target=read)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in [reader, *threads]:
        thread.start()
    for thread in threads:
        thread.join()
    written.set()
    reader.join()
    take(world, spec, "last")
    with world.read() as tx:
        links = tx.rows(sa.select(tables.dagrun_asset_event.c.event_id))
        events = tx.rows(sa.select(tables.asset_event.c.id))
        left = tx.value(sa.select(sa.func.count()).select_from(tables.asset_dag_run_queue))
    assert sorted(row[0] for row in links) == sorted(row[0] for row in events)
    assert (len(events), left) == (each * writers, 0)


def test_a_mention_keeps_its_date_and_goes_with_its_dag(world: World) -> None:
    spec = waiting_dag(world)
    world.later(60)
    outlets = DagSpec(
        dag_id="c", timetable=spec.timetable, tasks=(TaskSpec(task_id="t000", outlets=(A,), inlets=(A,)),)
    )
    with world.database.write() as tx:
        asset_mentions.declare(tx, outlets, world.now)
    with world.read() as tx:
        assert [one.seen for one in assets.watched(tx, "c")] == [0]
        since = tx.value(sa.select(tables.dag_schedule_asset_reference.c.created_at))
        tasks = [
            tx.rows(sa.select(table.c.dag_id, table.c.task_id))
            for table in (tables.task_outlet_asset_reference, tables.task_inlet_asset_reference)
        ]
    assert since == NOW
    assert [[tuple(row) for row in rows] for rows in tasks] == [[("c", "t000")], [("c", "t000")]]
    with world.database.write() as tx:
        dags.delete(tx, "c")
    with world.read() as tx:
        assert assets.watched(tx, "c") == []


def test_a_declaration_changes_what_is_known_of_an_asset(world: World) -> None:
    for extra in ({}, {"owner": "me"}):
        task = TaskSpec(task_id="t000", outlets=({**A, "group": "lake", "extra": extra},))
        spec = world.dag(DagSpec(dag_id="p", tasks=(task,)))
        with world.database.write() as tx:
            asset_mentions.declare(tx, spec, world.now)
    with world.read() as tx:
        found = assets.by_name(tx, name="a")
    assert found is not None
    assert (found.group, found.extra) == ("lake", '{"owner":"me"}')


def test_events_are_found_by_asset_alias_and_time(world: World) -> None:
    for minute, aliases in enumerate(((), ("x",), ("x", "y"))):
        with world.database.write() as tx:
            at = NOW + timedelta(minutes=minute)
            asset_events.record(tx, [Happened(asset=A, aliases=aliases, extra={"minute": minute})], at)
    with world.read() as tx:
        minutes = {
            "all": assets.events_of(tx, name="a"),
            "alias": assets.events_of(tx, alias="x"),
            "after": assets.events_of(tx, uri="s3://a", after=NOW + timedelta(seconds=1)),
            "before": assets.events_of(tx, name="a", before=NOW + timedelta(minutes=1)),
            "last": assets.events_of(tx, name="a", ascending=False, limit=1),
        }
        known = {name: [event.extra[-2] for event in events] for name, events in minutes.items()}
        names = assets.event_aliases(tx, [event.id for event in minutes["all"]])
    assert known == {"all": ["0", "1", "2"], "alias": ["1", "2"], "after": ["1", "2"], "before": ["0", "1"],
                     "last": ["2"]}  # fmt: skip
    assert sorted(names.values()) == [("x",), ("x", "y")]
