"""2.0: TaskFlow, XComArg, task groups, multiple outputs, chain; operators of before beside it."""

import json
from datetime import datetime

from airflow.decorators import dag, task
from airflow.models.baseoperator import chain
from airflow.operators.bash import BashOperator
from airflow.operators.dummy import DummyOperator
from airflow.operators.python import get_current_context
from airflow.utils.task_group import TaskGroup

default_args = {"owner": "airflow"}


@dag(default_args=default_args, schedule_interval=None, start_date=datetime(2021, 1, 1), tags=["age"])
def v2_0_taskflow():
    """An ETL of three steps, and what stands around it."""

    @task()
    def extract():
        return json.loads('{"1001": 301.27, "1002": 433.21, "1003": 502.22}')

    @task(multiple_outputs=True)
    def transform(orders: dict):
        return {"total": sum(orders.values()), "number": len(orders)}

    @task
    def load(total: float, number: int):
        context = get_current_context()
        return f"{context['dag_run'].run_type}: {number} orders, {total:.2f}"

    with TaskGroup("checks", tooltip="what is looked at") as checks:
        first = BashOperator(task_id="first", bash_command='echo "{{ dag.dag_id }}"')
        with TaskGroup("inner"):
            second = DummyOperator(task_id="second")
        first >> second

    summary = transform(extract())
    loaded = load(summary["total"], summary["number"])
    shown = BashOperator(task_id="shown", bash_command="echo {{ ti.xcom_pull('load') }}")
    chain(checks, loaded, shown)


the_dag = v2_0_taskflow()
