"""A chain whose file imports pandas and whose tasks use it: forking a parent that has native threads."""

from datetime import datetime

import pandas as pd
from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, get_current_context
from bench.body import body


def work(task: str) -> None:
    frame = pd.DataFrame({"group": [i % 7 for i in range(1000)], "value": range(1000)})
    assert frame.groupby("group")["value"].sum().sum() == 499500
    body(get_current_context()["run_id"], task)


with DAG(
    "bench_pandas", schedule=None, start_date=datetime(2024, 1, 1), is_paused_upon_creation=False
) as pandas_dag:
    previous = None
    for index in range(20):
        task = PythonOperator(task_id=f"t{index:02d}", python_callable=work, op_args=[f"t{index:02d}"])
        if previous is not None:
            previous >> task
        previous = task
