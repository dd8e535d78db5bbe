"""Assets that several make, that have partitions, that somebody waits for."""

from airflow.sdk import DAG, Asset, AssetAlias, Metadata, PartitionedAssetTimetable, task

ORDERS = Asset("orders", uri="s3://shop/orders")
PRICES = Asset("prices", uri="s3://shop/prices", group="catalogue", extra={"owner": "catalogue team"})
CLICKS = Asset("clicks", uri="s3://web/clicks", group="web")

FORECAST = Asset("forecast", uri="s3://weather/forecast", group="web")

for region in ("eu", "us"):
    with DAG(f"prices_{region}", schedule=None, tags=["assets"]):

        @task(outlets=[PRICES])
        def publish() -> None: ...

        publish()

with DAG("on_both", schedule=[ORDERS, PRICES], tags=["assets"]):

    @task(inlets=[PRICES])
    def compare() -> None: ...

    compare()

with DAG("on_forecast", schedule=[Asset("report", uri="s3://shop/report"), FORECAST], tags=["assets"]):

    @task
    def guess() -> None: ...

    guess()

with DAG("clicks_daily", schedule=PartitionedAssetTimetable(assets=CLICKS), tags=["assets"]):

    @task
    def fold() -> None: ...

    fold()

with DAG("names_assets", schedule=None, tags=["assets"]):

    @task(outlets=[AssetAlias("newest price list")])
    def name():  # type: ignore[no-untyped-def]
        said = {"rows": 1200, "by": {"tool": "dbt"}}
        yield Metadata(PRICES, extra=said, alias=AssetAlias("newest price list"))

    name()

with DAG("counts_stock", schedule=None, tags=["assets"]):

    @task(outlets=[Asset("stock", uri="s3://shop/stock")])
    def count() -> None: ...

    count()
