"""Assets with real processes: what tasks tell each other through them, and kill -9 in between."""

from __future__ import annotations

import random
import time

import pytest
from tests.integration.system import load
from tests.integration.system.world import World, until

pytestmark = pytest.mark.chaos

FILE = (
    load.HEAD
    + """
from airflow.sdk import Asset, AssetAlias, DAG, asset, task

a, b = Asset(name="a", uri="s3://a"), Asset("b")

with DAG("produce", schedule=None, is_paused_upon_creation=False):
    @task(outlets=[a])
    def make(outlet_events, dag_run):
        outlet_events[a].extra = {"run": dag_run.run_id}
        return 7
    make()

with DAG("consume", schedule=a | b, max_active_runs=2, is_paused_upon_creation=False):
    @task(inlets=[a])
    def read(triggering_asset_events, inlet_events):
        events = triggering_asset_events[a]
        return [[one.extra["run"] for one in events], events[0].source_task_instance.xcom_pull(),
                len(inlet_events[a]) >= len(events)]
    read()

@asset(schedule=a, is_paused_upon_creation=False)
def c(a):
    return a.uri
"""
)


def runs_told(world: World) -> list[str]:
    """The producer's runs, as often as runs of ``consume`` were told of them."""
    rows = world.rows(
        "select e.source_run_id from dagrun_asset_event l join asset_event e on e.id = l.event_id"
        " join dag_run r on r.id = l.dag_run_id where r.dag_id = 'consume'"
    )
    return sorted(row[0] for row in rows)


def consumed(world: World) -> bool:
    """Whether nothing waits any more, and all runs have ended."""
    waiting = world.rows("select 1 from asset_dag_run_queue where target_dag_id = 'consume'")
    active = world.rows("select 1 from dag_run where state in ('queued', 'running')")
    return not waiting and not active


def test_a_task_tells_another_dag_what_it_did(running: World) -> None:
    """§1.11 events with extra, triggering_asset_events, inlet_events, @asset."""
    running.dags(assets=FILE)
    running.wait_for_dags("produce", "consume", "c")
    running.wait_until_ended(running.trigger("produce", "one"))
    until(lambda: running.rows("select 1 from dag_run where dag_id = 'c' and state = 'success'"), "c has run")
    until(lambda: runs_told(running) == ["one"] and consumed(running), "the consumer has run")
    values = running.rows("select value from xcom where dag_id in ('consume', 'c') order by dag_id")
    assert [row[0] for row in values] == ['"s3://a/"', '[["one"],7,true]']


def test_no_event_is_lost_or_told_twice_when_the_scheduler_is_killed(running: World) -> None:
    running.dags(assets=FILE)
    running.wait_for_dags("produce", "consume")
    keys = []
    for number in range(12):
        keys.append(running.trigger("produce", f"r{number:02}"))
        if number % 4 == 3:
            time.sleep(random.random() * 0.2)
            running.kill("scheduler")
    running.wait_until_ended(*keys)
    until(lambda: consumed(running), "every update has been consumed")
    assert runs_told(running) == [f"r{number:02}" for number in range(12)]
