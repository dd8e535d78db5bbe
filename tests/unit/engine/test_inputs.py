"""Task instances that ask a person: parked, answered, out of time."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.unit.engine.worlds import World, dag, task

from tradewind.domain import events, hitl
from tradewind.domain.states import TaskInstanceState
from tradewind.engine.decisions import Decisions
from tradewind.engine.graph import Graph

T = TaskInstanceState
ANSWER = {"chosen_options": ["Yes"], "params_input": {"why": "so"}}
FALLBACK = json.dumps({"chosen_options": ["No"], "params_input": {"why": "-"}})
ASKS = events.AwaitingInput(next_method="go_on", next_kwargs='{"k": 1}', timeout=60.0, fallback=FALLBACK)


def asking(outcome: events.AwaitingInput = ASKS) -> World:
    """A run whose task has asked."""
    world = World(dag(task("a", retries=1), task("b", "a"))).begin()
    park(world, outcome)
    return world


def park(world: World, outcome: events.AwaitingInput = ASKS) -> Decisions:
    row = next(row for row in world.ledger.rows.values() if row.task_id == "a")
    if row.state is T.SCHEDULED:
        world.start("a")
    row.fallback = outcome.fallback
    return world.end("a", outcome)


def answer(world: World) -> None:
    next(row for row in world.ledger.rows.values() if row.task_id == "a").answer = json.dumps(ANSWER)
    world.reload()


def resumed(decisions: Decisions) -> dict[str, object]:
    (schedule,) = decisions.schedules
    assert (schedule.attempt_id, schedule.try_number, schedule.next_method) == ("attempt-1", 1, "go_on")
    told: dict[str, object] = json.loads(schedule.resume or "")
    return told


def test_an_answer_resumes_the_same_try() -> None:
    world = asking()
    assert world.states() == {"a": T.AWAITING_INPUT, "b": None}
    answer(world)
    assert resumed(world.decide()) == {"k": 1, "event": ANSWER}
    view = world.start("a")
    assert (view.attempt_id, view.dispatch) == ("attempt-1", 2)
    world.end("a")
    assert world.states() == {"a": T.SUCCESS, "b": T.SCHEDULED}


def test_an_answer_may_come_before_the_task_waits() -> None:
    """A notifier sends a link, and somebody is quicker than the task process."""
    world = World(dag(task("a"), task("b", "a"))).begin()
    world.start("a")
    world.decide()
    answer(world)
    decisions = park(world)
    assert [each.attempt_id for each in decisions.awaits] == ["attempt-1"]
    assert resumed(decisions)["event"] == ANSWER
    assert world.states() == {"a": T.SCHEDULED, "b": None}


def test_nobody_answers_in_time() -> None:
    world = asking()
    assert world.machine.next_wake() == world.now + timedelta(seconds=60)
    world.reload()
    decisions = world.wait(60)
    assert [(each.attempt_id, each.fallback) for each in decisions.expires] == [("attempt-1", FALLBACK)]
    event = resumed(decisions)["event"]
    assert event == {
        "chosen_options": ["No"], "params_input": {"why": "-"}, "responded_by_user": None,
        "responded_at": hitl.event(hitl.taken(FALLBACK, world.now))["responded_at"], "timedout": True,
    }  # fmt: skip


def test_nobody_answers_and_there_is_no_default() -> None:
    world = asking(events.AwaitingInput(next_method="go_on", timeout=0.0))
    (schedule,) = (each for each in world.ledger.rows.values() if each.task_id == "a")
    assert schedule.state is T.SCHEDULED, "a time-out of nothing is over at once"
    assert json.loads(schedule.next_kwargs or "")["event"]["error_type"] == "timeout"


def test_an_answer_wins_over_a_time_that_ran_out_meanwhile() -> None:
    """Nobody looked: the scheduler was away."""
    world = asking()
    answer(world)
    decisions = world.wait(3600)
    assert not decisions.expires
    assert resumed(decisions)["event"] == ANSWER


def test_an_answer_is_for_the_dispatch_that_asked() -> None:
    """A task that asks a second time is not told the first answer again."""
    world = asking()
    answer(world)
    world.decide()
    world.start("a")
    park(world)
    assert world.states()["a"] is T.AWAITING_INPUT
    assert world.wait(59).schedules == []


def test_a_retry_asks_anew() -> None:
    world = asking()
    answer(world)
    world.decide()
    world.end("a", events.Failed(reason="no"))
    world.wait(3600)
    assert world.view("a").try_number == 2
    park(world)
    assert world.states()["a"] is T.AWAITING_INPUT


@pytest.mark.parametrize("then", [T.SKIPPED, T.FAILED])
def test_one_that_ends_in_the_turn_in_which_it_parks_is_not_parked(then: T) -> None:
    """fail_fast: another task failed in the same batch of news."""
    world = World(dag(task("a"), task("x"), fail_fast=True)).begin()
    asks, fails = world.start("a"), world.start("x")
    world.decide()
    parked = world.finished(asks, ASKS)
    failed = world.finished(fails, events.Failed())
    for event in (parked, failed) if then is T.SKIPPED else (failed, parked):
        world.say(event)
    decisions = world.decide()
    assert not decisions.awaits
    assert world.states()["a"] is then


def test_one_whose_task_left_the_file_does_not_wait() -> None:
    """It asked with the code that it was started with; nobody could go on with the answer."""
    world = World(dag(task("a"), task("b"))).begin()
    world.start("a")
    world.decide()
    world.machine.regraph(Graph.compile(dag(task("b"))), world.now)
    assert not park(world).awaits
    assert world.states()["a"] is T.REMOVED
