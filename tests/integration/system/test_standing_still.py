"""SIGSTOP beyond the lease, then SIGCONT: what comes late is refused."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.system import load, oracle
from tests.integration.system.reaper import is_alive, kill
from tests.integration.system.world import OnPostgres, World, until
from tests.services import postgres_database

pytestmark = pytest.mark.chaos


def test_a_worker_host_that_stood_still(world: World) -> None:
    """It is given up; its late report is refused, and its task is stopped."""
    world.dags(slow=load.SLOW.replace("seconds=3", "seconds=2"), long=load.LONG)
    world.standalone()
    world.wait_for_dags("slow", "long")
    key = world.trigger("slow", "r")
    world.trigger("long", "r")
    world.begun(2)
    until(lambda: world.states(("long", "r")) == {"l": "running"}, "the start is recorded")
    until(lambda: world.states(key)["s"] == "running", "the start is recorded")
    tasks = world.find("task")
    host = world.one("worker-host")
    stopped_at = time.monotonic()
    os.kill(host.pid, signal.SIGSTOP)
    history = "select 1 from task_instance_history where dag_id='slow' and task_id='s'"
    until(lambda: world.rows(history), "the attempt is given up", 15)
    print(f"worker host stands still: given up after {time.monotonic() - stopped_at:.2f} s")
    late = world.trigger("chain", "late")
    assert world.facts("end", task="s"), "the first attempt has ended meanwhile"
    os.kill(host.pid, signal.SIGCONT)
    continued_at = time.monotonic()
    until(lambda: not any(is_alive(task) for task in tasks), "the old tasks are stopped", 5)
    print(f"worker host continued: old tasks stopped after {time.monotonic() - continued_at:.2f} s")
    world.wait_until_ended(key, late)
    assert len(world.facts("begin", task="s")) == 2
    world.begun(2, dag="long")
    assert world.one("worker-host") == host
    assert len(world.find("task")) == 1
    world.change("update dag_run set state='failed' where dag_id='long'")
    until(lambda: not world.find("task"), "the long task is stopped")
    oracle.check(world, key, late)


def test_a_worker_host_that_never_comes_back(world: World) -> None:
    """It is killed, and another one takes its place."""
    world.dags(chain=load.CHAIN)
    world.standalone()
    world.wait_for_dags("chain")
    host = world.one("worker-host")
    os.kill(host.pid, signal.SIGSTOP)
    key = world.trigger("chain", "r")
    until(lambda: not is_alive(host), "the host is killed", 60)
    world.wait_until_ended(key)
    oracle.check(world, key)


def test_a_scheduler_that_stood_still_alone(running: World) -> None:
    """On SQLite nobody can take over: it goes on."""
    key = running.trigger("fan", "r")
    running.begun(2)
    scheduler = running.one("scheduler")
    os.kill(scheduler.pid, signal.SIGSTOP)
    time.sleep(6)
    second = running.run("scheduler")
    assert second.returncode == 1
    assert str(scheduler.pid) in second.stderr and "running" in second.stderr, second.stderr
    os.kill(scheduler.pid, signal.SIGCONT)
    running.wait_until_ended(key)
    assert running.one("scheduler") == scheduler
    oracle.check(running, key)


@pytest.mark.parametrize(
    "component", ["api-server", "dag-processor", "data-server", "nursery", "parent", "task"]
)
def test_others_go_on_where_they_stood(running: World, component: str) -> None:
    keys = [running.trigger(dag, "r") for dag in load.FILES]
    who = until(lambda: running.find(component), f"there is a {component}")[0]
    kill(who, signal.SIGSTOP)
    time.sleep(2.5)
    kill(who, signal.SIGCONT)
    running.wait_until_ended(*keys)
    oracle.check(running, *keys)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[OnPostgres, OnPostgres]]:
    """Two homes on one PostgreSQL database, with the same DAG files."""
    with postgres_database() as url:
        worlds = OnPostgres(tmp_path / "a", url), OnPostgres(tmp_path / "b", url)
        for world in worlds:
            world.dags(long=load.LONG.replace("60", "12"), chain=load.CHAIN)
        try:
            yield worlds
        finally:
            for world in worlds:
                world.stop_all()
            worlds[0].end()


@pytest.mark.postgres
def test_a_second_scheduler_takes_over(pair: tuple[OnPostgres, OnPostgres]) -> None:
    first, second = pair
    assert first.run("db", "migrate").returncode == 0
    one = first.start("scheduler")
    until(lambda: first.rows("select 1 from dag where dag_id='chain'"), "the DAGs are there")
    two = second.start("scheduler")
    log = second.home / "logs" / "scheduler.log"
    until(lambda: log.exists() and "stands by" in log.read_text(), "the second one stands by")
    assert first.run("dags", "trigger", "chain", "-r", "r0").returncode == 0
    first.wait_until_ended(("chain", "r0"))
    assert two.poll() is None and "started" not in log.read_text()
    os.kill(one.pid, signal.SIGSTOP)
    stopped_at = time.monotonic()
    assert first.run("dags", "trigger", "chain", "-r", "r").returncode == 0
    second.wait_until_ended(("chain", "r"))
    print(f"second scheduler: run ended {time.monotonic() - stopped_at:.2f} s after the first stood still")
    os.kill(one.pid, signal.SIGCONT)
    until(lambda: one.poll() is not None, "the first one ends", 10)
    assert one.returncode == 1
    assert "Another scheduler took over" in first.printed("scheduler")
    assert two.poll() is None
    assert second.run("dags", "trigger", "chain", "-r", "r2").returncode == 0
    second.wait_until_ended(("chain", "r2"))
    begun = [fact["attempt"] for world in pair for fact in world.facts("begin")]
    assert len(begun) == len(set(begun)) == 18
