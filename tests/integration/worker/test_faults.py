"""Processes that die, hang, hide or are killed."""

from __future__ import annotations

import os
import signal
import time

import pytest
from tests.integration.worker.test_outcomes import HEAD, values
from tests.integration.worker.world import World, alive, events, until

from tradewind.domain.events import Failed, Lost, Succeeded
from tradewind.worker import tree

SLEEPER = (
    HEAD
    + """
import pathlib, subprocess, signal, sys
def stay(name="up"):
    print("I am", os.getpid(), flush=True)
    pathlib.Path(__file__).with_name(name).write_text(str(os.getpid()))
    time.sleep(600)
def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    stay()
def swallow():
    while True:
        try:
            stay()
        except BaseException as error:
            print("swallowed", type(error).__name__)
def family():
    child = subprocess.Popen(["sleep", "601"])
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            pathlib.Path(__file__).with_name("daemon").write_text(str(os.getpid()))
            time.sleep(600)
        os._exit(0)
    pathlib.Path(__file__).with_name("child").write_text(str(child.pid))
    stay()
def quick_family():
    subprocess.Popen(["sleep", "602"], start_new_session=True)
    return "done"
class Killable(BaseOperator):
    def execute(self, context):
        stay()
    def on_kill(self):
        print("on_kill was called")
with DAG("d", schedule=None):
    do("stay", stay); do("stubborn", stubborn); do("swallow", swallow); do("family", family)
    do("quick_family", quick_family); do("ok", lambda: 1); Killable(task_id="killable")
    do("timeout", stay, execution_timeout=timedelta(seconds=0.3))
    do("stubborn_timeout", swallow, execution_timeout=timedelta(seconds=0.3))
    Killable(task_id="killable_timeout", execution_timeout=timedelta(seconds=0.3))
    do("exit0", lambda: os._exit(0))
    do("exit7", lambda: os._exit(7))
    do("segfault", lambda: os.kill(os.getpid(), signal.SIGSEGV))
    do("closed", lambda: (sys.stdout.close(), os.close(1), os.close(2), print("nobody hears"))[0])
    do("hog", lambda: len(bytearray(4 << 30)))
"""
)


def pid_in(world: World, name: str = "up") -> int:
    path = world.dags / name
    return int(until(lambda: path.exists() and path.read_text(), f"{name} is there"))


@pytest.mark.chaos
def test_a_killed_task_fails_with_the_signal_explained(world: World) -> None:
    file = world.write("d.py", SLEEPER)
    assignment = world.assignment(file, "stay")
    world.send(assignment)
    pid = pid_in(world)
    os.kill(pid, signal.SIGKILL)
    report = world.peer.finished(assignment)
    assert isinstance(report.outcome, Failed)
    assert report.outcome.may_retry
    assert "signal 9 (SIGKILL)" in report.outcome.reason
    assert "out of memory" in report.outcome.reason
    lines = events(world.log(assignment))
    assert f"I am {pid}" in lines
    assert "signal 9 (SIGKILL)" in lines[-1]
    assert world.do(file, "ok")[0].outcome == Succeeded()


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("exit0", "exit code 0"),
        ("exit7", "exit code 7"),
        ("segfault", "signal 11 (SIGSEGV): a crash in native code"),
    ],
)
def test_a_process_that_ends_without_a_report(world: World, task: str, said: str) -> None:
    report, log = world.do(world.write("d.py", SLEEPER), task)
    assert isinstance(report.outcome, Failed)
    assert said in report.outcome.reason
    assert said in events(log)[-1]


def test_closed_descriptors_do_no_harm(world: World) -> None:
    report, _ = world.do(world.write("d.py", SLEEPER), "closed")
    assert isinstance(report.outcome, (Succeeded, Failed))
    assert report.pid > 0


