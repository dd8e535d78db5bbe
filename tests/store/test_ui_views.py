"""The reads of the home page, the calendar and the graph of assets, on every database."""

from __future__ import annotations

from datetime import timedelta

from tests.store.world import NOW, World, chain

from tradewind.domain.access import NOTHING, SYSTEM
from tradewind.store.queries.browse import assets as browse
from tradewind.store.queries.ui import asset_graph, asset_list, backfills, history, home
from tradewind.store.tables.dags import dag
from tradewind.store.tables.deadlines import deadline
from tradewind.store.tables.runs import dag_run as run
from tradewind.store.tables.task_instances import task_instance as ti
from tradewind.store.transitions import asset_events, asset_mentions, asset_partitions
from tradewind.store.transitions import backfills as making

DAY = timedelta(days=1)


def made(world: World) -> None:
    """A DAG with a queued, a running and a failed run."""
    spec = world.dag(chain("d", 2))
    for number, (run_id, state) in enumerate((("q", "queued"), ("r", "running"), ("f", "failed"))):
        world.new_run(spec, run_id, run_after=NOW + timedelta(minutes=25 * number))
        times = {"start_date": NOW, "end_date": NOW if state == "failed" else None}
        with world.database.write() as tx:
            tx.run(run.update().where(run.c.run_id == run_id).values(state=state, **times))
    with world.database.write() as tx:
        tx.run(ti.update().where(ti.c.run_id == "r").values(state="running", hostname="h", queue="q"))
        broken = {"state": "failed", "end_date": NOW, "reason": "why"}
        tx.run(ti.update().where(ti.c.run_id == "f", ti.c.task_id == "t001").values(**broken))


def test_runs_of_the_home_page(world: World) -> None:
    made(world)
    with world.read() as tx:
        assert home.active_counts(tx, access=SYSTEM) == {"queued": 1, "running": 1}
        assert [row.run_id for row in home.running(tx, 5, access=SYSTEM)] == ["r"]
        assert [row.run_id for row in home.not_started(tx, NOW + DAY, 5, access=SYSTEM)] == ["q"]
        rows, count = home.failed(tx, NOW - DAY, 5, access=SYSTEM)
        assert ([row.run_id for row in rows], count) == (["f"], 1)
        found = home.first_failed(tx, "d", "f")
        assert found is not None and (found.task_id, found.reason) == ("t001", "why")
        assert home.any_run(tx, access=SYSTEM)
        (held,) = home.held(tx, access=SYSTEM)
        assert (held.state, held.hostname, held.queue, held.count, held.slots) == ("running", "h", "q", 2, 2)
        for nothing in (
            home.active_counts(tx, access=NOTHING), home.running(tx, 5, access=NOTHING),
            home.not_started(tx, NOW + DAY, 5, access=NOTHING), home.held(tx, access=NOTHING),
            home.failed(tx, NOW - DAY, 5, access=NOTHING)[0], home.any_run(tx, access=NOTHING),
        ):  # fmt: skip
            assert not nothing


def test_the_runs_of_backfills_by_state(world: World) -> None:
    made(world)
    with world.database.write() as tx:
        one = making.create(tx, "d", from_date=NOW, to_date=NOW + DAY, now=NOW)
        tx.run(run.update().where(run.c.run_id != "f").values(backfill_id=one))
    with world.read() as tx:
        assert backfills.progress(tx, "d", access=SYSTEM) == {one: {"queued": 1, "running": 1}}
        assert backfills.progress(tx, "other", access=SYSTEM) == {}
        assert backfills.progress(tx, "d", access=NOTHING) == {}


def test_hours_and_days(world: World) -> None:
    made(world)
    with world.read() as tx:
        hours = home.by_hour(tx, NOW, NOW + DAY, access=SYSTEM)
        moments = history.moments(tx, "d", NOW, NOW + DAY, access=SYSTEM)
        assert home.by_hour(tx, NOW, NOW + DAY, access=NOTHING) == []
    assert {tuple(row) for row in hours} == {
        ("2026-01-01 12", "queued", 1), ("2026-01-01 12", "running", 1), ("2026-01-01 12", "failed", 1),
    }  # fmt: skip
    assert {(at, state) for at, state, _ in moments} == {
        (NOW, "queued"), (NOW + timedelta(minutes=25), "running"), (NOW + timedelta(minutes=50), "failed"),
    }  # fmt: skip


