"""Listeners of plug-ins: told of task instances in their processes, of runs and assets by a plug-in host."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.integration.system import load
from tests.integration.system.world import World, until

pytestmark = pytest.mark.chaos

PLUGIN = """
from airflow.plugins_manager import AirflowPlugin
import heard, others

class Listening(AirflowPlugin):
    name = "listening"
    listeners = [heard, others.Others()]
"""
HEARD = """
import json, os, time
from airflow.listeners import hookimpl

def write(what, **more):
    with open(os.environ["AIRFLOW_HOME"] + "/heard", "a") as file:
        file.write(json.dumps({"what": what, **more}) + chr(10))

@hookimpl
def on_starting(component):
    write("starting", component=type(component).__name__)

@hookimpl
def on_task_instance_running(previous_state, task_instance, session):
    write("running", task=task_instance.task_id, previous=previous_state, fields=task_instance.task.op_args)

@hookimpl
def on_task_instance_success(task_instance):
    write("success", task=task_instance.task_id, state=task_instance.state)

@hookimpl
def on_task_instance_failed(previous_state, task_instance, error):
    write("failed", task=task_instance.task_id, error=str(error), previous=previous_state)

@hookimpl
def on_task_instance_skipped(task_instance):
    write("skipped", task=task_instance.task_id)

@hookimpl
def on_dag_run_running(dag_run):
    write("run running", run=dag_run.run_id, state=dag_run.state)

@hookimpl
def on_dag_run_success(dag_run, msg):
    states = {one.task_id: one.state for one in dag_run.get_task_instances()}
    fine = dag_run.get_task_instance("fine")
    try:
        fine.xcom_pull(task_ids="fine")
    except Exception as error:
        refused = str(error)
    write("instances", run=dag_run.run_id, states=states, tried=fine.try_number, took=fine.duration > 0,
        skipped=[one.task_id for one in dag_run.get_task_instances(state="skipped")], refused=refused)
    write("run success", run=dag_run.run_id, dag=dag_run.dag_id)

@hookimpl
def on_dag_run_failed(dag_run, msg):
    write("run failed", run=dag_run.run_id, msg=msg)
    raise ValueError("a bad listener")

@hookimpl
def on_asset_changed(asset):
    write("changed", asset=asset.name, uri=asset.uri)
"""
OTHERS = """
import time
from airflow.listeners import hookimpl
from heard import write

class Others:
    @hookimpl
    def on_task_instance_running(self, task_instance):
        if task_instance.task_id == "hung":
            time.sleep(600)
        raise ValueError("another bad listener")

    @hookimpl(specname="on_dag_run_success", tryfirst=True)
    def hangs(self, dag_run):
        write("hanging", run=dag_run.run_id)
        if dag_run.run_id == "slow":
            time.sleep(600)
"""
FILE = (
    load.HEAD
    + """
from airflow.sdk import Asset
from airflow.exceptions import AirflowSkipException
from airflow.operators.python import PythonOperator

def skips():
    raise AirflowSkipException

def boom():
    raise ValueError("boom")

with dag("well"):
    b = Asset("b", "s3://a/b")
    PythonOperator(task_id="fine", python_callable=print, op_args=["{{ run_id }}"], outlets=[b])
    PythonOperator(task_id="skipped", python_callable=skips)
    PythonOperator(task_id="hung", python_callable=print)

with dag("badly"):
    PythonOperator(task_id="fails", python_callable=boom)
"""
)


@pytest.fixture
def listened(world: World) -> World:
    plugins = world.home / "plugins"
    plugins.mkdir()
    for name, text in (("listening", PLUGIN), ("heard", HEARD), ("others", OTHERS)):
        (plugins / f"{name}.py").write_text(text)
    world.environ["AIRFLOW__CORE__TASK_SUCCESS_OVERTIME"] = "1"
    world.dags(listened=FILE)
    world.standalone()
    return world


def heard(world: World, what: str) -> list[dict[str, Any]]:
    path: Path = world.home / "heard"
    lines = path.read_text().splitlines() if path.exists() else []
    return [fact for line in lines if (fact := json.loads(line)).pop("what") == what]


def test_listeners_are_told_and_do_no_harm(listened: World) -> None:
    world = listened
    world.wait_for_dags("well", "badly")
    began = time.monotonic()
    world.trigger("well", "r")
    world.trigger("badly", "r")
    world.wait_until_ended(("well", "r"), ("badly", "r"))
    assert time.monotonic() - began < 60
    assert world.states(("well", "r")) == {"fine": "success", "skipped": "skipped", "hung": "success"}
    assert world.states(("badly", "r")) == {"fails": "failed"}
    until(
        lambda: heard(world, "run success") and heard(world, "run failed"),
        lambda: world.component_log("scheduler"),
    )
    running = {fact["task"]: fact for fact in heard(world, "running")}
    assert (running["fine"]["previous"], running["fine"]["fields"]) == ("queued", ["r"])
    until(lambda: len(heard(world, "success")) == 2, lambda: str(heard(world, "success")))
    assert {fact["state"] for fact in heard(world, "success")} == {"success"}
    assert heard(world, "skipped") == [{"task": "skipped"}]
    assert heard(world, "failed") == [{"task": "fails", "error": "boom", "previous": "running"}]
    assert {fact["run"] for fact in heard(world, "run running")} == {"r"}
    assert heard(world, "run success") == [{"run": "r", "dag": "well"}]
    (told,) = heard(world, "instances")
    assert told["states"] == {"fine": "success", "skipped": "skipped", "hung": "success"}
    assert (told["tried"], told["took"], told["skipped"]) == (1, True, ["skipped"])
    assert "GetXCom needs the database, which only running tasks and callbacks reach" in told["refused"]
    assert heard(world, "changed") == [{"asset": "b", "uri": "s3://a/b"}]
    log = world.task_log("well", "r", "hung", 1)
    assert "others.Others.on_task_instance_running failed" in log
    assert "longer than 1 s" in log


def test_a_listener_of_runs_that_hangs(listened: World) -> None:
    """It costs its plug-in host, and the time until the next one is told; the scheduler goes on."""
    world = listened
    world.wait_for_dags("well")
    world.trigger("well", "slow")
    until(lambda: heard(world, "hanging") == [{"run": "slow"}], lambda: world.component_log("scheduler"))
    world.trigger("well", "r")
    world.wait_until_ended(("well", "r"))
    until(lambda: heard(world, "run success") == [{"run": "r", "dag": "well"}], "the next is told", 40)