def test_a_memory_limit_fails_only_the_task(make_world) -> None:
    world = make_world(memory_limit=1 << 30)
    file = world.write("d.py", SLEEPER)
    report, _ = world.do(file, "hog")
    assert isinstance(report.outcome, Failed)
    assert "memory" in report.outcome.reason
    assert world.do(file, "ok")[0].outcome == Succeeded()


@pytest.mark.chaos
def test_told_to_stop_calls_on_kill(world: World) -> None:
    file = world.write("d.py", SLEEPER)
    assignment = world.assignment(file, "killable")
    world.send(assignment)
    pid = pid_in(world)
    world.tell_to_stop(assignment)
    report = world.peer.finished(assignment)
    assert report.outcome == Failed(reason="it was cleared", may_retry=False)
    lines = events(world.log(assignment))
    assert "on_kill was called" in lines
    assert "The task is stopped: it was cleared." in lines
    until(lambda: not alive(pid), "the process ended")


@pytest.mark.chaos
@pytest.mark.parametrize("task", ["stubborn", "swallow"])
def test_who_ignores_sigterm_is_killed(world: World, task: str) -> None:
    file = world.write("d.py", SLEEPER)
    assignment = world.assignment(file, task)
    world.send(assignment)
    pid = pid_in(world)
    world.tell_to_stop(assignment)
    report = world.peer.finished(assignment)
    # It was killed: nobody has called its callbacks.
    assert report.outcome == Failed(reason="it was cleared", may_retry=False, uncalled=True)
    assert "SIGKILL" in " ".join(events(world.log(assignment)))
    assert not alive(pid)


@pytest.mark.chaos
@pytest.mark.parametrize("how", ["stop", "kill"])
def test_nothing_that_a_task_started_outlives_it(world: World, how: str) -> None:
    file = world.write("d.py", SLEEPER)
    assignment = world.assignment(file, "family")
    world.send(assignment)
    pids = [pid_in(world, name) for name in ("up", "child", "daemon")]
    assert all(alive(pid) for pid in pids)
    if how == "stop":
        world.tell_to_stop(assignment)
    else:
        os.kill(pids[0], signal.SIGKILL)
    world.peer.finished(assignment)
    until(lambda: not any(alive(pid) for pid in pids), f"all of {pids} ended")


def test_what_a_finished_task_left_behind_is_stopped_and_named(world: World) -> None:
    report, log = world.do(world.write("d.py", SLEEPER), "quick_family")
    assert values(report) == {"return_value": "done"}
    assert any("1 processes behind" in line and "sleep 602" in line for line in events(log))


def test_a_timeout_is_a_failure_that_may_be_retried(world: World) -> None:
    file = world.write("d.py", SLEEPER)
    report, log = world.do(file, "timeout", execution_timeout=0.3)
    assert isinstance(report.outcome, Failed)
    assert report.outcome.may_retry
    assert "execution_timeout of 0.3 s" in report.outcome.reason
    _, log = world.do(file, "killable_timeout", execution_timeout=0.3)
    assert "on_kill was called" in events(log)


@pytest.mark.chaos
def test_who_swallows_the_timeout_is_killed(world: World) -> None:
    report, _ = world.do(world.write("d.py", SLEEPER), "stubborn_timeout", execution_timeout=0.3)
    assert isinstance(report.outcome, Failed)
    assert report.outcome.may_retry
    assert "did not stop by itself" in report.outcome.reason


@pytest.mark.chaos
def test_tasks_outlive_the_parent_that_forked_them(world: World) -> None:
    file = world.write("d.py", SLEEPER.replace("time.sleep(600)", "time.sleep(1)"))
    assignment = world.assignment(file, "stay")
    world.send(assignment)
    pid = pid_in(world)
    parent = parent_of(pid)
    assert parent
    os.kill(parent, signal.SIGKILL)
    assert world.peer.finished(assignment).outcome == Succeeded()
    assert world.do(file, "ok")[0].outcome == Succeeded()


