"""kill -9 of each process under load: runs end as without it."""

from __future__ import annotations

import os
import random
import time

import pytest
from tests.integration.system import load, oracle
from tests.integration.system.world import TITLES, OnPostgres, World, until

pytestmark = pytest.mark.chaos


def put_load(world: World, rounds: int = 2, prefix: str = "r") -> list[tuple[str, str]]:
    return [world.trigger(dag, f"{prefix}{n}") for n in range(rounds) for dag in load.FILES]


def test_without_any_fault(running: World) -> None:
    keys = put_load(running)
    running.wait_until_ended(*keys)
    oracle.check(running, *keys)


@pytest.mark.parametrize("component", sorted(TITLES))
def test_kill_one(running: World, component: str) -> None:
    keys = put_load(running)
    running.begun(4)
    time.sleep(random.random() * 0.3)
    killed = until(lambda: running.kill(component), f"a {component} is there to be killed")
    began = time.monotonic()
    more = put_load(running, 1, "later")
    running.wait_until_ended(*keys, *more)
    print(f"{component}: all ended {time.monotonic() - began:.2f} s after the kill")
    running.dags(fresh=load.HEAD + "with dag('fresh'): do('x')")
    running.wait_for_dags("fresh")
    if component not in {"task", "parent"}:
        again = until(lambda: running.find(component), f"{component} is started again")
        assert again[0] != killed
    oracle.check(running, *keys, *more)


def test_kill_everything_at_once(running: World) -> None:
    keys = put_load(running)
    running.begun(6)
    time.sleep(random.random() * 0.3)
    running.kill_everything()
    began = time.monotonic()
    running.standalone()
    print(f"all: answers {time.monotonic() - began:.2f} s after the new start")
    running.wait_until_ended(*keys)
    print(f"all: all ended {time.monotonic() - began:.2f} s after the new start")
    oracle.check(running, *keys)


def test_kill_the_supervisor_alone(running: World) -> None:
    """The kernel tells its children to end; nothing is left, and a new one goes on."""
    keys = put_load(running)
    running.begun(4)
    process = running.processes.pop("standalone")
    process.kill()
    process.wait()
    began = time.monotonic()
    until(lambda: not running.reaper.living(), lambda: str(running.reaper.show()), 10)
    print(f"supervisor: nothing is left {time.monotonic() - began:.2f} s after its kill")
    running.standalone()
    running.wait_until_ended(*keys)
    oracle.check(running, *keys)


def test_running_tasks_do_not_notice_that_the_scheduler_is_killed(world: World) -> None:
    world.dags(slow=load.SLOW)
    world.standalone()
    world.wait_for_dags("slow")
    key = world.trigger("slow", "r")
    task = world.begun(task="s")[0]["pid"]
    killed = world.kill("scheduler")
    again = until(lambda: world.find("scheduler"), "the scheduler is started again")
    assert again[0] != killed
    assert [who.pid for who in world.find("task")] == [task]
    world.wait_until_ended(key)
    assert len(world.facts("begin", task="s")) == 1
    ended, next_began = world.facts("end", task="s")[0]["at"], world.facts("begin", task="t")[0]["at"]
    assert next_began - ended < 0.5
    oracle.check(world, key)


def test_a_result_that_came_while_no_scheduler_was_there_is_kept(world: World) -> None:
    """The scheduler is away for longer than the task runs; the host keeps the result for the next one."""
    world.dags(slow=load.SLOW.replace("seconds=3", "seconds=0.7"))
    world.start("scheduler")
    world.wait_for_dags("slow")
    assert world.run("dags", "trigger", "slow", "-r", "r").returncode == 0
    world.begun(task="s")
    world.processes["scheduler"].kill()
    world.processes.pop("scheduler").wait()
    until(lambda: world.facts("end", task="s"), "the task ends")
    until(lambda: not world.find("task"), "its process ends")
    assert world.states(("slow", "r"))["s"] == "running"
    began = time.monotonic()
    world.start("scheduler")
    world.wait_until_ended(("slow", "r"))
    print(f"scheduler away: run ended {time.monotonic() - began:.2f} s after the new start")
    assert len(world.facts("begin", task="s")) == 1
    oracle.check(world, ("slow", "r"))


def test_lost_attempts_are_repeated_and_said_so(world: World) -> None:
    world.dags(slow=load.SLOW)
    world.standalone()
    world.wait_for_dags("slow")
    key = world.trigger("slow", "r")
    first = world.begun(task="s")[0]
    world.kill("worker-host")
    killed_at = time.time()
    second = world.begun(2, task="s")[1]
    print(f"worker host: lost task began again {second['at'] - killed_at:.2f} s after the kill")
    assert second["at"] - killed_at < 10
    assert second["attempt"] != first["attempt"]
    log = world.task_log(*key, "s", 1)
    assert "lost" in log and "without using up a retry" in log, log
    world.wait_until_ended(key)
    oracle.check(world, key)


def test_chaos(running: World) -> None:
    """Kills at random moments, one after the other, while runs are made all the time."""
    play(running)


@pytest.mark.postgres
def test_chaos_on_postgresql(on_postgres: OnPostgres) -> None:
    """The same with a database server."""
    on_postgres.dags(**load.FILES)
    assert on_postgres.run("db", "migrate").returncode == 0
    on_postgres.standalone()
    on_postgres.wait_for_dags(*load.FILES)
    play(on_postgres)


def play(running: World) -> None:
    rounds = int(os.environ.get("TRADEWIND_CHAOS_ROUNDS", "3"))
    seed = int(os.environ.get("TRADEWIND_CHAOS_SEED", random.randrange(1 << 30)))
    print(f"TRADEWIND_CHAOS_SEED={seed}")
    dice = random.Random(seed)
    keys: list[tuple[str, str]] = []
    for number in range(rounds):
        keys += put_load(running, 1, f"chaos{number}-")
        time.sleep(dice.random() * 1.5)
        if dice.random() < 0.15:
            running.kill_everything()
            running.standalone()
        else:
            victim = dice.choice(sorted(set(TITLES) - {"task"}))
            print("kill", victim, running.kill(victim))
    running.wait_until_ended(*keys, seconds=20 + rounds)
    oracle.check(running, *keys)
