"""A task that has succeeded is recorded before its process calls its callbacks: once, and by somebody."""

from __future__ import annotations

import msgspec
from tests.integration.scheduler.world import World, chain

from tradewind.domain.events import Succeeded
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Held
from tradewind.engine.clearing import clear
from tradewind.store.queries import scheduling
from tradewind.store.transitions import by_hand


def calling(world: World) -> Assignment:
    """The first of two tasks has succeeded, and calls its callbacks."""
    spec = chain("d", 2)
    first = msgspec.structs.replace(spec.tasks[0], callbacks=("success",))
    world.run(world.dag(msgspec.structs.replace(spec, tasks=(first, *spec.tasks[1:]))), "r")
    world.work()
    (assignment,) = world.take()
    world.ended(assignment, Succeeded(calling=True))
    world.work()
    return assignment


def kept(world: World) -> list[tuple[str]]:
    return world.sql("select type from callback")


def test_a_success_is_recorded_while_its_process_calls_callbacks(world: World) -> None:
    """What is below goes on, the process has its slot, and nobody else calls them, for however long."""
    assignment = calling(world)
    assert world.acknowledged == [(assignment.attempt_id, 1)]
    assert [each.task_id for each in world.take()] == ["t01"]
    assert world.core.dispatch.hosts()[0].free == world.slots - 2
    world.ended(assignment, Succeeded(calling=True))  # the same again
    for _ in range(3):
        world.pass_time(60)
        world.core.recount.run_once(world.clock.now())
    assert (kept(world), world.take()) == ([("task_success",)], [])
    world.ended(assignment, Succeeded(called=True))
    world.work()
    assert kept(world) == []
    assert world.core.dispatch.hosts()[0].free == world.slots - 1


def test_a_person_clears_a_task_while_its_process_calls_callbacks(world: World) -> None:
    """It runs again beside it; still nobody else calls them, and the first process has its slot."""
    first = calling(world)
    world.finish_all()
    with world.database.write() as tx:
        loaded = scheduling.load_run(tx, "d", "r")
        assert loaded is not None
        facts = next(each for each in loaded.instances if each.task_id == "t00")
        by_hand.change(tx, loaded.run, [(facts.attempt_id, clear(facts, 0))], now=world.clock.now())
        by_hand.queue_run_again(tx, loaded.run, now=world.clock.now())
    world.pass_time(60)
    (again,) = world.take()
    assert (again.kind, again.task_id, again.try_number) == ("task", "t00", 2)
    for _ in range(2):
        world.pass_time(60)
        world.core.recount.run_once(world.clock.now())
    assert (kept(world), world.take()) == ([("task_success",)], [])
    assert world.core.dispatch.hosts()[0].free == world.slots - 2
    world.ended(first, Succeeded(called=True))
    world.work()
    assert (kept(world), world.core.dispatch.hosts()[0].free) == ([], world.slots - 1)


def test_a_note_that_a_callback_changed_is_recorded(world: World) -> None:
    """One that it left alone stays, as somebody may have changed it meanwhile."""
    notes = "select content from task_instance_note"
    assignment = calling(world)
    world.ended(assignment, Succeeded(called=True), note="by a callback")
    world.work()
    assert (world.sql(notes), kept(world)) == ([("by a callback",)], [])
    world.ended(assignment, Succeeded(called=True))
    world.work()
    assert world.sql(notes) == [("by a callback",)]


def test_callbacks_that_their_process_could_not_call_to_the_end(world: World) -> None:
    assignment = calling(world)
    world.take()
    world.ended(assignment, Succeeded(called=True, uncalled=True))
    world.work()
    world.pass_time(60)
    (callback,) = world.take()
    assert (callback.callback["kind"], callback.task_id) == ("task_success", "t00")
    world.ended(callback)
    world.work()
    assert kept(world) == []


def test_a_host_that_is_gone_calls_nothing(world: World) -> None:
    """A new scheduler waits for a host that says that it calls them, and sends out what nobody holds."""
    assignment = calling(world)
    world.finish_all()
    held = Held(attempt_id=assignment.attempt_id, dispatch=1, dag_id="d", run_id="r", calling=True)
    world.start(holds=(held,))
    world.pass_time(60)
    assert world.take() == []
    world.start()
    world.pass_time(60)
    assert [each.callback["kind"] for each in world.take()] == ["task_success"]


def test_a_new_scheduler_waits_for_the_host_that_calls_them(world: World) -> None:
    """However long ago it was told, and whoever else says hello first."""
    assignment = calling(world)
    world.finish_all()
    world.clock.advance(600)
    world.start(host="other")
    world.pass_time(2)
    assert world.take() == []
    held = Held(attempt_id=assignment.attempt_id, dispatch=1, dag_id="d", run_id="r", calling=True)
    world.arrive(holds=(held,))
    world.pass_time(60)
    assert world.take() == []
    world.ended(assignment, Succeeded(called=True))
    world.work()
    assert kept(world) == []


def test_a_new_scheduler_sends_at_once_what_was_never_sent(world: World) -> None:
    calling(world)
    world.finish_all()
    world.sql("update callback set sent_at = null")
    world.start(host="other")
    world.pass_time(2)
    assert [each.callback["kind"] for each in world.take()] == ["task_success"]


def test_listeners_of_a_success_need_no_row(world: World) -> None:
    """Its process has its slot until they have ended; nobody else could tell them."""
    world.run(world.dag(chain("d", 1)), "r")
    world.work()
    (assignment,) = world.take()
    world.ended(assignment, Succeeded(calling=True))
    world.work()
    assert kept(world) == []
    assert (world.runs("d"), world.core.dispatch.hosts()[0].free) == ({"r": "success"}, world.slots - 1)
    world.ended(assignment, Succeeded(called=True))
    world.work()
    assert world.core.dispatch.hosts()[0].free == world.slots
    assert world.acknowledged == [(assignment.attempt_id, 1)] * 2
