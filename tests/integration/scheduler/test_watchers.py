"""§1.11 AssetWatcher: triggers of assets are handed out, ended and begun again; what they tell makes runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.scheduler.test_assets import asset, leaf, told
from tests.integration.scheduler.triggerer import Triggerer
from tests.integration.scheduler.world import World, chain

from tradewind.domain.errors import DatabaseBusy
from tradewind.domain.events import Deferred
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.spec import DagSpec, TaskSpec, WatcherSpec
from tradewind.domain.spec.timetable import AssetTriggeredTimetable
from tradewind.scheduler import triggering
from tradewind.scheduler.duties import watch_assets
from tradewind.secrets.cipher import Cipher, generate_key
from tradewind.store.sealing import Seal


def watched(world: World, dag_id: str = "c", **more: Any) -> DagSpec:
    spec = WatcherSpec(asset=asset("a"), name="w", classpath="m.T", kwargs='{"x": 1}', **more)
    timetable = AssetTriggeredTimetable(condition=leaf("a"))
    made = world.dag(chain(dag_id, 1, timetable=timetable, watchers=(spec,), max_active_runs=99))
    world.core.watchers.changed()
    world.work()
    return made


def extras(world: World) -> list[str]:
    return [row[0] for row in world.sql("select extra from asset_event order by id")]


def test_a_trigger_runs_while_a_dag_waits_and_its_events_make_runs(world: World) -> None:
    watched(world)
    assert world.core.triggering.needed
    triggerer = Triggerer(world)
    assert not world.core.triggering.needed
    (wait,) = triggerer.begun
    assert (wait.classpath, wait.kwargs, wait.task) == ("m.T", '{"x": 1}', None)
    assert (wait.assets, wait.file) == ((("a", "s3://a"),), "/dags/c.py")
    triggerer.fire(0, '{"key": "k"}')
    assert extras(world) == ['{"from_trigger":true,"payload":{"key":"k"}}']
    assert triggerer.recorded == [(wait.trigger_id, "b", 0)]
    assert list(told(world, "c").values()) == [[1]]
    triggerer.fire(1)
    assert list(told(world, "c").values()) == [[1], [2]]
    assert len(triggerer.begun) == 1


def test_it_ends_when_the_dag_is_paused_and_begins_anew_afterwards(world: World) -> None:
    watched(world)
    triggerer = Triggerer(world)
    world.sql("update dag set is_paused = 1")
    world.pass_time(1)
    assert triggerer.forgotten == [triggerer.begun[0].trigger_id]
    assert world.sql("select triggerer_id from trigger") == [(None,)]
    world.sql("update dag set is_paused = 0")
    world.pass_time(1)
    assert len(triggerer.begun) == 2


def test_it_is_gone_with_the_dag(world: World) -> None:
    watched(world)
    triggerer = Triggerer(world)
    world.sql("pragma foreign_keys = on")
    world.sql("update dag set is_stale = 1")
    world.core.triggers.sweep(world.clock.now())
    world.work()
    assert len(triggerer.forgotten) == 1
    assert world.sql("select count(*) from trigger") == [(0,)]


def test_an_event_that_is_told_twice_counts_once(world: World) -> None:
    """Also to the next scheduler, where the first one was killed before it could say that it is recorded."""
    watched(world)
    triggerer = Triggerer(world)
    triggerer.fire(0)
    world.start()
    triggerer.hello()
    triggerer.fire(0)
    triggerer.fire(1)
    assert len(extras(world)) == 2
    assert list(told(world, "c").values()) == [[1], [2]]
    assert len(triggerer.begun) == 1


def test_what_cannot_be_recorded_now_is_recorded_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    watched(world)
    triggerer = Triggerer(world)

    def refuse(*_: Any) -> int:
        raise DatabaseBusy("somebody writes")

    with monkeypatch.context() as patch:
        patch.setattr(watch_assets.watchers, "record", refuse)
        triggerer.fire(0, work=False)
        with pytest.raises(DatabaseBusy):
            world.work()
        assert (triggerer.recorded, extras(world)) == ([], [])
    world.work()
    assert (len(triggerer.recorded), len(extras(world))) == (1, 1)
    assert list(told(world, "c").values()) == [[1]]


def test_one_that_has_ended_is_begun_again_at_its_pace(world: World) -> None:
    watched(world)
    triggerer = Triggerer(world)
    triggerer.fire(0)
    triggerer.end()
    assert len(triggerer.begun) == 1
    world.pass_time(1)
    assert len(triggerer.begun) == 2
    world.clock.advance(5)
    triggerer.fire(0, begun="b2")
    triggerer.end()
    assert len(triggerer.begun) == 3, "it had waited: nothing is to be waited for now"
    assert len(extras(world)) == 2


def test_one_that_fails_is_left_alone_longer_and_longer(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    watched(world)
    triggerer = Triggerer(world)
    begun = 1
    for delay in (1, 2, 5, 15, 60, 60):
        with caplog.at_level("WARNING"):
            triggerer.end("Traceback …\nValueError: no queue")
        assert "Watcher 'w' of asset 'a' failed" in caplog.text
        assert f"begun again in {delay} s: ValueError: no queue" in caplog.text
        caplog.clear()
        world.pass_time(delay - 0.5)
        assert len(triggerer.begun) == begun
        world.pass_time(1)
        begun += 1
        assert len(triggerer.begun) == begun
    triggerer.fire(0)
    triggerer.end()
    world.pass_time(1)
    with caplog.at_level("WARNING"):
        triggerer.end()
    assert "begun again in 1 s: it ended without an event" in caplog.text


def test_another_triggerer_takes_over(world: World) -> None:
    watched(world)
    first = Triggerer(world, "one")
    second = Triggerer(world, "two")
    assert second.begun == []
    first.leave()
    assert [wait.classpath for wait in second.begun] == ["m.T"]
    second.fire(0)
    assert len(extras(world)) == 1
    first.hello()
    assert len(first.forgotten) == 1


def test_an_event_of_one_that_was_replaced_is_recorded_too(world: World) -> None:
    """What it took from a queue would be lost otherwise."""
    watched(world)
    first, second = Triggerer(world, "one"), Triggerer(world, "two")
    first.leave()
    first.fire(0, begun="old")
    second.fire(0, begun="new")
    assert len(extras(world)) == 2
    first.end()
    world.pass_time(5)
    assert len(second.begun) == 1


def test_a_triggerer_that_comes_back_goes_on(world: World) -> None:
    watched(world)
    triggerer = Triggerer(world)
    world.start()
    world.pass_time(triggering.GRACE / timedelta(seconds=2))
    triggerer.hello()
    world.pass_time(10)
    assert (len(triggerer.begun), triggerer.forgotten) == (1, [])


def test_one_that_does_not_come_back_is_replaced_after_a_while(world: World) -> None:
    watched(world)
    Triggerer(world, "one")
    world.start()
    world.pass_time(1)
    second = Triggerer(world, "two")
    assert second.begun == []
    world.pass_time(triggering.GRACE.total_seconds() + 1)
    world.pass_time(1)
    assert len(second.begun) == 1


def test_only_triggerers_of_its_queue_get_it(world: World) -> None:
    watched(world, queue="q")
    other, mine = Triggerer(world, "other"), Triggerer(world, "mine", queues=("q",))
    assert (len(other.begun), len(mine.begun)) == (0, 1)


def test_a_triggerer_takes_no_more_than_it_can(world: World) -> None:
    for name in ("a", "b", "c"):
        spec = WatcherSpec(asset=asset(name), name="w", classpath="m.T", kwargs=f'{{"x": "{name}"}}')
        timetable = AssetTriggeredTimetable(condition=leaf(name))
        world.dag(chain(name, 1, timetable=timetable, watchers=(spec,)))
    triggerer = Triggerer(world, capacity=2)
    assert len(triggerer.begun) == 2
    second = Triggerer(world, "more")
    assert len(second.begun) == 1


def test_what_cannot_be_decrypted_is_told_and_harms_nobody(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Of an asset it is tried again, for the key may be put back; a task goes on with the error."""
    lost = Cipher([generate_key()])
    watched(world)
    task = TaskSpec(task_id="t", retries=0)
    world.run(world.dag(DagSpec(dag_id="d", tasks=(task,))), "r")
    world.work()
    (assignment,) = world.take()
    world.ended(assignment, Deferred(classpath="m.U", kwargs="{}", next_method="go_on"))
    world.work()
    world.sql("update trigger set kwargs = ?", lost.encrypt("{}"))
    with caplog.at_level("WARNING"):
        triggerer = Triggerer(world)
    assert triggerer.begun == []
    assert (
        "failed and is begun again in 1 s: What trigger 1 carries was encrypted with another" in caplog.text
    )
    (resumed,) = world.take()
    assert resumed.next_method == "__fail__"
    assert "was encrypted with another key" in str(resumed.next_kwargs)
    world.database.seal = Seal(lambda: lost)
    world.pass_time(2)
    assert [wait.kwargs for wait in triggerer.begun] == ["{}"]


def test_templates_are_told_of_the_trigger_from_which_a_task_starts(world: World) -> None:
    start = {"classpath": "m.U", "kwargs": '{"a":"{{ ds }}"}', "next_method": "go_on"}
    task = TaskSpec(task_id="t", start_trigger=start, start_templates=("a",))
    world.run(world.dag(DagSpec(dag_id="d", tasks=(task,))), "r")
    world.work()
    triggerer = Triggerer(world)
    (first,) = triggerer.begun
    assert first.task is not None
    assert first.templates == ("a",)
    event = TriggerEvent(
        trigger_id=first.trigger_id, at=world.clock.now(), attempt_id=first.task.attempt_id,
        dispatch=first.task.dispatch, dag_id="d", run_id="r",
    )  # fmt: skip
    world.core.triggers.fired(event, triggerer.name)
    world.work()
    (resumed,) = world.take()
    world.ended(resumed, Deferred(classpath="m.U", kwargs='{"a":"{{ as it is }}"}', next_method="go_on"))
    world.work()
    assert triggerer.begun[1].templates == ()
