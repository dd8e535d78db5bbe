"""Tasks that wait: for people, for a slot, for a time."""

import time
from datetime import timedelta

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensorAsync
from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference, task

with DAG("ask_people", schedule=None, tags=["people"]) as ask:
    approve = ApprovalOperator(
        task_id="approve", subject="Send the newsletter?", body="It goes to **12,000** people."
    )

    @task
    def send() -> None: ...

    approve >> send()


async def page_somebody(context: dict) -> None: ...


def within(time: timedelta, name: str) -> DeadlineAlert:
    callback = AsyncCallback(page_somebody)
    return DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, time, callback, name=name)


with DAG(
    "waits_long",
    schedule=None,
    tags=["people"],
    deadline=[within(timedelta(seconds=1), "at once"), within(timedelta(days=30), "this month")],
) as waits:
    later = TimeDeltaSensorAsync(task_id="later", delta=timedelta(days=30))

    @task(pool="narrow")
    def slow(number: int) -> None:
        time.sleep(600)

    slow.expand(number=[1, 2, 3])
    later

with DAG("keeps_busy", schedule=None, tags=["people"]) as busy:

    @task
    def look() -> None:
        time.sleep(600)

    look()
