"""§1.15 Callbacks of a task: whatever they do, its end stays what it was, and is reported."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.worker.world import World, alive, events, until

from tradewind.domain.events import Failed, Skipped, Succeeded

FILE = """
import os, signal, sys, time
from airflow import DAG
from airflow.exceptions import AirflowSkipException
from airflow.operators.python import PythonOperator

def fails(context):
    raise ValueError("a bad callback")

def leaves(context):
    sys.exit(3)

def hangs(context):
    print("hanging")
    time.sleep(600)

def lingers(context):
    time.sleep(1.5)
    print("lingered")

def waits(context):
    print("waiting")
    while not os.path.exists(os.environ["AIRFLOW_HOME"] + "/go"):
        time.sleep(0.01)

def blocks(context):
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGTERM])
    hangs(context)

def dies(context):
    os.kill(os.getpid(), signal.SIGKILL)

def says(context):
    print("called with", context["ti"].state, repr(context.get("exception")))

class Unreadable(PythonOperator):
    @property
    def on_success_callback(self):
        if os.getpid() == self.pid:
            return None
        raise ValueError("nobody may look")

    @on_success_callback.setter
    def on_success_callback(self, value):
        self.pid = os.getpid()  # where the file is imported

def notes(context):
    context["ti"].note = "noted by a callback"

def notes_first(**context):
    context["ti"].note = "noted by the task"

def skip():
    raise AirflowSkipException("no need")

def boom():
    raise ValueError("boom")

with DAG("d", schedule=None):
    def do(name, function=lambda: 5, **more):
        PythonOperator(task_id=name, python_callable=function, **more)
    do("raising", on_success_callback=[fails, leaves, says])
    Unreadable(task_id="unreadable", python_callable=lambda: 5)
    do("noting", on_success_callback=[waits, notes])
    do("noting_anew", notes_first, on_success_callback=[waits, notes])
    do("noted", notes_first, on_success_callback=waits)
    do("hanging", on_success_callback=[hangs, says])
    do("blocking", on_success_callback=blocks)
    do("dying", on_success_callback=dies)
    do("waiting", on_success_callback=waits)
    do("skipped", skip, on_skipped_callback=dies)
    do("failing", boom, on_failure_callback=[says, dies])
    do("lingering", boom, on_failure_callback=lingers)
    do("retried", boom, retries=1, on_retry_callback=dies)
