"""Some weeks of a warehouse: DAGs with something to see, for the pictures of the README."""

import logging
import time
import zlib

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, Label, TaskGroup, get_current_context, task

log = logging.getLogger("warehouse")
BEGIN = pendulum.today("UTC").subtract(days=48)
ORDERS = Asset("orders", uri="s3://warehouse/orders")
SOURCES = ("shop", "stores", "returns", "suppliers")


def luck(word: str) -> int:
    """The same number from 0 to 99 each time for one task on one day."""
    context = get_current_context()
    return zlib.crc32(f"{word} {context['ds']}".encode()) % 100


def work(word: str) -> None:
    time.sleep(0.02 + luck(word) / 400)


with DAG(
    "warehouse_daily",
    schedule="@daily",
    start_date=BEGIN,
    catchup=True,
    max_active_runs=3,
    tags=["warehouse", "critical"],
    default_args={"owner": "data-platform"},
    doc_md="Orders, returns and stock of the day before. **On call:** #data-platform.",
) as daily:
    with TaskGroup("extract") as extract:
        for source in SOURCES:

            @task(task_id=source)
            def read(source: str = source) -> list[int]:
                log.info("Connecting to %s.example.com:5432", source)
                for page in range(1, 41):
                    log.info(
                        "\x1b[36mpage %2d\x1b[0m: %d rows in %.1f ms", page, 900 + luck(f"{page}") * 7, 8.3
                    )
                if luck(source) > 60:
                    log.warning("%d rows have no customer, they are kept aside", luck(source))
                work(source)
                if luck(source) >= 97:
                    raise ConnectionError(f"{source}.example.com:5432 refused the connection")
                return list(range(3 + luck(source) % 4))

            read()

    with TaskGroup("clean") as clean:

        @task
        def merge() -> list[int]:
            work("merge")
            return list(range(6))

        @task
        def price(lot: int) -> int:
            work(f"price{lot}")
            return lot

        @task(retries=1, retry_delay=pendulum.duration(seconds=1))
        def enrich() -> None:
            work("enrich")
            if luck("enrich") > 92 and get_current_context()["ti"].try_number == 1:
                raise TimeoutError("the currency service took longer than 5 s")

        merged = merge()
        price.expand(lot=merged) >> enrich()

    with TaskGroup("check") as check:

        @task
        def totals() -> None:
            work("totals")
            if luck("totals") >= 94:
                raise ValueError("1,204 orders were read and 1,198 are in the warehouse: 6 are missing")

        @task
        def duplicates() -> None:
            work("duplicates")

        totals()
        duplicates()

    @task.branch
    def weekend() -> str:
        return (
            "weekly_report"
            if pendulum.parse(get_current_context()["ds"]).day_of_week >= 5
            else "daily_report"
        )

    @task(outlets=[ORDERS], trigger_rule="none_failed_min_one_success")
    def publish() -> None:
        work("publish")

    branch = weekend()
    report, weekly = EmptyOperator(task_id="daily_report"), EmptyOperator(task_id="weekly_report")
    extract >> clean >> check >> branch
    branch >> Label("on weekdays") >> report
    branch >> Label("on Sundays") >> weekly
    [report, weekly] >> publish()

with DAG(
    "stock_hourly",
    schedule="@hourly",
    start_date=pendulum.now("UTC").subtract(hours=26),
    catchup=True,
    max_active_runs=4,
    tags=["warehouse"],
    default_args={"owner": "logistics"},
) as hourly:

    @task
    def count(shelf: int) -> int:
        time.sleep(0.05)
        if zlib.crc32(f"{get_current_context()['logical_date']} {shelf}".encode()) % 40 == 0:
            raise OSError(f"the scanner of shelf {shelf} does not answer")
        return shelf

    count.expand(shelf=[1, 2, 3, 4])

with DAG("recommendations", schedule=[ORDERS], tags=["ml"], default_args={"owner": "research"}) as model:

    @task
    def train() -> None:
        time.sleep(0.2)

    @task
    def deploy() -> None:
        time.sleep(0.1)

    train() >> deploy()
