"""Bash tasks: a loop of them, templates in the command, and an exit code that means "skip me".

The start date lies before 2018, so that old dates can be run and backfilled:
``airflow backfill example_bash_operator -s 2018-01-01 -e 2018-01-02``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG(
    dag_id="example_bash_operator",
    schedule="0 0 * * *",
    start_date=datetime(2016, 1, 1),
    catchup=False,
    dagrun_timeout=timedelta(minutes=60),
    tags=["example"],
    params={"example_key": "example_value"},
    doc_md=__doc__,
) as dag:
    run_this_last = EmptyOperator(task_id="run_this_last", trigger_rule="none_failed_min_one_success")

    run_after_loop = BashOperator(task_id="run_after_loop", bash_command="echo https://airflow.apache.org/")
    run_after_loop >> run_this_last

    for number in range(3):
        runme = BashOperator(task_id=f"runme_{number}", bash_command='echo "{{ task_instance_key_str }}"')
        runme >> run_after_loop

    # What comes from outside reaches bash through the environment, never through the text of the command.
    also_run_this = BashOperator(
        task_id="also_run_this",
        bash_command='echo "run_id=$RUN_ID | example_key=$EXAMPLE_KEY"',
        env={"RUN_ID": "{{ run_id }}", "EXAMPLE_KEY": "{{ params.example_key }}"},
        append_env=True,
    )
    also_run_this >> run_this_last

    this_will_skip = BashOperator(task_id="this_will_skip", bash_command='echo "nothing to do"; exit 99')
    this_will_skip >> run_this_last

if __name__ == "__main__":
    dag.cli()
