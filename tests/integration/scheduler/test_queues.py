"""Queues: what no host takes, or has room for, waits without holding up the others."""

from __future__ import annotations

from pathlib import Path

from tests.integration.scheduler.world import World

from tradewind.domain.events import Succeeded
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.scheduler.core import Settings


def both(world: World, count: int = 2) -> None:
    """A run with tasks of two queues; those of ``b`` go first."""
    tasks = [TaskSpec(task_id=f"a{n}", queue="a") for n in range(count)]
    tasks += [
        TaskSpec(task_id=f"b{n}", queue="b", priority_weight=9, callbacks=("success",)) for n in range(count)
    ]
    world.run(world.dag(DagSpec(dag_id="d", tasks=tuple(tasks), is_paused_upon_creation=False)), "r")
    world.work()


def handed_out(world: World) -> list[str]:
    return sorted(each.task_id for each in world.take())


def test_a_queue_that_no_host_takes_holds_up_its_own_only(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.start(queues=("a",))
    both(world)
    assert handed_out(world) == ["a0", "a1"]
    world.pass_time(5)
    assert handed_out(world) == []
    world.arrive(host="h2", queues=("b",))
    world.work()
    assert handed_out(world) == ["b0", "b1"]


def test_a_host_that_is_full_of_callbacks_holds_up_its_own_queue_only(tmp_path: Path) -> None:
    """Their processes have its slots, and count for no limit; when they have ended the next ones get them."""
    world = World(tmp_path, slots=1)
    world.settings = Settings(parallelism=16)
    world.start(queues=("b",))
    world.arrive(host="h2", queues=("a",))
    both(world)
    calling = {each.task_id: each for each in world.take()}
    assert sorted(calling) == ["a0", "b0"]
    world.ended(calling["b0"], Succeeded(calling=True))
    world.work()
    assert handed_out(world) == []
    world.ended(calling["a0"])
    world.work()
    assert handed_out(world) == ["a1"]
    world.ended(calling["b0"], Succeeded(called=True))
    world.work()
    assert handed_out(world) == ["b1"]
