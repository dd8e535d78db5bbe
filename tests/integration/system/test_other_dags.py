"""§1.8 TriggerDagRunOperator and §1.9 ExternalTaskSensor: DAGs that start and wait for each other."""

from __future__ import annotations

from tests.integration.system.world import World, until

CHILD = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.utils.task_group import TaskGroup

with DAG("child", start_date=datetime(2024, 1, 1), schedule=None, is_paused_upon_creation=False) as dag:
    start = BashOperator(task_id="start", bash_command="echo {{ dag_run.conf['word'] }}; sleep 0.3")
    with TaskGroup("group") as group:
        for name in ("a", "b"):
            BashOperator(task_id=name, bash_command="true")
    start >> group >> BashOperator(task_id="ends", bash_command="exit {{ dag_run.conf['code'] }}")
"""
PARENT = """
from datetime import datetime
from airflow import DAG
from airflow.operators.trigger_dagrun import TriggerDagRunOperator

with DAG("parent", start_date=datetime(2024, 1, 1), schedule=None, is_paused_upon_creation=False) as dag:
    for name, day, code in (("good", 5, 0), ("bad", 6, 1)):
        TriggerDagRunOperator(
            task_id=name, trigger_dag_id="child", trigger_run_id=f"{name}_run", wait_for_completion=True,
            logical_date=f"2024-01-0{day}T00:00:00+00:00", conf={"word": "{{ run_id }}", "code": code},
            poke_interval=0.2, retries=0,
        )
"""
WAITER = """
from datetime import datetime, timedelta, timezone
from airflow import DAG
from airflow.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from airflow.sensors.python import PythonSensor

WAITING = {"external_dag_id": "child", "poke_interval": 0.3, "mode": "reschedule", "timeout": 60}
GOOD, BAD = (datetime(2024, 1, day, tzinfo=timezone.utc) for day in (5, 6))

with DAG("waiter", start_date=datetime(2024, 1, 1), schedule=None, is_paused_upon_creation=False) as dag:
    good = {"execution_date_fn": lambda date, context: GOOD, **WAITING}
    bad = {"execution_date_fn": lambda date: [BAD], **WAITING}
    ExternalTaskSensor(task_id="whole", check_existence=True, **good)
    ExternalTaskSensor(task_id="task", external_task_id="start", **good)
    ExternalTaskSensor(task_id="tasks", external_task_ids=["group.a", "ends"], **{**good, "mode": "poke"})
    ExternalTaskSensor(task_id="group", external_task_group_id="group", check_existence=True, **good)
    ExternalTaskSensor(task_id="fails", external_task_id="ends", failed_states=["failed"], **bad)
    ExternalTaskSensor(task_id="skips", skipped_states=["failed"], **bad)
    ExternalTaskSensor(task_id="soft", failed_states=["failed"], soft_fail=True, **bad)
    missing = {**WAITING, "external_dag_id": "nobody", "check_existence": True}
    ExternalTaskSensor(task_id="missing", **missing)
    PythonSensor(
        task_id="counts", python_callable=lambda task_reschedule_count: task_reschedule_count == 2,
        mode="reschedule", poke_interval=0.2, timeout=20,
    )
    ExternalTaskMarker(task_id="mark", external_dag_id="child", external_task_id="start")
"""


def test_dags_start_and_wait_for_each_other(world: World) -> None:
    world.dags(child=CHILD, parent=PARENT, waiter=WAITER)
    world.standalone()
    world.wait_for_dags("child", "parent", "waiter")
    waiter, parent = world.trigger("waiter", "w"), world.trigger("parent", "p")
    for key in (waiter, parent):
        until(lambda key=key: world.run_state(key) in {"success", "failed"}, f"{key} has ended", 60)
    sql = "select task_id, state from task_instance where dag_id = ? and run_id = ?"
    assert dict(world.rows(sql, *waiter)) == {
        "whole": "success", "task": "success", "tasks": "success", "group": "success", "fails": "failed",
        "skips": "skipped", "soft": "skipped", "missing": "failed", "mark": "success",
        "counts": "success",
    }  # fmt: skip
    assert dict(world.rows(sql, *parent)) == {"good": "success", "bad": "failed"}
    assert "p\n" in world.task_log("child", "good_run", "start").replace('p"', "p\n")
    assert "There is no DAG 'nobody' to wait for." in world.task_log("waiter", "w", "missing")
    links = world.rows(
        "select task_id, value from xcom where key = '_link_TriggerDagRunLink' order by task_id"
    )
    assert [(task, value.rpartition("/dags")[2]) for task, value in links] == [
        ("bad", '/child/runs/bad_run"'), ("good", '/child/runs/good_run"'),
    ]  # fmt: skip


DEFERRING = """
from datetime import datetime, timedelta, timezone
from airflow import DAG
from airflow.operators.python import PythonOperator
from airflow.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sensors.external_task import ExternalTaskSensor
from airflow.sensors.filesystem import FileSensor
from airflow.sensors.date_time import DateTimeSensorAsync
from airflow.sensors.time_delta import TimeDeltaSensorAsync

WAITING = {"external_dag_id": "child", "poke_interval": 0.3, "deferrable": True, "timeout": 60}
GOOD = datetime(2024, 1, 5, tzinfo=timezone.utc)

with DAG("deferring", start_date=datetime(2024, 1, 1), schedule=None, is_paused_upon_creation=False) as dag:
    TriggerDagRunOperator(
        task_id="trigger", trigger_dag_id="child", logical_date=GOOD, conf={"word": "x", "code": 0},
        wait_for_completion=True, deferrable=True, poke_interval=0.3,
    )
    inside = {"external_task_group_id": "group", "execution_date_fn": lambda date: GOOD}
    ExternalTaskSensor(task_id="group", **inside, **WAITING)
    ExternalTaskSensor(task_id="whole", execution_date_fn=lambda date: GOOD, **WAITING)
    soon = "{{ (dag_run.start_date + macros.timedelta(seconds=2)).isoformat() }}"
    DateTimeSensorAsync(task_id="moment", target_time=soon)
    TimeDeltaSensorAsync(task_id="past", delta=timedelta(0))
    late = FileSensor(
        task_id="late", filepath="/no/such", deferrable=True, poke_interval=0.2, timeout=1, soft_fail=True
    )
    path = __file__ + ".flag"
    FileSensor(task_id="file", filepath=path, deferrable=True, poke_interval=0.3)
    touch = {"python_callable": lambda: open(path, "w").close(), "trigger_rule": "all_done"}
    PythonOperator(task_id="touch", **touch)
    late >> dag.get_task("touch")
"""


def test_waiting_in_the_triggerer(world: World) -> None:
    """§1.9 deferrable sensors and §1.8 a deferrable TriggerDagRunOperator, with a real triggerer."""
    world.dags(child=CHILD, deferring=DEFERRING)
    world.standalone()
    world.wait_for_dags("child", "deferring")
    key = world.trigger("deferring", "r")
    until(lambda: world.run_state(key) in {"success", "failed"}, f"{key} has ended", 90)
    rows = world.rows("select task_id, state from task_instance where dag_id = ? and run_id = ?", *key)
    assert dict(rows) == {
        "trigger": "success", "group": "success", "whole": "success", "moment": "success", "past": "success",
        "late": "skipped", "file": "success", "touch": "success",
    }  # fmt: skip
