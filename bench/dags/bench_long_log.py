"""A task whose log has 100 MB."""

from datetime import datetime

from airflow.sdk import DAG, task

with DAG("bench_long_log", schedule=None, start_date=datetime(2026, 1, 1), is_paused_upon_creation=False):

    @task
    def talk():
        for number in range(800_000):
            print(
                f"line {number:7d}: what a chatty library says of each of its many, many rows, time and again"
            )

    talk()
