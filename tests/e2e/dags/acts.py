"""What people do something with: runs of these are made, stopped, cleared and marked."""

import logging
import time

import pendulum
from airflow.sdk import DAG, Param, task

START = pendulum.datetime(2026, 1, 1, tz="UTC")

with DAG(
    "invoices",
    schedule="@daily",
    start_date=START,
    catchup=False,
    tags=["acts"],
    params={"copies": Param(1, type="integer", minimum=1, maximum=9, title="Copies")},
) as invoices:

    @task
    def collect() -> None: ...

    @task
    def send() -> None: ...

    @task
    def archive() -> None: ...

    collect() >> send() >> archive()

with DAG("slow_import", schedule=None, start_date=START, tags=["acts"]) as slow:

    @task
    def rows() -> None:
        log = logging.getLogger("importer")
        log.warning("the file has no header")
        log.error("row 7 is broken: %s", "x" * 400)
        for number in range(600):
            log.info("row %d is read", number)
            time.sleep(0.1)

    rows()