@pytest.mark.chaos
def test_the_nursery_is_replaced(world: World) -> None:
    file = world.write("d.py", SLEEPER)
    world.do(file, "ok")
    assert world.host is not None
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    nursery = next(pid for pid in pids if parent_of(pid) == world.host.pid)
    os.kill(nursery, signal.SIGKILL)
    assert world.do(file, "ok")[0].outcome == Succeeded()
    assert world.do(world.write("other.py", SLEEPER), "ok")[0].outcome == Succeeded()


def parent_of(pid: int) -> int | None:
    found = tree.stat(pid)
    return found[0] if found else None


@pytest.mark.chaos
def test_when_the_host_is_killed_its_tasks_end_and_the_next_host_reports_them_lost(world: World) -> None:
    file = world.write("d.py", SLEEPER)
    assignments = [world.assignment(file, task) for task in ("stay", "stubborn", "family")]
    pids = []
    for assignment in assignments:
        (world.dags / "up").unlink(missing_ok=True)
        world.send(assignment)
        pids.append(pid_in(world))
    pids += [pid_in(world, "child"), pid_in(world, "daemon")]
    assert world.host is not None
    os.kill(world.host.pid, signal.SIGKILL)
    world.host.wait()
    world.start()
    for assignment in assignments:
        report = world.peer.finished(assignment)
        assert isinstance(report.outcome, Lost)
        assert "without using up a retry" in events(world.log(assignment))[-1]
    until(lambda: not any(alive(pid) for pid in pids), f"all of {pids} ended")


@pytest.mark.chaos
def test_without_a_next_host_tasks_end_as_well(world: World) -> None:
    file = world.write("d.py", SLEEPER)
    assignment = world.assignment(file, "stubborn")
    world.send(assignment)
    pid = pid_in(world)
    assert world.host is not None
    os.kill(world.host.pid, signal.SIGKILL)
    until(lambda: not alive(pid), "the task ended")


@pytest.mark.chaos
def test_a_stopped_task_goes_on_when_continued(world: World) -> None:
    file = world.write("d.py", SLEEPER.replace("time.sleep(600)", "time.sleep(0.2)"))
    assignment = world.assignment(file, "stay")
    world.send(assignment)
    pid = pid_in(world)
    os.kill(pid, signal.SIGSTOP)
    until(lambda: world.peer.turn() or time.sleep(0.5) or True, "half a second")
    os.kill(pid, signal.SIGCONT)
    assert world.peer.finished(assignment).outcome == Succeeded()


@pytest.mark.chaos
def test_a_stopped_host_goes_on_when_continued(world: World) -> None:
    file = world.write("d.py", SLEEPER)
    world.do(file, "ok")
    assert world.host is not None
    os.kill(world.host.pid, signal.SIGSTOP)
    assignment = world.assignment(file, "ok")
    world.send(assignment)
    time.sleep(0.3)
    os.kill(world.host.pid, signal.SIGCONT)
    assert world.peer.finished(assignment).outcome == Succeeded()


@pytest.mark.chaos
def test_sigterm_to_the_task_alone_is_a_failure_and_with_the_host_a_drain(make_world) -> None:
    world = make_world(drain_grace=0.2, drain_kill_grace=1.0)
    file = world.write("d.py", SLEEPER)
    assignment = world.assignment(file, "stay")
    world.send(assignment)
    os.kill(pid_in(world), signal.SIGTERM)
    report = world.peer.finished(assignment)
    assert isinstance(report.outcome, Failed)
    assert report.outcome.may_retry
    (world.dags / "up").unlink()
    again = world.assignment(file, "stay")
    world.send(again)
    pid = pid_in(world)
    os.kill(pid, signal.SIGTERM)
    assert world.host is not None
    os.kill(world.host.pid, signal.SIGTERM)
    assert world.peer.finished(again).outcome == Lost(reason="the worker host was stopped")
    world.host.wait(10)
