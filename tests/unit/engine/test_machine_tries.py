"""One task instance's tries: handed out, fenced, repeated, lost, deferred, cleared."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from tests.unit.engine.worlds import World, dag, task

from tradewind.domain import events
from tradewind.domain.errors import IllegalMove
from tradewind.domain.states import DagRunState, TaskInstanceState
from tradewind.engine import clearing

T = TaskInstanceState
FAILED = events.Failed(reason="it raised")
LOST = events.Lost(reason="host h1 died")


def one(**fields: object) -> World:
    return World(dag(task("a", **fields))).begin()


def test_first_try_keeps_the_id_of_its_row() -> None:
    world = one()
    view = world.view("a")
    assert (view.attempt_id, view.state, view.try_number) == ("attempt-1", T.SCHEDULED, 1)


def test_what_is_ready_says_what_it_needs() -> None:
    world = one(pool="p", pool_slots=2, queue="q", executor="E", priority_weight=7)
    (ready,) = world.machine.ready.values()
    assert (ready.task_id, ready.pool, ready.pool_slots, ready.queue, ready.executor) == (
        "a",
        "p",
        2,
        "q",
        "E",
    )
    assert ready.priority == 7


def test_slot_granted_twice_is_refused() -> None:
    world = one()
    world.queue("a")
    with pytest.raises(IllegalMove, match="attempt-1"):
        world.machine.queue("attempt-1", world.now)
    with pytest.raises(IllegalMove, match="unknown"):
        world.machine.queue("nobody", world.now)


def test_executor_gives_an_assignment_back() -> None:
    world = one()
    first = world.queue("a").dispatch
    told = world.machine.unqueue("attempt-1")
    assert told is not None
    world.ledger._unqueues(told)
    assert world.machine.unqueue("attempt-1") is None
    assert not world.say(events.TaskStarted(attempt_id="attempt-1", dispatch=first, at=world.now))
    assert world.queue("a").dispatch == first + 1


def test_result_whose_start_was_lost_records_both() -> None:
    world = one()
    view = world.queue("a")
    assert world.say(world.finished(view, events.Succeeded()))
    decisions = world.decide()
    assert [each.attempt_id for each in decisions.starts] == ["attempt-1"]
    assert [(each.state, each.duration) for each in decisions.finishes] == [(T.SUCCESS, 0.0)]


def test_second_report_changes_nothing() -> None:
    world = one()
    view = world.start("a")
    report = world.finished(view, events.Succeeded())
    assert world.say(report)
    world.decide()
    assert not world.say(report)
    assert not world.decide()


def test_duration_counts_from_the_start() -> None:
    world = one()
    view = world.start("a")
    world.now += timedelta(seconds=12)
    world.say(world.finished(view, events.Succeeded()))
    assert world.decide().finishes[0].duration == 12.0


def test_failed_try_is_repeated_as_a_new_attempt_when_due() -> None:
    world = one(retries=1, retry_delay=60)
    world.end("a", FAILED)
    assert world.states() == {"a": T.UP_FOR_RETRY}
    assert world.machine.next_wake() == world.now + timedelta(seconds=60)
    assert not world.wait(59)
    decisions = world.wait(1)
    assert [(new.attempt_id, new.new_attempt_id, new.try_number) for new in decisions.new_tries] == [
        ("attempt-1", "attempt-2", 2)
    ]
    world.end("a", FAILED)
    assert world.states() == {"a": T.FAILED}
    assert world.state is DagRunState.FAILED


def test_retry_without_delay_follows_in_the_same_turn() -> None:
    world = one(retries=1, retry_delay=0)
    decisions = world.end("a", FAILED)
    assert decisions.retries and decisions.new_tries and decisions.schedules
    assert world.states() == {"a": T.SCHEDULED}


def test_failure_that_may_not_be_retried() -> None:
    world = one(retries=5)
    world.end("a", events.Failed(may_retry=False))
    assert world.states() == {"a": T.FAILED}


def test_lost_attempt_is_repeated_without_using_a_retry() -> None:
    world = one()
    world.start("a")
    decisions = world.end("a", LOST)
    assert "host h1 died" in decisions.retries[0].reason
    view = world.view("a")
    assert (view.state, view.try_number, view.max_tries, view.lost) == (T.SCHEDULED, 2, 1, 1)


def test_lost_while_queued_never_started() -> None:
    world = one()
    view = world.queue("a")
    world.say(world.finished(view, LOST))
    assert not world.decide().starts
    assert world.view("a").state is T.SCHEDULED


def test_attempts_lost_too_often_fail_and_say_so() -> None:
    world = World(dag(task("a", retries=5, callbacks=("failure",))), lost_limit=2).begin()
    world.end("a", LOST)
    world.end("a", LOST)
    decisions = world.end("a", LOST)
    assert decisions.finishes[0].state is T.FAILED
    assert "lost 2 times before, and lost_attempt_limit is 2" in decisions.finishes[0].reason
    assert [each.kind for each in decisions.callbacks] == ["task_failure"]


def test_task_that_must_not_be_repeated_fails_when_lost() -> None:
    decisions = one(on_lost="fail", retries=3).end("a", LOST)
    assert decisions.finishes[0].state is T.FAILED
    assert 'on_lost="fail"' in decisions.finishes[0].reason


def test_sensor_comes_back_in_the_same_try() -> None:
    world = one()
    world.end("a", events.Rescheduled(until=world.now + timedelta(seconds=30)))
    assert world.states() == {"a": T.UP_FOR_RESCHEDULE}
    first = world.view("a").dispatch
    world.wait(30)
    view = world.start("a")
    assert (view.attempt_id, view.try_number, view.dispatch) == ("attempt-1", 1, first + 1)


def test_deferred_task_resumes_with_the_event() -> None:
    world = one()
    world.end("a", events.Deferred(classpath="x.Y", next_method="go_on", next_kwargs='{"k": 1}'))
    assert world.states() == {"a": T.DEFERRED}
    world.reload()
    fired = events.TriggerFired(attempt_id="attempt-1", at=world.now, payload='{"done": true}')
    assert world.say(fired)
    (schedule,) = world.decide().schedules
    assert (schedule.attempt_id, schedule.try_number, schedule.next_method) == ("attempt-1", 1, "go_on")
    assert json.loads(schedule.resume or "") == {"k": 1, "event": {"done": True}}
    assert not world.say(fired)


def test_trigger_that_failed_or_took_too_long_resumes_to_fail() -> None:
    world = one()
    world.end("a", events.Deferred(classpath="x.Y", timeout=10))
    assert world.machine.next_wake() == world.now + timedelta(seconds=10)
    (schedule,) = world.wait(10).schedules
    assert (schedule.next_method, schedule.resume) == ("__fail__", '{"error":"Trigger timeout"}')
    world.end("a", events.Deferred(classpath="x.Y"))
    world.say(events.TriggerFired(attempt_id="attempt-1", at=world.now, error="boom"))
    (schedule,) = world.decide().schedules
    assert json.loads(schedule.resume or "")["traceback"] == ["boom"]


def test_late_firing_of_an_earlier_deferral_is_refused() -> None:
    world = one()
    world.end("a", events.Deferred(classpath="x.Y"))
    fired = events.TriggerFired(attempt_id="attempt-1", at=world.now, dispatch=world.view("a").dispatch)
    assert world.say(fired)
    world.decide()
    world.end("a", events.Deferred(classpath="x.Y"))
    assert not world.say(fired)


def test_task_cleared_while_it_runs_starts_over_when_its_process_has_ended() -> None:
    world = World(dag(task("a", retries=2), task("b", "a"))).begin()
    view = world.start("a")
    world.decide()
    row = world.ledger.rows["attempt-1"]
    row.state = clearing.clear(row, 2).state
    world.reload()
    assert world.decide().stops == [("attempt-1", 1)]
    assert world.say(events.TaskStarted(attempt_id="attempt-1", dispatch=1, at=world.now))
    assert world.decide().stops == [("attempt-1", 1)]
    assert world.say(world.finished(view, events.Succeeded()))
    decisions = world.decide()
    assert [(each.attempt_id, each.max_tries) for each in decisions.resets] == [("attempt-1", 3)]
    assert world.view("a").attempt_id != "attempt-1"
    assert world.states() == {"a": T.SCHEDULED, "b": None}


def test_empty_operator_ends_without_a_process() -> None:
    world = World(dag(task("a", is_empty=True), task("b", "a", is_empty=True), task("c", "b"))).begin()
    assert world.states() == {"a": T.SUCCESS, "b": T.SUCCESS, "c": T.SCHEDULED}
    assert world.view("a").try_number == 1


def test_run_that_only_marks_ends_at_once() -> None:
    world = World(dag(task("a"), task("b", "a")), mark_success=True).begin()
    assert world.states() == {"a": T.SUCCESS, "b": T.SUCCESS}
    assert world.state is DagRunState.SUCCESS


def test_unknown_attempt_is_refused() -> None:
    world = one()
    assert not world.say(events.TaskStarted(attempt_id="nobody", dispatch=1, at=world.now))
    assert world.machine.instance("nobody") is None


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (events.Succeeded(uncalled=True), "task_success"),
        (events.Skipped(uncalled=True), "task_skipped"),
        (events.Failed(uncalled=True), "task_failure"),
        (events.Failed(), None),
    ],
)
def test_callbacks_that_the_process_could_not_call(outcome: events.AnyOutcome, kind: str | None) -> None:
    world = World(dag(task("a", callbacks=("success", "failure", "skipped")))).begin()
    attempt = world.view("a").attempt_id
    decisions = world.end("a", outcome)
    assert [(each.kind, each.attempt_id) for each in decisions.callbacks] == [(kind, attempt)] * bool(kind)


def test_a_success_whose_callbacks_died_asks_for_no_mail() -> None:
    world = World(dag(task("a", email=("x@y.z",)))).begin()
    assert not world.end("a", events.Succeeded(uncalled=True)).callbacks


def test_a_dags_callback_sees_the_task_that_failed() -> None:
    world = World(dag(task("a"), task("b"), callbacks=("failure",))).begin()
    failed = world.view("a").attempt_id
    world.end("a", FAILED)
    [called] = world.end("b", events.Succeeded()).callbacks
    assert (called.kind, called.attempt_id) == ("dag_failure", failed)
