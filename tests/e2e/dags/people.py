"""Tasks that wait: for people, for a slot, for a time."""

import time

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensorAsync
from airflow.sdk import DAG, task

with DAG("ask_people", schedule=None, tags=["people"]) as ask:
    approve = ApprovalOperator(
        task_id="approve", subject="Send the newsletter?", body="It goes to **12,000** people."
    )

    @task
    def send() -> None: ...

    approve >> send()

with DAG("waits_long", schedule=None, tags=["people"]) as waits:
    from datetime import timedelta

    later = TimeDeltaSensorAsync(task_id="later", delta=timedelta(days=30))

    @task(pool="narrow")
    def slow(number: int) -> None:
        time.sleep(600)

    slow.expand(number=[1, 2, 3])
    later
