"""The processes that import DAG files: kept, closed, crashed, endless."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from tests.integration.worker.test_outcomes import HEAD, values
from tests.integration.worker.world import World, alive, events, until

from tradewind.domain.events import Failed, Succeeded
from tradewind.domain.messages.report import Finished
from tradewind.worker import tree

SIMPLE = (
    HEAD + 'with DAG("d", schedule=None):\n    do("a", os.getppid)\n    do("nap", lambda: time.sleep(0.05))\n'
)


def parent_pid(world: World, file) -> int:
    return values(world.do(file, "a")[0])["return_value"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("os._exit(3)", "exit code 3"),
        ("os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("raise SystemExit(1)", "SystemExit"),
        ("time.sleep(600)", "took longer than 0.5 s"),
    ],
)
def test_a_file_that_cannot_be_imported_fails_its_tasks_and_no_others(
    make_world, line: str, said: str
) -> None:
    world = make_world(import_timeout=0.5)
    good = world.write("good.py", SIMPLE)
    bad = world.write("bad.py", HEAD + line + "\n")
    report, log = world.do(bad, "a")
    assert isinstance(report.outcome, Failed)
    assert said in " ".join(events(log))
    assert isinstance(world.do(good, "a")[0].outcome, Succeeded)


def test_an_import_that_ignores_its_timeout_is_killed(make_world) -> None:
    world = make_world(import_timeout=0.2, import_kill_after=0.5)
    bad = world.write(
        "bad.py",
        HEAD + "while True:\n    try:\n        time.sleep(600)\n    except BaseException:\n        pass\n",
    )
    report, log = world.do(bad, "a")
    assert isinstance(report.outcome, Failed)
    assert "SIGKILL" in " ".join(events(log))


def test_what_importing_prints_is_in_the_log(world: World) -> None:
    _, log = world.do(world.write("d.py", SIMPLE + 'print("imported!")\n'), "a")
    assert "imported!" in events(log)


def test_an_unused_parent_is_closed_and_started_again(make_world) -> None:
    world = make_world(idle_parent_seconds=0.3)
    file = world.write("d.py", SIMPLE)
    first = parent_pid(world, file)
    until(lambda: not alive(first), "the parent ended")
    assert parent_pid(world, file) != first


def test_the_least_recently_used_parent_makes_room(make_world) -> None:
    world = make_world(max_parents=2)
    files = [world.write(f"f{number}.py", SIMPLE) for number in range(3)]
    pids = [parent_pid(world, file) for file in files]
    until(lambda: not alive(pids[0]), "the first parent ended")
    assert alive(pids[1])
    assert alive(pids[2])


def test_a_parent_is_renewed_at_its_age(make_world) -> None:
    world = make_world(parent_max_age=0.2)
    file = world.write("d.py", SIMPLE)
    first = parent_pid(world, file)
    time.sleep(0.25)
    assert parent_pid(world, file) != first


def test_a_host_whose_home_was_removed_ends(world: World) -> None:
    assert world.host is not None
    (world.run / "host.lock").unlink()
    world.host.wait(10)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_killed_every_assignment_is_answered_and_nothing_is_left(world: World, seed: int) -> None:
    dice = random.Random(seed)
    file = world.write("d.py", SIMPLE)
    assignments = [world.assignment(file, "nap") for _ in range(60)]
    answered: dict[str, Finished] = {}
    world.peer.on_finished = lambda report: answered.setdefault(report.attempt_id, report) and None
    waiting = list(assignments)
    kills = 0
    seen: set[int] = set()
    while len(answered) < len(assignments):
        if world.peer.hello is not None and waiting:
            world.send(*waiting[:6])
            del waiting[:6]
        world.peer.turn(0.02)
        if world.host is not None and kills < 12 and dice.random() < 0.3:
            kills += 1
            kill_something(world, dice, seen)
            unanswered = [
                each for each in assignments if each not in waiting and each.attempt_id not in answered
            ]
            if world.host.poll() is not None:
                world.start()
                waiting += unanswered  # as the scheduler does with work addressed to a host that is gone
    assert world.host is not None
    pids = tree.descendants(world.host.pid)
    os.kill(world.host.pid, signal.SIGKILL)
    world.host.wait()
    until(lambda: not any(alive(pid) for pid in pids), f"{pids} ended")


def kill_something(world: World, dice: random.Random, seen: set[int]) -> None:
    assert world.host is not None
    below = tree.descendants(world.host.pid)
    seen.update(below)
    victim = dice.choice([*below, *below, world.host.pid])
    tree.kill(victim, signal.SIGKILL)
    if victim == world.host.pid:
        world.host.wait()
