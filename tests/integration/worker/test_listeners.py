"""Listeners in a task's process: what they do, and how long they take, changes nothing for the task."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.worker.world import World, events

from tradewind.domain.events import Failed

FILE = """
from datetime import timedelta
from airflow import DAG
from airflow.operators.python import PythonOperator

with DAG("d", schedule=None):
    PythonOperator(
        task_id="limited", python_callable=lambda: print("ran"), execution_timeout=timedelta(seconds=0.2)
    )
"""
PLUGIN = """
import time
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

class Slow:
    @hookimpl
    def on_task_instance_running(self, task_instance):
        time.sleep(0.6)
        print("told")

class Listening(AirflowPlugin):
    name = "listening"
    listeners = [Slow()]
"""


@pytest.fixture
def world(tmp_path: Path):
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "listening.py").write_text(PLUGIN)
    made = World(tmp_path)
    made.write("d.py", FILE)
    made.start()
    yield made
    made.stop()


def test_a_time_out_that_falls_due_meanwhile_comes_when_they_have_ended(world: World) -> None:
    report, log = world.do(world.dags / "d.py", "limited")
    assert isinstance(report.outcome, Failed)
    assert "longer than its execution_timeout of 0.2 s" in report.outcome.reason
    assert "told" in events(log) and "ran" not in events(log)
