"""A DAG that is edited while it runs: its runs go on with the new version and keep the slots they hold."""

from __future__ import annotations

import msgspec
from tests.integration.scheduler.world import World, chain

from tradewind.domain.events import Failed
from tradewind.domain.spec import DagSpec, TaskSpec


def with_tasks(spec: DagSpec, *tasks: TaskSpec) -> DagSpec:
    return msgspec.structs.replace(spec, tasks=tuple(sorted(tasks, key=lambda task: task.task_id)))


def test_what_runs_counts_after_the_edit(world: World) -> None:
    """Two run and two wait; the edit must not let the two others in beside them."""
    free = tuple(TaskSpec(task_id=f"t{number}") for number in range(4))
    spec = world.dag(with_tasks(chain("d", 0, max_active_tasks=2), *free))
    world.run(spec, "r")
    world.work()
    first = world.take()
    assert len(first) == 2
    world.edit(with_tasks(spec, *free, TaskSpec(task_id="t9")))
    world.pass_time(1)
    assert world.take() == []
    for assignment in first:
        world.ended(assignment)
    world.work()
    assert len(world.taken) == 2
    world.finish_all()
    assert set(world.states("r").values()) == {"success"}
    assert len(world.states("r")) == 5


def test_what_waits_for_a_slot_goes_on_waiting(world: World) -> None:
    free = tuple(TaskSpec(task_id=f"t{number}") for number in range(3))
    spec = world.dag(with_tasks(chain("d", 0, max_active_tasks=1), *free))
    world.run(spec, "r")
    world.work()
    world.edit(with_tasks(spec, *free[1:], TaskSpec(task_id="t9")))
    world.pass_time(1)
    world.finish_all()
    assert world.states("r") == {"t0": "success", "t1": "success", "t2": "success", "t9": "success"}


def test_a_waiting_task_that_leaves_is_not_handed_out(world: World) -> None:
    free = tuple(TaskSpec(task_id=f"t{number}") for number in range(2))
    spec = world.dag(with_tasks(chain("d", 0, max_active_tasks=1), *free))
    world.run(spec, "r")
    world.work()
    world.edit(with_tasks(spec, free[0]))
    world.pass_time(1)
    assert world.states("r")["t1"] == "removed"
    world.finish_all()
    assert world.states("r") == {"t0": "success", "t1": "removed"}


def test_a_running_task_that_leaves_holds_its_pool_also_after_a_restart(world: World) -> None:
    world.sql("insert into slot_pool(pool, slots, include_deferred) values ('small', 1, 0)")
    world.core.refresh_pools()
    old, new = (TaskSpec(task_id=name, pool="small") for name in ("old", "young"))
    spec = world.dag(with_tasks(chain("d", 0), old))
    world.run(spec, "r")
    world.work()
    (running,) = world.take()
    world.edit(with_tasks(spec, new))
    world.pass_time(1)
    assert world.take() == []
    world.began(running)
    world.work()
    world.start()
    world.core.dispatch.address(running.attempt_id, "h", 1)
    world.work()
    assert world.take() == []
    world.ended(running)
    world.work()
    assert [assignment.task_id for assignment in world.taken] == ["young"]
    world.finish_all()
    assert world.states("r") == {"old": "success", "young": "success"}


def test_a_task_that_left_and_is_given_back_is_removed(world: World) -> None:
    """Its host did not take it: there is nobody to hand it to any more."""
    spec = world.dag(with_tasks(chain("d", 0), TaskSpec(task_id="old"), TaskSpec(task_id="t")))
    world.run(spec, "r")
    world.work()
    old = next(assignment for assignment in world.taken if assignment.task_id == "old")
    world.edit(with_tasks(spec, TaskSpec(task_id="t")))
    world.pass_time(1)
    world.core.inbox.requeue(("d", "r"), old.attempt_id)
    world.work()
    assert world.states("r")["old"] == "removed"


def test_a_shorter_delay_frees_a_waiting_retry(world: World) -> None:
    task = TaskSpec(task_id="t", retries=1, retry_delay=3600.0)
    spec = world.dag(with_tasks(chain("d", 0), task))
    world.run(spec, "r")
    world.work()
    world.ended(world.take()[0], Failed(reason="x"))
    world.work()
    assert world.states("r") == {"t": "up_for_retry"}
    world.edit(with_tasks(spec, msgspec.structs.replace(task, retry_delay=5.0)))
    world.pass_time(1)
    assert world.take() == []
    world.pass_time(5)
    assert len(world.taken) == 1


def test_a_task_whose_pool_is_edited_holds_the_one_that_it_was_handed_out_from(world: World) -> None:
    world.sql("insert into slot_pool(pool, slots, include_deferred) values ('small', 1, 0)")
    spec = world.dag(with_tasks(chain("d", 0), TaskSpec(task_id="t0", pool="small")))
    world.core.refresh_pools()
    world.run(spec, "r")
    world.work()
    (first,) = world.take()
    world.edit(with_tasks(spec, TaskSpec(task_id="t0"), TaskSpec(task_id="t1", pool="small")))
    world.pass_time(1)
    assert world.take() == []
    world.ended(first)
    world.work()
    assert [each.task_id for each in world.take()] == ["t1"]
