from __future__ import annotations

from datetime import timedelta

from tests.integration.scheduler.world import World, chain


def test_no_more_runs_than_may_be_active(world: World) -> None:
    spec = world.dag(chain("d", 1, max_active_runs=2))
    for name in ("a", "b", "c"):
        world.run(spec, name)
    world.work()
    assert world.runs("d") == {"a": "running", "b": "running", "c": "queued"}
    world.finish_all()
    assert set(world.runs("d").values()) == {"success"}


def test_the_oldest_starts_first(world: World) -> None:
    spec = world.dag(chain("d", 1, max_active_runs=1))
    world.run(spec, "young", after=-1)
    world.run(spec, "old", after=-100)
    world.work()
    assert world.runs("d") == {"young": "queued", "old": "running"}


def test_later_runs_wait_for_their_time_each(world: World) -> None:
    spec = world.dag(chain("d", 1))
    world.run(spec, "sooner", after=10)
    world.run(spec, "later", after=100)
    world.work()
    assert world.core.next_due() == world.clock.now() + timedelta(seconds=10)
    world.clock.advance(10)
    world.work()
    assert world.runs("d") == {"sooner": "running", "later": "queued"}
    world.clock.advance(90)
    world.work()
    assert world.runs("d")["later"] == "running"


def test_a_paused_dag_starts_nothing(world: World) -> None:
    spec = world.dag(chain("d", 1), paused=True)
    world.run(spec, "r")
    world.work()
    assert world.runs("d") == {"r": "queued"}
    world.sql("update dag set is_paused = 0")
    world.pass_time(1)
    assert world.runs("d") == {"r": "running"}


def test_a_short_pause_between_two_looks_does_not_last(world: World) -> None:
    """Only the start of a run saw it; nobody tells that it is over."""
    spec = world.dag(chain("d", 1))
    world.pass_time(1)
    world.sql("update dag set is_paused = 1")
    world.run(spec, "r")
    world.work()
    world.sql("update dag set is_paused = 0")
    world.pass_time(1)
    assert world.runs("d") == {"r": "running"}


def test_a_run_that_is_mentioned_while_it_is_queued_is_not_in_its_own_way(world: World) -> None:
    """A wake-up names a run that may not start yet; it must not count as an active one."""
    spec = world.dag(chain("d", 1, max_active_runs=1))
    world.run(spec, "a")
    world.work()
    world.run(spec, "b")
    world.core.inbox.look_at(("d", "b"), reload=True)
    world.work()
    world.finish_all()
    assert world.runs("d") == {"a": "success", "b": "success"}


def test_a_run_that_is_deleted_makes_room(world: World) -> None:
    spec = world.dag(chain("d", 1, max_active_runs=1))
    world.run(spec, "a")
    world.run(spec, "b")
    world.work()
    (taken,) = world.take()
    world.sql("delete from task_instance where run_id = 'a'")
    world.sql("delete from dag_run where run_id = 'a'")
    world.pass_time(1)
    assert world.stopped == [(taken.attempt_id, 1)]
    assert world.runs("d") == {"b": "running"}
