"""XComs: small values that tasks leave for each other, pushed by name or returned."""

from __future__ import annotations

from datetime import datetime

from airflow.operators.bash import BashOperator
from airflow.sdk import DAG, task

with DAG(
    dag_id="example_xcom",
    schedule=None,
    start_date=datetime(2017, 1, 1),
    catchup=False,
    tags=["example"],
    doc_md=__doc__,
) as dag:

    @task
    def push(ti=None) -> dict[str, int]:
        ti.xcom_push(key="a list", value=[1, 2, 3])
        return {"a": 1, "b": 2}

    @task
    def pull(returned: dict[str, int], ti=None) -> int:
        """One value comes as an argument, the other is asked for."""
        numbers = ti.xcom_pull(task_ids="push", key="a list")
        if numbers != [1, 2, 3] or returned != {"a": 1, "b": 2}:
            raise ValueError(f"pulled {numbers} and {returned}")
        return sum(numbers)

    # The last line that a bash task prints is its XCom.
    bash_push = BashOperator(task_id="bash_push", bash_command='echo "first line"; echo "last line"')
    bash_pull = BashOperator(
        task_id="bash_pull",
        bash_command='test "$PULLED" = "last line"',
        env={"PULLED": "{{ ti.xcom_pull(task_ids='bash_push') }}"},
        append_env=True,
    )
    pull(push()) >> bash_push >> bash_pull
