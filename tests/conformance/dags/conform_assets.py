"""One DAG makes an asset, another waits for it and for one that nobody makes; a third runs by day."""

from datetime import datetime

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, Asset, AssetAlias, CronPartitionTimetable

made = Asset("conform_made", uri="s3://conform/made")
never = Asset("conform_never", uri="s3://conform/never")
always = {"start_date": datetime(2026, 1, 1), "is_paused_upon_creation": False}

with DAG("conform_makes", schedule=None, **always):
    PythonOperator(task_id="make", python_callable=lambda: None, outlets=[made, AssetAlias("conform_alias")])

with DAG("conform_follows", schedule=[made], **always):
    EmptyOperator(task_id="follow")

with DAG("conform_waits", schedule=[made, never], **always):
    EmptyOperator(task_id="wait", inlets=[made])

with DAG("conform_daily", start_date=datetime(2026, 1, 1), schedule="@daily", catchup=False):
    EmptyOperator(task_id="once")

with DAG(
    "conform_parts",
    start_date=datetime(2026, 1, 1),
    schedule=CronPartitionTimetable("@daily", timezone="UTC"),
):
    EmptyOperator(task_id="part")