"""


@pytest.fixture
def world(tmp_path: Path):
    made = World(tmp_path, success_overtime=1.0)
    made.write("d.py", FILE)
    made.start()
    yield made
    made.stop()


def do(world: World, task_id: str, **more):
    return world.do(world.dags / "d.py", task_id, **more)


def test_one_that_raises_or_exits(world: World) -> None:
    """The next one is called all the same."""
    report, log = do(world, "raising")
    assert report.outcome == Succeeded(called=True)
    assert "called with success None" in events(log)
    assert any("a bad callback" in line.get("exception", "") for line in log)


def test_those_that_cannot_be_read(world: World) -> None:
    report, log = do(world, "unreadable")
    assert report.outcome == Succeeded()
    assert any("nobody may look" in line.get("exception", "") for line in log)


@pytest.mark.parametrize(
    ("task_id", "told"),
    [
        ("noting", [None, "noted by a callback"]),
        ("noting_anew", ["noted by the task", "noted by a callback"]),
        ("noted", ["noted by the task", None]),
    ],
)
def test_a_note_that_one_changes_is_told_with_the_second_word(world: World, task_id: str, told) -> None:
    """Where the first one is recorded, one that was left alone is not told again."""
    assignment = world.assignment(world.dags / "d.py", task_id)
    world.send(assignment)
    journal = world.run / "journal"
    world.peer.until(
        lambda: any(b"Forgotten" in file.read_bytes() for file in journal.iterdir()),
        "the host knows that the first word is recorded",
    )
    (world.folder / "go").touch()
    world.peer.finished(assignment)
    assert [word.note for word in world.peer.words(assignment)] == told


def test_a_success_is_told_before_its_callbacks_are_called(world: World) -> None:
    """With all that belongs to it; that they have ended is another word, and nothing stops them."""
    assignment = world.assignment(world.dags / "d.py", "waiting")
    world.send(assignment)
    first = world.peer.until(lambda: world.peer.words(assignment), "its end is told")[0]
    assert (first.outcome, [xcom.value for xcom in first.xcoms]) == (Succeeded(calling=True), ["5"])
    world.peer.until(lambda: "waiting" in log_if_any(world, assignment), "the callback runs")
    world.tell_to_stop(assignment)
    world.peer.drop()
    hello = world.peer.until(lambda: world.peer.hello, "the host is back")
    held = [each.calling for each in hello.holds if each.attempt_id == assignment.attempt_id]
    assert len(held) == len(hello.holds) and held[0], "after it, at most its word that nobody confirmed yet"
    (world.folder / "go").touch()
    assert world.peer.finished(assignment).outcome == Succeeded(called=True)


def test_a_host_that_dies_under_the_callbacks_of_a_success(world: World) -> None:
    """The next one says that somebody else has to call them, and no more."""
    assignment = world.assignment(world.dags / "d.py", "waiting")
    world.send(assignment)
    world.peer.until(lambda: "waiting" in log_if_any(world, assignment), "the callback runs")
    world.peer.until(lambda: world.peer.words(assignment), "its end is told")
    assert world.host is not None
    world.host.kill()
    world.host.wait()
    world.start()
    assert world.peer.finished(assignment).outcome == Succeeded(called=True, uncalled=True)
    assert not any("lost" in text for text in events(world.log(assignment)))


@pytest.mark.parametrize("recorded", [True, False])
def test_the_last_word_on_a_success_repeats_what_is_not_recorded(world: World, recorded: bool) -> None:
    """And nothing else: XComs may be long."""
    world.peer.acknowledge = recorded
    assignment = world.assignment(world.dags / "d.py", "waiting")
    world.send(assignment)
    world.peer.until(lambda: world.peer.words(assignment), "its end is told")
    (world.folder / "go").touch()
    world.peer.until(lambda: len(world.peer.words(assignment)) == 2, "its callbacks have ended")
    first, last = world.peer.words(assignment)
    brought = [(xcom.key, xcom.value) for xcom in first.xcoms], first.rendered_fields
    assert brought[0] == [("return_value", "5")] and brought[1] is not None
    repeated = [(xcom.key, xcom.value) for xcom in last.xcoms], last.rendered_fields
    assert repeated == (([], None) if recorded else brought)
    assert last.outcome == Succeeded(called=True)


def test_one_that_hangs_after_a_success_is_interrupted_when_its_overtime_is_up(world: World) -> None:
    """``[core] task_success_overtime``; the limit of all callbacks, 300 s, would hold up the tasks below."""
    report, log = do(world, "hanging")
    assert report.outcome == Succeeded(called=True)
    assert any("longer than 1 s" in str(line) for line in log)


def test_the_overtime_of_a_success_does_not_bind_other_callbacks(world: World) -> None:
    report, log = do(world, "lingering")
    assert report.outcome == Failed(reason="ValueError: boom")
    assert "lingered" in events(log)


def test_one_that_cannot_be_interrupted_is_killed_and_not_called_again(world: World) -> None:
    report, log = do(world, "blocking")
    assert report.outcome == Succeeded(called=True)
    assert any("its callbacks took longer than 1 s" in text for text in events(log))
    until(lambda: not alive(report.pid), "the process is gone")


@pytest.mark.parametrize(
    ("task_id", "more", "outcome"),
    [
        ("dying", {}, Succeeded(called=True, uncalled=True)),
        ("skipped", {}, Skipped(reason="no need", uncalled=True)),
        ("failing", {}, Failed(reason="ValueError: boom", uncalled=True)),
        ("retried", {"max_tries": 1}, Failed(reason="ValueError: boom", uncalled=True)),
    ],
)
def test_one_that_kills_its_process(world: World, task_id: str, more, outcome) -> None:
    """The end is kept; the callbacks are to be called anew, by another process."""
    report, log = do(world, task_id, **more)
    assert report.outcome == outcome
    assert any("While it called its callbacks" in text and "SIGKILL" in text for text in events(log))


def test_a_drain_under_a_callback_keeps_the_end(world: World) -> None:
    assignment = world.assignment(world.dags / "d.py", "blocking")
    world.send(assignment)
    world.peer.until(lambda: "hanging" in str(log_if_any(world, assignment)), "the callback runs")
    assert world.host is not None
    world.host.terminate()
    assert isinstance(world.peer.finished(assignment).outcome, Succeeded)


def log_if_any(world: World, assignment) -> list[str]:
    path = world.logs / assignment.log_path
    return events(world.log(assignment)) if path.exists() else []
