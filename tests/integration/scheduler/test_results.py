"""What a result leaves behind, and what it does not."""

from __future__ import annotations

from tests.integration.scheduler.triggerer import Triggerer
from tests.integration.scheduler.world import World, chain

from tradewind.domain.events import Lost, Succeeded
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.messages.report import XComValue
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import TaskInstanceState
from tradewind.engine import clearing
from tradewind.store.queries import scheduling
from tradewind.store.transitions import by_hand
from tradewind.store.transitions import runs as run_transitions

LEFT_BEHIND = ("xcom", "task_map", "asset_event", "rendered_task_instance_fields", "task_instance_note")


def clear(world: World, dag_id: str, run_id: str) -> None:
    """Somebody clears the whole run; the scheduler is told."""
    with world.database.write() as tx:
        loaded = scheduling.load_run(tx, dag_id, run_id)
        assert loaded is not None
        changes = [(facts.attempt_id, clearing.clear(facts, 0)) for facts in loaded.instances]
        by_hand.change(tx, loaded.run, changes, now=world.clock.now())
        run_transitions.touch(tx, loaded.run.pk, now=world.clock.now())
    world.core.inbox.look_at((dag_id, run_id), reload=True)


def left_behind(world: World) -> dict[str, int]:
    """Rows of what tasks leave behind, by table."""
    counts = {table: world.sql(f"select count(*) from {table}")[0][0] for table in LEFT_BEHIND}
    return {table: count for table, count in counts.items() if count}


def succeeds(world: World, assignment: Assignment) -> None:
    """Its process ends well, and leaves one of everything behind."""
    world.ended(
        assignment, Succeeded(lengths={"return_value": 2}),
        xcoms=(XComValue(key="return_value", value="[1,2]"), XComValue(key="_link_Log", value='"l"')),
        asset_events=({"type": "asset", "name": "a", "uri": "s3://a", "extra": {}},),
        rendered_fields="{}", note="done",
    )  # fmt: skip


def test_a_result_that_comes_just_after_the_run_was_cleared_leaves_nothing_behind(world: World) -> None:
    """Its task runs again, after the one above it: until then nobody must read what the cleared try said."""
    spec = world.dag(chain("d", 2))
    world.run(spec, "r")
    world.work()
    (first,) = world.take()
    world.ended(first)
    world.work()
    (running,) = world.take()
    world.began(running)
    world.work()
    clear(world, "d", "r")
    succeeds(world, running)
    world.work()
    assert (running.attempt_id, running.dispatch) in world.acknowledged
    assert left_behind(world) == {}
    (first,) = world.take()
    assert first.task_id == "t00"
    world.ended(first)
    world.work()
    (running,) = world.take()
    succeeds(world, running)
    world.work()
    assert left_behind(world) == {"xcom": 2, **dict.fromkeys(LEFT_BEHIND[1:], 1)}


def test_a_lost_try_that_began_with_its_trigger_begins_with_it_again(world: World) -> None:
    """§5 start_from_trigger: the try in place of one whose worker was killed waits for the event anew."""
    start = {"classpath": "some.Trigger", "next_method": "go_on"}
    world.dag(spec := DagSpec(dag_id="d", tasks=(TaskSpec(task_id="t", start_trigger=start),)))
    triggerer = Triggerer(world)
    world.run(spec, "r")
    world.work()
    attempts = []
    for payload in ("1", "2"):
        fire(world, triggerer, payload)
        (resumed,) = world.take()
        assert (resumed.next_method, resumed.next_kwargs) == ("go_on", f'{{"event":{payload}}}')
        attempts.append(resumed.attempt_id)
        if payload == "1":
            world.began(resumed)
            world.ended(resumed, Lost(reason="the worker was killed"))
            world.work()
            assert world.take() == []
            assert world.states("r") == {"t": TaskInstanceState.DEFERRED}
    assert attempts[0] != attempts[1]
    world.ended(resumed)
    world.work()
    assert world.sql("select state, try_number, max_tries, lost from task_instance") == [("success", 2, 1, 1)]


def fire(world: World, triggerer: Triggerer, payload: str) -> None:
    """The trigger that was handed out last fires."""
    wait = triggerer.begun[-1]
    assert wait.task is not None
    event = TriggerEvent(
        trigger_id=wait.trigger_id, at=world.clock.now(), attempt_id=wait.task.attempt_id,
        dispatch=wait.task.dispatch, dag_id="d", run_id="r", payload=payload,
    )  # fmt: skip
    world.core.triggers.fired(event, triggerer.name)
    world.work()
