"""Three tasks in a row, one of them mapped, in a group; a run with ``conf`` says how it ends."""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, BaseOperatorLink, Param, TaskGroup, task


class Manual(BaseOperatorLink):
    name = "Manual"

    def get_link(self, operator, *, ti_key):
        return f"https://example.org/{ti_key.task_id}"


class Linked(EmptyOperator):
    operator_extra_links = (Manual(),)

    def execute(self, context):
        return None


with DAG(
    "conform_chain",
    start_date=datetime(2026, 1, 1),
    schedule=None,
    is_paused_upon_creation=False,
    tags=["conform", "chain"],
    doc_md="# Conform",
    description="three in a row",
    default_args={"owner": "ann", "retries": 1, "retry_delay": timedelta(seconds=0)},
    params={"end": Param("well", type="string", enum=["well", "badly"])},
):

    @task
    def extract(params):
        if params["end"] == "badly":
            raise ValueError("as it was asked")
        return [1, 2]

    numbers = extract()
    with TaskGroup("middle") as middle:

        @task
        def transform(number):
            return number * 2

        transform.expand(number=numbers)
        BashOperator(task_id="say", bash_command="echo said")

    middle >> Linked(task_id="load")
