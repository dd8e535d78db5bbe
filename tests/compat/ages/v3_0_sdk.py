"""3.0: airflow.sdk, the standard provider, assets, no catch-up, context imported from the SDK."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, Label, Param, TaskGroup, chain, get_current_context, task
from pendulum import datetime

report = Asset("report", uri="file:///tmp/report.csv")

with DAG(
    dag_id="v3_0_sdk",
    schedule="@daily",
    start_date=datetime(2025, 4, 1),
    params={"name": Param("world", type="string")},
    tags={"age"},
):

    @task
    def greet(params: dict) -> str:
        return f"Hello, {params['name']}"

    @task.bash(env={"WORD": "shell"}, append_env=True)
    def said(text: str) -> str:
        return f"echo '{text}' from $WORD"

    @task(outlets=[report])
    def write(text: str):
        return get_current_context()["ds"] + " " + text

    @task.run_if(lambda context: False)
    @task.bash
    def never() -> str:
        return "exit 1"

    with TaskGroup("ends"):
        quiet = EmptyOperator(task_id="quiet")
        loud = BashOperator(task_id="loud", bash_command="exit 99")
    chain(write(said(greet())), Label("then"), [quiet, loud])
    never()
