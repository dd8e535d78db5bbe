"""One of several ways: a branch picks the tasks that run, the others are skipped, and a join goes on after
either.
"""

from __future__ import annotations

from datetime import datetime

from airflow.operators.empty import EmptyOperator
from airflow.sdk import DAG, Label, task

with DAG(
    dag_id="example_branch",
    schedule=None,
    start_date=datetime(2017, 1, 1),
    catchup=False,
    tags=["example"],
    params={"size": 42},
    doc_md=__doc__,
) as dag:

    @task.branch
    def choose(params: dict) -> str:
        """The id of the task to go on with."""
        return "small" if params["size"] < 100 else "large"

    @task
    def small() -> str:
        return "done in one piece"

    @task
    def large() -> str:
        return "done in pieces"

    join = EmptyOperator(task_id="join", trigger_rule="none_failed_min_one_success")
    choice = choose()
    choice >> Label("less than 100") >> small() >> join
    choice >> Label("100 and more") >> large() >> join
