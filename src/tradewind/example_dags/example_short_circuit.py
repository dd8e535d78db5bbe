"""Stop here: what follows a short circuit runs only if its condition holds."""

from __future__ import annotations

from datetime import datetime

from airflow.operators.empty import EmptyOperator
from airflow.operators.python import ShortCircuitOperator
from airflow.sdk import DAG

with DAG(
    dag_id="example_short_circuit",
    schedule=None,
    start_date=datetime(2017, 1, 1),
    catchup=False,
    tags=["example"],
    doc_md=__doc__,
) as dag:
    condition_is_true = ShortCircuitOperator(task_id="condition_is_true", python_callable=lambda: True)
    condition_is_false = ShortCircuitOperator(task_id="condition_is_false", python_callable=lambda: False)

    # This one looks only at its direct neighbours, so that "always" still decides for itself.
    gentle = ShortCircuitOperator(
        task_id="gentle", python_callable=lambda: False, ignore_downstream_trigger_rules=False
    )

    runs = [EmptyOperator(task_id=f"runs_{number}") for number in (1, 2)]
    skipped = [EmptyOperator(task_id=f"skipped_{number}") for number in (1, 2)]
    after_gentle = EmptyOperator(task_id="after_gentle")
    always = EmptyOperator(task_id="always", trigger_rule="all_done")

    condition_is_true >> runs[0] >> runs[1]
    condition_is_false >> skipped[0] >> skipped[1]
    gentle >> after_gentle >> always
