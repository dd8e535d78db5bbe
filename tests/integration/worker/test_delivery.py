"""Assignments arrive twice, acknowledgements do not arrive, schedulers and hosts come and go."""

from __future__ import annotations

import os
import signal
import time

import pytest
from tests.integration.worker.test_outcomes import HEAD, values
from tests.integration.worker.world import World, until

from tradewind.domain.events import Failed, Lost, Succeeded
from tradewind.domain.messages.lifecycle import Assign, Gone, Heartbeat, Hello
from tradewind.domain.messages.report import Finished, Started

COUNTER = (
    HEAD
    + """
import pathlib
def count():
    path = pathlib.Path(__file__).with_name("count")
    with path.open("a") as file:
        file.write("x")
    return len(path.read_text())
def slow():
    pathlib.Path(__file__).with_name("up").write_text("")
    go = pathlib.Path(__file__).with_name("go")
    while not go.exists():
        time.sleep(0.01)
    return "done"
with DAG("d", schedule=None):
    do("count", count); do("slow", slow)
"""
)


def wait_up(world: World) -> None:
    until((world.dags / "up").exists, "the task runs")


def test_an_assignment_that_comes_twice_runs_once(world: World) -> None:
    file = world.write("d.py", COUNTER)
    world.peer.acknowledge = False
    assignment = world.assignment(file, "count")
    world.send(assignment, assignment)
    report = world.peer.finished(assignment)
    world.send(assignment)
    world.peer.until(lambda: len(world.peer.of(Finished)) >= 2, "the result again")
    assert {tuple(values(each).items()) for each in world.peer.of(Finished)} == {(("return_value", 1),)}
    world.ack(report)
    assert values(world.do(file, "count")[0]) == {"return_value": 2}


def test_work_for_another_incarnation_is_refused(world: World) -> None:
    assignment = world.assignment(world.write("d.py", COUNTER), "count")
    world.peer.send(Assign(incarnation="somebody-else", assignments=(assignment,)))
    gone = world.peer.until(lambda: world.peer.of(Gone), "Gone")[0]
    assert gone.attempt_id == assignment.attempt_id


def test_a_result_is_sent_again_to_the_next_scheduler_until_it_is_acknowledged(world: World) -> None:
    world.peer.acknowledge = False
    file = world.write("d.py", COUNTER)
    report, _ = world.do(file, "count")
    for _ in range(2):
        world.peer.close()
        world.peer.said.clear()
        world.peer.reopen()
        again = world.peer.until(lambda: world.peer.of(Finished), "the result again")[0]
        assert again == report
        assert [held.attempt_id for held in world.peer.of(Hello)[0].holds] == [report.attempt_id]
    world.ack(report)
    world.peer.turn(0.2)
    world.peer.drop()
    world.peer.said.clear()
    world.peer.until(lambda: world.peer.hello, "hello")
    world.peer.turn(0.2)
    assert world.peer.of(Finished) == []
    assert world.peer.of(Hello)[0].holds == ()


@pytest.mark.chaos
def test_an_unacknowledged_result_survives_the_host(world: World) -> None:
    world.peer.acknowledge = False
    report, _ = world.do(world.write("d.py", COUNTER), "count")
    assert world.host is not None
    os.kill(world.host.pid, signal.SIGKILL)
    world.host.wait()
    world.peer.said.clear()
    world.start()
    assert world.peer.until(lambda: world.peer.of(Finished), "the result again") == [report]


def test_a_running_task_is_not_disturbed_by_a_scheduler_that_comes_and_goes(world: World) -> None:
    file = world.write("d.py", COUNTER)
    assignment = world.assignment(file, "slow")
    world.send(assignment)
    wait_up(world)
    world.peer.close()
    time.sleep(0.3)
    world.peer.reopen()
    world.peer.said.clear()
    world.peer.until(lambda: world.peer.hello, "hello")
    assert [held.attempt_id for held in world.peer.of(Hello)[0].holds] == [assignment.attempt_id]
    world.peer.until(lambda: world.peer.of(Started), "Started again")
    (world.dags / "go").write_text("")
    assert world.peer.finished(assignment).outcome == Succeeded()


def test_a_result_from_a_time_without_a_scheduler_arrives(world: World) -> None:
    assignment = world.assignment(world.write("d.py", COUNTER), "slow")
    world.send(assignment)
    wait_up(world)
    world.peer.close()
    (world.dags / "go").write_text("")
    time.sleep(0.3)
    world.peer.reopen()
    assert world.peer.finished(assignment).outcome == Succeeded()


def test_heartbeats_name_what_runs(make_world) -> None:
    world = make_world(heartbeat_seconds=0.05)
    assignment = world.assignment(world.write("d.py", COUNTER), "slow")
    world.send(assignment)
    wait_up(world)
    world.peer.until(
        lambda: any(
            held.attempt_id == assignment.attempt_id
            for beat in world.peer.of(Heartbeat)
            for held in beat.running
        ),
        "a heartbeat of it",
    )


def test_a_short_task_is_reported_once_and_a_long_one_twice(world: World) -> None:
    file = world.write("d.py", COUNTER)
    world.do(file, "count")
    world.peer.said.clear()
    slow = world.assignment(file, "slow")
    world.send(slow)
    assert world.peer.started(slow).pid > 0
    (world.dags / "go").write_text("")
    world.peer.finished(slow)


def test_stopping_what_has_not_begun(world: World) -> None:
    file = world.write("slow_import.py", "import time; time.sleep(0.5)\n" + COUNTER)
    assignment = world.assignment(file, "count")
    world.send(assignment)
    world.tell_to_stop(assignment)
    assert world.peer.finished(assignment).outcome == Failed(reason="it was cleared", may_retry=False)
    assert not (world.dags / "count").exists()


@pytest.mark.chaos
def test_a_drain_lets_tasks_end_and_takes_no_new_ones(world: World) -> None:
    file = world.write("d.py", COUNTER)
    assignment = world.assignment(file, "slow")
    world.send(assignment)
    wait_up(world)
    assert world.host is not None
    world.host.send_signal(signal.SIGTERM)
    world.peer.until(lambda: any(hello.slots == 0 for hello in world.peer.of(Hello)), "a hello without slots")
    late = world.assignment(file, "count")
    world.send(late)
    gone = world.peer.until(lambda: world.peer.of(Gone), "Gone")[0]
    assert gone.attempt_id == late.attempt_id
    (world.dags / "go").write_text("")
    assert world.peer.finished(assignment).outcome == Succeeded()
    assert world.host.wait(10) == 0


@pytest.mark.chaos
def test_a_drain_stops_what_does_not_end(make_world) -> None:
    world = make_world(drain_grace=0.2)
    assignment = world.assignment(world.write("d.py", COUNTER), "slow")
    world.send(assignment)
    wait_up(world)
    assert world.host is not None
    world.host.send_signal(signal.SIGTERM)
    assert isinstance(world.peer.finished(assignment).outcome, Lost)
    assert world.host.wait(10) == 0


def test_there_is_one_host_for_a_home(world: World) -> None:
    first = world.host
    with pytest.raises(AssertionError, match="hello"):
        world.peer.hello = None
        world_start_patience(world)
    assert first is not None
    assert first.poll() is None
    assert world.host is not None
    assert world.host.wait(10) != 0
    world.host = first


def world_start_patience(world: World) -> None:
    keep = world.peer.until
    world.peer.until = lambda fact, what="", patience=1.0: keep(fact, what, 1.0)  # type: ignore[method-assign]
    try:
        world.start()
    finally:
        world.peer.until = keep  # type: ignore[method-assign]