def test_what_is_planned_and_what_was_missed(world: World) -> None:
    made(world)
    with world.database.write() as tx:
        tx.run(dag.update().values(next_dagrun_create_after=NOW + DAY))
        row = {"deadline_time": NOW, "created_at": NOW, "dag_id": "d", "run_id": "f", "kind": "deadline"}
        tx.run(deadline.insert().values(missed=True, **row))
        tx.run(deadline.insert().values(missed=False, **row | {"name": "ahead"}))
        tx.run(deadline.insert().values(missed=False, **row | {"kind": "reference"}))
    with world.read() as tx:
        assert [row.run_after for row in home.planned(tx, after=NOW, limit=5, access=SYSTEM)] == [NOW + DAY]
        assert home.planned(tx, before=NOW, limit=5, access=SYSTEM) == []
        assert home.planned(tx, dag_id="other", limit=5, access=SYSTEM) == []
        assert len(home.missed(tx, NOW - DAY, 5, access=SYSTEM)) == 1
        assert home.missed(tx, NOW - DAY, 5, access=NOTHING) == []
        assert home.missed(tx, NOW - DAY, 5, active=True, access=SYSTEM) == []
        (ahead,) = home.coming(tx, 5, access=SYSTEM)
        assert (ahead.name, ahead.run_id, ahead.run_state) == ("ahead", "f", "failed")
        assert home.coming(tx, 5, access=NOTHING) == []


def test_durations(world: World) -> None:
    made(world)
    with world.database.write() as tx:
        tx.run(ti.update().where(ti.c.run_id == "q").values(state="success", duration=1.5))
    with world.read() as tx:
        rows = history.durations(tx, "d", ["q", "r"], 10)
    assert {(row.task_id, row.run_id, row.duration) for row in rows} == {
        ("t000", "q", 1.5),
        ("t001", "q", 1.5),
    }


def test_who_has_which_asset(world: World) -> None:
    asset = {"type": "asset", "name": "a", "uri": "s3://a", "group": "asset"}
    spec = world.dag(chain("d", 2, outlets=(asset,)))
    with world.database.write() as tx:
        asset_mentions.declare(tx, spec, NOW)
    with world.read() as tx:
        (found,) = asset_graph.mentions(tx, "outlet", access=SYSTEM)
        assert (found.asset, found.uri, found.dag_id) == ("a", "s3://a", "d")
        assert asset_graph.mentions(tx, "schedule", access=SYSTEM) == []
        assert asset_graph.mentions(tx, "outlet", access=NOTHING) == []


def test_how_often_an_asset_was_updated_and_its_partitions(world: World) -> None:
    asset = {"type": "asset", "name": "A_b", "uri": "s3://a", "group": "asset"}
    spec = world.dag(chain("d", 2, outlets=(asset,)))
    with world.database.write() as tx:
        asset_mentions.declare(tx, spec, NOW)
        for key in ("mon", "tue", "tue", None):
            happened = asset_events.Happened(asset=asset, partition_keys=(key,))
            asset_events.record(tx, [happened], NOW)
        (asset_id,) = (row.id for row in browse.assets.page(tx, access=SYSTEM))
        events = browse.events.page(tx, access=SYSTEM)
        monday = next(row for row in events if row.partition_key == "mon")
        event = asset_partitions.NewEvent(id=monday.id, partition_key="mon", name="A_b", uri="s3://a")
        asset_partitions.arrived(tx, "d", "week", asset_id=asset_id, event=event, now=NOW)
    with world.read() as tx:
        assert asset_list.updates(tx, [asset_id], access=SYSTEM)[asset_id].events == 4
        assert asset_list.updates(tx, [asset_id], access=NOTHING) == {}
        found = asset_list.partitions(tx, asset_id, limit=5, offset=0, access=SYSTEM)
        assert [(one.key, one.events) for one in found] == [("tue", 2), ("mon", 1)]
        assert asset_list.count_partitions(tx, asset_id, access=SYSTEM) == 2
        (target,) = asset_list.targets(tx, asset_id, ["mon", "tue"], access=SYSTEM)
        assert (target.key, target.dag_id, target.target_key) == ("mon", "d", "week")
        assert target.waits and target.run_id is None
        assert asset_list.targets(tx, asset_id, ["mon"], access=NOTHING) == []
        by_text = {
            text: len(browse.assets.page(tx, [asset_list.named(text)], access=SYSTEM))
            for text in ("a_B", "S3://", "x_b")
        }
        assert by_text == {"a_B": 1, "S3://": 1, "x_b": 0}
