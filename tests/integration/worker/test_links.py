"""Extra links, computed when a task has ended: whatever they do, its end stays what it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.worker.world import World, alive, events, until

from tradewind.domain.events import Failed, Succeeded

FILE = """
import os, signal, time
from airflow import DAG
from airflow.models.baseoperator import BaseOperatorLink
from airflow.operators.python import PythonOperator

def boom():
    raise ValueError("boom")

def block():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGTERM])
    print("blocking")
    time.sleep(600)

def called(context):
    print("called")

def do(name, action, function=lambda: 5, **more):
    class Link(BaseOperatorLink):
        name = "a link"

        def get_link(self, operator, *, ti_key):
            return action()

    class Linked(PythonOperator):
        operator_extra_links = (Link(),)

    Linked(task_id=name, python_callable=function, **more)

with DAG("d", schedule=None):
    do("slow", lambda: time.sleep(2))
    do("leaving", lambda: os._exit(3))
    do("leaving_failed", lambda: os._exit(3), boom)
    do("blocking", block, on_success_callback=called)
    do("forking", lambda: print("link in", os.fork() and "parent"), on_success_callback=called)
"""


@pytest.fixture
def world(tmp_path: Path):
    made = World(tmp_path, success_overtime=3.0, timeout_grace=0.5)
    made.write("d.py", FILE)
    made.start()
    yield made
    made.stop()


def do(world: World, task_id: str, **more):
    return world.do(world.dags / "d.py", task_id, **more)


def test_the_time_limit_of_the_task_is_not_that_of_its_links(world: World) -> None:
    report, _ = do(world, "slow", execution_timeout=0.5)
    assert report.outcome == Succeeded()


@pytest.mark.parametrize(
    ("task_id", "outcome"),
    [
        ("leaving", Succeeded(uncalled=True)),
        ("leaving_failed", Failed(reason="ValueError: boom", uncalled=True)),
    ],
)
def test_one_that_ends_its_process(world: World, task_id: str, outcome) -> None:
    """The end is kept; another process calls what callbacks there are."""
    report, log = do(world, task_id)
    assert report.outcome == outcome
    assert any("While it computed its links" in text for text in events(log))
    if task_id == "leaving":
        assert [xcom.value for xcom in report.xcoms] == ["5"]


def test_one_that_cannot_be_interrupted_is_killed(world: World) -> None:
    """Its success is told when it is gone; the callbacks that it held up are called by another process."""
    report, log = do(world, "blocking")
    assert report.outcome == Succeeded(uncalled=True)
    assert any("its links took longer than 3 s" in text for text in events(log))
    until(lambda: not alive(report.pid), "the process is gone")


def test_a_process_that_one_forks_calls_no_callbacks(world: World) -> None:
    report, log = do(world, "forking")
    assert report.outcome == Succeeded(called=True)
    assert events(log).count("called") == 1
