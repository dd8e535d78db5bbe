"""Watchers of assets: which of them are wanted, and what they told, on every server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from tests.store.world import NOW, World, chain

from tradewind.domain.access import SYSTEM
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.spec import DagSpec, WatcherSpec
from tradewind.domain.spec.timetable import AssetTriggeredTimetable
from tradewind.secrets.cipher import CannotDecrypt, Cipher, generate_key
from tradewind.store.queries import dags
from tradewind.store.sealing import Seal
from tradewind.store.tables.assets import asset_dag_run_queue, asset_event, asset_watcher
from tradewind.store.tables.triggers import trigger
from tradewind.store.transitions import asset_mentions, triggers, watchers


def asset(name: str) -> dict[str, Any]:
    return {"name": name, "uri": f"s3://{name}", "group": "asset"}


def watcher(asset_name: str, kwargs: str = "{}", **more: Any) -> WatcherSpec:
    given = {"name": "w", "classpath": "m.T", "asset": asset(asset_name), "kwargs": kwargs, **more}
    return WatcherSpec(**given)


def waiting_dag(
    world: World, dag_id: str, *specs: WatcherSpec, condition: dict[str, Any] | None = None
) -> DagSpec:
    wanted = condition or {"any": [{"asset": one.asset} for one in specs]}
    spec = DagSpec(
        dag_id=dag_id, tasks=chain(dag_id, 1).tasks, timetable=AssetTriggeredTimetable(condition=wanted),
        watchers=specs,
    )  # fmt: skip
    world.dag(spec)
    declare(world, spec)
    return spec


def declare(world: World, spec: DagSpec) -> None:
    with world.database.write() as tx:
        asset_mentions.declare(tx, spec, world.now)
        watchers.declare(tx, spec, world.now)


def wanted(world: World) -> list[tuple[str, list[tuple[str, str]]]]:
    """Arguments of each trigger that is to run, and (asset, watcher) for which."""
    with world.read() as tx:
        found = watchers.wanted(tx).values()
    return [(one.kwargs, [(it.asset, it.watcher) for it in one.watched]) for one in found]


def pause(world: World, dag_id: str, paused: bool) -> None:
    with world.database.write() as tx:
        dags.set_paused(tx, [dag_id], paused, access=SYSTEM)


def only_trigger(world: World) -> int:
    with world.read() as tx:
        (one,) = watchers.wanted(tx)
    return one


def fired(trigger_id: int, number: int, payload: str = "true", begun: str = "b") -> TriggerEvent:
    return TriggerEvent(trigger_id=trigger_id, at=NOW, payload=payload, begun=begun, number=number, more=True)


def record(world: World, *events: TriggerEvent) -> int:
    with world.database.write() as tx:
        return watchers.record(tx, events, world.now)


def count(world: World, table: sa.Table) -> int:
    with world.read() as tx:
        return int(tx.value(sa.select(sa.func.count()).select_from(table)))


def test_a_trigger_is_wanted_while_a_dag_waits_for_its_asset(world: World) -> None:
    spec = waiting_dag(world, "c", watcher("a"))
    assert wanted(world) == [("{}", [("a", "w")])]
    pause(world, "c", True)
    assert wanted(world) == []
    pause(world, "c", False)
    assert len(wanted(world)) == 1
    with world.database.write() as tx:
        dags.mark_stale(tx, keep=[])
    assert wanted(world) == []
    assert spec.watchers


def test_whoever_names_the_watcher_another_dag_may_wait(world: World) -> None:
    """By the asset itself, or by its name or uri alone."""
    maker = DagSpec(dag_id="p", tasks=chain("p", 1).tasks, watchers=(watcher("a"),))
    world.dag(maker)
    declare(world, maker)
    assert wanted(world) == []
    for dag_id, leaf in (
        ("by_asset", {"asset": asset("a")}),
        ("by_name", {"asset_ref": {"name": "a"}}),
        ("by_uri", {"asset_ref": {"uri": "s3://a"}}),
    ):
        waiting_dag(world, dag_id, condition=leaf)
        assert len(wanted(world)) == 1, dag_id
        pause(world, dag_id, True)
        assert wanted(world) == [], dag_id
    waiting_dag(world, "other", condition={"asset_ref": {"name": "b"}})
    assert wanted(world) == []


def test_equal_triggers_are_one(world: World) -> None:
    """A file that two assets wait for is taken once, and both are updated."""
    waiting_dag(world, "c", watcher("a"), watcher("b"), watcher("a", '{"x": 1}', name="v"))
    assert sorted(wanted(world)) == [('{"x": 1}', [("a", "v")]), ("{}", [("a", "w"), ("b", "w")])]
    waiting_dag(world, "d", watcher("a", queue="q"))
    with world.read() as tx:
        queues = [one.queue for one in watchers.wanted(tx).values()]
    assert queues == [None, None, "q"]


def test_the_row_goes_with_the_last_dag_that_names_it(world: World) -> None:
    first, second = waiting_dag(world, "c", watcher("a")), waiting_dag(world, "d", watcher("a"))
    assert (count(world, trigger), count(world, asset_watcher)) == (1, 1)
    declare(world, DagSpec(dag_id="c", tasks=first.tasks, timetable=first.timetable))
    assert count(world, trigger) == 1
    changed = DagSpec(
        dag_id="d", tasks=second.tasks, timetable=second.timetable, watchers=(watcher("a", '{"x": 1}'),)
    )
    declare(world, changed)
    assert [kwargs for kwargs, _ in wanted(world)] == ['{"x": 1}']
    assert (count(world, trigger), count(world, asset_watcher)) == (1, 1)
    with world.database.write() as tx:
        dags.mark_stale(tx, keep=[])
        assert watchers.sweep(tx, world.now) != []
        assert triggers.sweep(tx) == []
    assert (count(world, trigger), count(world, asset_watcher)) == (0, 0)


def test_a_lost_key_is_mended_by_the_file(world: World) -> None:
    old, new = generate_key(), generate_key()
    world.database.seal = Seal(lambda: Cipher([old]))
    spec = waiting_dag(world, "d", watcher("a", '{"password":"x"}'))
    world.database.seal = Seal(lambda: Cipher([new]))
    with world.database.write() as tx:
        assert triggers.rotate(tx) == 0
        stored = next(iter(watchers.wanted(tx).values())).kwargs
        assert isinstance(triggers.open_kwargs(tx, 1, stored), CannotDecrypt)
    declare(world, spec)
    with world.database.write() as tx:
        assert triggers.rotate(tx) == 1
        stored = next(iter(watchers.wanted(tx).values())).kwargs
        assert triggers.open_kwargs(tx, 1, stored) == '{"password":"x"}'


def test_sweeping_leaves_what_is_wanted(world: World) -> None:
    waiting_dag(world, "c", watcher("a"))
    with world.database.write() as tx:
        assert watchers.sweep(tx, world.now) == []
        assert triggers.sweep(tx) == []
    assert len(wanted(world)) == 1


def test_each_event_updates_every_asset_once(world: World) -> None:
    spec = waiting_dag(world, "c", watcher("a"), watcher("b"))
    number = only_trigger(world)
    assert record(world, fired(number, 0, '{"key": 7}')) == 1
    assert record(world, fired(number, 0, '{"key": 7}'), fired(number, 1)) == 1
    assert record(world, fired(number, 0), fired(number, 1)) == 0
    with world.read() as tx:
        extra = [row[0] for row in tx.rows(sa.select(asset_event.c.extra).order_by(asset_event.c.id))]
    first, second = '{"from_trigger":true,"payload":{"key":7}}', '{"from_trigger":true,"payload":true}'
    assert extra == [first, first, second, second]
    assert count(world, asset_dag_run_queue) == 2
    assert spec.dag_id == "c"


def test_a_trigger_that_was_begun_again_counts_anew(world: World) -> None:
    waiting_dag(world, "c", watcher("a"))
    number = only_trigger(world)
    assert record(world, fired(number, 0, begun="one"), fired(number, 0, begun="two")) == 2
    assert record(world, fired(number, 0, begun="one")) == 0
    with world.database.write() as tx:
        watchers.sweep(tx, world.now + watchers.KEPT + timedelta(seconds=1))
    assert record(world, fired(number, 0, begun="one")) == 1


def test_what_nobody_watches_is_passed_over(world: World) -> None:
    assert record(world, fired(99, 0)) == 0
    assert count(world, asset_event) == 0


def test_a_triggerer_holds_it_as_any_other(world: World) -> None:
    waiting_dag(world, "c", watcher("a"))
    number = only_trigger(world)
    with world.database.write() as tx:
        triggers.hold(tx, [number], 5)
        assert triggers.held(tx) == {number: 5}
        assert watchers.wanted(tx)[number].triggerer_id == 5
        triggers.release(tx, [number])
        assert watchers.wanted(tx)[number].triggerer_id is None
        assert triggers.unheld(tx, limit=5) == []
