"""When a task may start: the same three upstream tasks (one succeeds, one is skipped, one fails), seen by
each rule.

The run ends as failed, because one task fails on purpose.
"""

from __future__ import annotations

from datetime import datetime

from airflow.exceptions import AirflowFailException, AirflowSkipException
from airflow.operators.empty import EmptyOperator
from airflow.sdk import DAG, TriggerRule, task

RULES = (
    TriggerRule.ALL_SUCCESS,
    TriggerRule.ALL_FAILED,
    TriggerRule.ALL_DONE,
    TriggerRule.ONE_SUCCESS,
    TriggerRule.ONE_FAILED,
    TriggerRule.ONE_DONE,
    TriggerRule.NONE_FAILED,
    TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
    TriggerRule.NONE_SKIPPED,
    TriggerRule.ALWAYS,
)

with DAG(
    dag_id="example_trigger_rules",
    schedule=None,
    start_date=datetime(2017, 1, 1),
    catchup=False,
    tags=["example"],
    doc_md=__doc__,
) as dag:

    @task
    def succeeds() -> None:
        print("fine")

    @task
    def skips() -> None:
        raise AirflowSkipException("not today")

    @task
    def fails() -> None:
        raise AirflowFailException("this task fails on purpose")

    upstream = [succeeds(), skips(), fails()]
    for rule in RULES:
        follower = EmptyOperator(task_id=f"rule_{rule.value}", trigger_rule=rule)
        upstream >> follower
