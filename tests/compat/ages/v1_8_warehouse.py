"""1.8: flat names, no suffix, edges by set_upstream, context asked for with provide_context, dates from the clock."""

from datetime import datetime, timedelta

from airflow.operators import BashOperator, DummyOperator, PythonOperator

from airflow import DAG

default_args = {
    "owner": "warehouse",
    "depends_on_past": False,
    "start_date": datetime(2017, 3, 1),
    "email": ["warehouse@example.com"],
    "email_on_failure": False,
    "retries": 1,
    "retry_delay": timedelta(seconds=0),
    "queue": "bash_queue",
}

dag = DAG("v1_8_warehouse", default_args=default_args, schedule_interval=timedelta(days=1), max_active_runs=1)


def count_rows(ds, tomorrow_ds, **kwargs):
    """The day and the next, from the context, and a parameter."""
    kwargs["ti"].xcom_push(key="rows", value=kwargs["params"]["rows"])
    return "%s to %s" % (ds, tomorrow_ds)


def report(**kwargs):
    rows = kwargs["task_instance"].xcom_pull(task_ids="count_rows", key="rows")
    return rows * 2


begin = DummyOperator(task_id="begin", dag=dag)
extract = BashOperator(
    task_id="extract",
    bash_command="""
    {% for part in range(2) %}
    echo "{{ params.table }} {{ part }} {{ ds_nodash }} {{ macros.ds_add(ds, 7) }}"
    {% endfor %}
    """,
    params={"table": "sales"},
    xcom_push=True,
    dag=dag,
)
count = PythonOperator(
    task_id="count_rows", python_callable=count_rows, provide_context=True, params={"rows": 21}, dag=dag
)
told = PythonOperator(task_id="report", python_callable=report, provide_context=True, dag=dag)
end = DummyOperator(task_id="end", trigger_rule="all_done", dag=dag)

extract.set_upstream(begin)
count.set_upstream(begin)
told.set_upstream(count)
end.set_upstream([extract, told])
dag.doc_md = __doc__
