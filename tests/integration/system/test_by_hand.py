"""People's own SQL: noticed within a moment, and what ran for it is stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from tests.integration.system import load, oracle
from tests.integration.system.reaper import is_alive
from tests.integration.system.world import World, until

SOON = 1.5
"""Seconds within which a change by hand is noticed, and a moment for the process to end."""
KEY = ("long", "r")


@pytest.fixture
def long(world: World) -> Iterator[World]:
    """A system in which a task runs for a minute."""
    world.dags(long=load.LONG, slow=load.SLOW)
    world.standalone()
    world.wait_for_dags("long", "slow", "chain")
    world.trigger(*KEY)
    world.begun(dag="long")
    until(lambda: world.states(KEY) == {"l": "running"}, "the start is recorded")
    yield world


def stopped_soon(world: World, *sql: str) -> None:
    task = world.one("task")
    world.change(*sql)
    began = time.monotonic()
    until(lambda: not is_alive(task), f"the task of {sql} is stopped", SOON + 1)
    took = time.monotonic() - began
    print(f"{sql[0]!r}: process gone after {took:.2f} s")
    assert took < SOON


def goes_on(world: World) -> None:
    """The scheduler has taken no harm."""
    key = world.trigger("chain", f"after{time.time()}")
    world.wait_until_ended(key)
    oracle.check(world, key, orphans=True)


def test_a_deleted_run(long: World) -> None:
    stopped_soon(
        long, "delete from task_instance where dag_id='long'", "delete from dag_run where dag_id='long'"
    )
    goes_on(long)
    assert long.run_state(KEY) is None


@pytest.mark.parametrize("state", ["failed", "success"])
def test_a_run_that_is_ended_by_hand(long: World, state: str) -> None:
    stopped_soon(long, f"update dag_run set state='{state}' where dag_id='long'")
    goes_on(long)
    assert long.run_state(KEY) == state


@pytest.mark.parametrize("state", ["failed", "success", "skipped"])
def test_a_task_that_is_ended_by_hand(long: World, state: str) -> None:
    stopped_soon(long, f"update task_instance set state='{state}' where dag_id='long'")
    long.wait_until_ended(KEY)
    assert long.states(KEY) == {"l": state}
    assert long.run_state(KEY) == ("failed" if state == "failed" else "success")
    goes_on(long)


def test_a_task_that_is_cleared_by_hand(long: World) -> None:
    """The recipe of many answers on the net: set the state to NULL, and it runs again."""
    first = long.facts("begin")[0]
    stopped_soon(long, "update task_instance set state=null where dag_id='long'")
    again = long.begun(2, dag="long")[1]
    assert again["pid"] != first["pid"]
    goes_on(long)


def test_a_task_whose_row_is_deleted(long: World) -> None:
    """The run does not wait for ever for what is not there."""
    stopped_soon(long, "delete from task_instance where dag_id='long'")
    until(lambda: long.run_state(KEY) in {"success", "failed"} or len(long.facts("begin")) > 1, "it goes on")
    goes_on(long)


def test_a_waiting_task_that_is_ended_by_hand(long: World) -> None:
    """One that has not begun: what follows goes on."""
    key = long.trigger("slow", "r")
    long.begun(dag="slow")
    long.change("update task_instance set state='success' where dag_id='slow' and task_id='t'")
    long.wait_until_ended(key)
    assert not long.facts("begin", task="t")
    assert long.states(key) == {"s": "success", "t": "success"}


def test_the_articles_clean_up(long: World) -> None:
    """A DAG that is removed from every table, by a script that knows Airflow's tables."""
    (long.home / "dags" / "long.py").unlink()
    tables = ("xcom", "task_instance", "sla_miss", "log", "job", "dag_run", "dag")
    stopped_soon(long, *(f"delete from {table} where dag_id='long'" for table in tables))
    goes_on(long)
    until(
        lambda: not long.rows("select 1 from dag where dag_id='long' and not is_stale"), "the DAG stays away"
    )
    long.dags(long=load.LONG.replace("60", "0"))
    until(lambda: long.rows("select 1 from dag where dag_id='long' and not is_stale"), "the DAG is back")
    key = long.trigger("long", "back")
    long.wait_until_ended(key)
    oracle.check(long, key, orphans=True)


def test_a_pause_by_hand(long: World) -> None:
    long.change("update dag set is_paused=1 where dag_id='chain'")
    time.sleep(SOON)
    key = long.trigger("chain", "paused")
    time.sleep(0.5)
    assert not long.facts("begin", dag="chain")
    long.change("update dag set is_paused=0 where dag_id='chain'")
    long.begun(dag="chain")
    long.wait_until_ended(key)
