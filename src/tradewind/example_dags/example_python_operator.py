"""Python tasks in the classic style: arguments, the context, and templates in arguments."""

from __future__ import annotations

import time
from datetime import datetime
from pprint import pprint

from airflow.operators.python import PythonOperator
from airflow.sdk import DAG


def print_context(ds=None, **context):
    """Show what a task knows of its run; the return value becomes an XCom."""
    pprint({name: str(value) for name, value in sorted(context.items())})
    print(f"The logical date is {ds}")
    return "Whatever you return gets printed in the logs"


def rest(seconds):
    """Stand for work that takes a while."""
    time.sleep(seconds)


def compare(today, tomorrow):
    """Arguments are templates: both arrive rendered."""
    print(f"{tomorrow} follows {today}")


with DAG(
    dag_id="example_python_operator",
    schedule=None,
    start_date=datetime(2017, 1, 1),
    catchup=False,
    tags=["example"],
    doc_md=__doc__,
) as dag:
    show = PythonOperator(task_id="print_the_context", python_callable=print_context)
    dates = PythonOperator(
        task_id="compare_dates",
        python_callable=compare,
        op_kwargs={"today": "{{ ds }}", "tomorrow": "{{ macros.ds_add(ds, 1) }}"},
    )
    show >> dates
    for number in range(5):
        nap = PythonOperator(task_id=f"sleep_for_{number}", python_callable=rest, op_args=[number / 10])
        dates >> nap
