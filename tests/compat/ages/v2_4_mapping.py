"""2.4: schedule=, datasets, dynamic mapping, mapped classic operators, branches by decorator."""

import pendulum
from airflow.decorators import task
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator
from airflow.utils.edgemodifier import Label

from airflow import DAG, Dataset

table = Dataset("s3://warehouse/sales.parquet")

with DAG(
    "v2_4_mapping",
    schedule="@daily",
    start_date=pendulum.datetime(2022, 9, 1, tz="Europe/Berlin"),
    catchup=False,
    max_active_tasks=4,
    default_args={"retries": 0},
) as dag:

    @task
    def parts(n=3):
        return list(range(n))

    @task
    def work(part, factor):
        return part * factor

    @task(outlets=[table])
    def add(values):
        return sum(values)

    @task.branch
    def check(total):
        return "large" if total > 10 else "small"

    @task.short_circuit
    def enough():
        return True

    done = work.partial(factor=10).expand(part=parts())
    echoed = BashOperator.partial(task_id="echo").expand(bash_command=["echo one", "echo two"])
    choice = check(add(done))
    choice >> Label("much") >> EmptyOperator(task_id="large")
    choice >> Label("little") >> EmptyOperator(task_id="small")
    enough() >> echoed

with DAG("v2_4_consumer", schedule=[table], start_date=pendulum.datetime(2022, 9, 1)) as consumer:
    EmptyOperator(task_id="consume")
