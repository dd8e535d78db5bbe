"""A shop's night: what most pages of the web UI have something to show of."""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset, Label, Param, TaskGroup, task

ORDERS = Asset("orders", uri="s3://shop/orders")
REPORT = Asset("report", uri="s3://shop/report")

with DAG(
    "shop_night",
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    catchup=False,
    tags=["shop", "nightly"],
    owner_links={"shop": "https://example.com/shop"},
    default_args={"owner": "shop", "retries": 0},
    params={
        "region": Param("eu", enum=["eu", "us", "asia"], title="Region", description="Which shops"),
        "limit": Param(100, type="integer", minimum=1, maximum=1000),
        "since": Param(None, type=["null", "string"], format="date"),
        "dry": Param(False, type="boolean"),
    },
    doc_md="# The shop's night\n\nPrices **orders**.\n\n| step | who |\n|---|---|\n| read | shop |",
) as shop:

    @task(outlets=[ORDERS])
    def read() -> list[int]:
        print("\x1b[32mreading\x1b[0m orders of \x1b[1meu\x1b[0m")
        for line in range(300):
            print(f"order {line}: https://example.com/orders/{line}")
        return list(range(8))

    orders = read()

    with TaskGroup("price", tooltip="One price an order") as price_group:

        @task(map_index_template="order {{ task.op_kwargs['order'] }}")
        def price(order: int) -> int:
            return order * 3

        priced = price.expand(order=orders)

        @task
        def total(prices: list[int]) -> dict[str, int]:
            return {"sum": sum(prices), "orders": len(prices)}

        summed = total(priced)

    @task.branch
    def enough(sums: dict[str, int]) -> str:
        return "report" if sums["sum"] > 10 else "skip_report"

    report = BashOperator(
        task_id="report", bash_command="echo report for {{ params.region }}", outlets=[REPORT]
    )
    skip_report = BashOperator(task_id="skip_report", bash_command="echo nothing to report")
    branch = enough(summed)
    branch >> Label("enough sold") >> report
    branch >> Label("too little") >> skip_report

with DAG("shop_broken", schedule=None, tags=["shop"], default_args={"owner": "shop"}) as broken:

    @task
    def fetch() -> None:
        print("asking the supplier")
        raise ValueError("the supplier answered 503")

    @task(retries=3, retry_delay=timedelta(minutes=30))
    def fetch_again() -> None:
        raise ConnectionError("no route to the supplier")

    @task
    def after() -> None: ...

    fetch() >> after()
    fetch_again()

with DAG("shop_lost", schedule=None, tags=["shop"], default_args={"owner": "shop"}) as lost:

    @task
    def count_parcels() -> int:
        print("counting parcels")
        return 41

    @task
    def compare(parcels: int) -> None:
        raise ValueError(f"{parcels} parcels left the shop, and 42 were paid for")

    @task
    def thank() -> None: ...

    compare(count_parcels()) >> thank()

with DAG("on_orders", schedule=[ORDERS], tags=["assets"]) as on_orders:

    @task
    def count() -> int:
        return 3

    count()
