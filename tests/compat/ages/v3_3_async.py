"""3.3: async tasks, @result, fail_fast, the newest trigger rule, lazily read mapped results, partial teardown."""

import asyncio
from datetime import datetime

from airflow.sdk import dag, result, task
from airflow.sdk.exceptions import AirflowSkipException


@dag(schedule=None, start_date=datetime(2026, 1, 1))
def v3_3_async():
    @task
    async def fetch(n: int) -> int:
        await asyncio.sleep(0)
        if n == 2:
            raise AirflowSkipException("two is left out")
        return n * n

    @task(trigger_rule="all_done_min_one_success")
    def after_all():
        return "never: one above is skipped"

    @task(trigger_rule="none_failed_min_one_success")
    def numbers(values) -> list:
        return [len(values), values[-1], *values]

    @result
    @task
    def total(values: list) -> int:
        return sum(values)

    squares = fetch.expand(n=[1, 2, 3])
    squares >> after_all()
    total(numbers(squares))


v3_3_async()
