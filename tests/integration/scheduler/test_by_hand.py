"""A task that somebody's own SQL clears while it runs: however its process ends then, it runs again."""

from __future__ import annotations

import pytest
from tests.integration.scheduler.world import World, chain

from tradewind.domain.events import AnyOutcome, Failed, Succeeded
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Heartbeat, Held
from tradewind.telemetry.events import RunWithdrawn

STOPPED = Failed(may_retry=False, reason="it was superseded")
ENDS = pytest.mark.parametrize("end", [Succeeded(), STOPPED, Failed()], ids=["well", "stopped", "badly"])


def cleared(world: World) -> Assignment:
    """A task runs, and its row says that it has not begun."""
    world.run(world.dag(chain("d", 1)), "r")
    world.work()
    (assignment,) = world.take()
    world.began(assignment)
    world.work()
    world.sql("update task_instance set state = null where dag_id = 'd'")
    return assignment


def runs_again(world: World, first: Assignment) -> None:
    (again,) = world.take()
    assert again.attempt_id != first.attempt_id
    assert world.states("r") == {"t00": "queued"}
    world.ended(again)
    world.work()
    assert (world.states("r"), world.runs("d")) == ({"t00": "success"}, {"r": "success"})


@ENDS
def test_it_ends_before_anybody_has_looked(world: World, end: AnyOutcome) -> None:
    first = cleared(world)
    world.ended(first, end)
    world.work()
    runs_again(world, first)


@ENDS
def test_its_host_is_heard_from_first(world: World, end: AnyOutcome) -> None:
    """Its process is stopped, and what that says of its end is about nothing that is there any more."""
    first = cleared(world)
    held = Held(attempt_id=first.attempt_id, dispatch=1, dag_id="d", run_id="r")
    world.core.receive(Heartbeat(incarnation="h", at=world.clock.now(), running=(held,)), "h")
    assert world.stopped == [(first.attempt_id, 1)]
    world.ended(first, end)
    world.work()
    assert not [each for each in world.told if isinstance(each, RunWithdrawn)]
    runs_again(world, first)
