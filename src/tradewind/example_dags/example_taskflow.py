"""Extract, transform, load with ``@task``: values that are handed over make the dependencies."""

from __future__ import annotations

import json
from datetime import datetime

from airflow.sdk import dag, task


@dag(schedule=None, start_date=datetime(2017, 1, 1), catchup=False, tags=["example"], doc_md=__doc__)
def example_taskflow():
    @task
    def extract() -> dict[str, float]:
        """Read the orders of the day."""
        return json.loads('{"1001": 301.27, "1002": 433.21, "1003": 502.22}')

    @task(multiple_outputs=True)
    def transform(orders: dict[str, float]) -> dict[str, float]:
        """Both entries of the result can be used on their own."""
        return {"total": round(sum(orders.values()), 2), "largest": max(orders.values())}

    @task
    def load(total: float) -> None:
        print(f"Total order value is {total:.2f}")

    @task
    def report(largest: float) -> None:
        print(f"The largest order is {largest:.2f}")

    summary = transform(extract())
    load(summary["total"])
    report(summary["largest"])


example_taskflow()
