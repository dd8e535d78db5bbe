"""Params: values that each run may bring, checked against a JSON schema before anything starts.

Try ``airflow dags trigger example_params --conf '{"name": "Ada", "times": 2}'`` — and then ``"times": 99``,
which is refused. Texts from outside reach bash through the environment, so that they cannot become commands.
"""

from __future__ import annotations

from datetime import datetime

from airflow.operators.bash import BashOperator
from airflow.sdk import DAG, Param, task

with DAG(
    dag_id="example_params",
    schedule=None,
    start_date=datetime(2017, 1, 1),
    catchup=False,
    tags=["example"],
    params={
        "name": Param("world", type="string", minLength=1, maxLength=80, description="Who is greeted"),
        "times": Param(1, type="integer", minimum=1, maximum=10, description="How often"),
        "language": Param("en", enum=["en", "zh", "de"], description="In which language"),
        "until": Param(None, type=["null", "string"], format="date", description="Last day, or none"),
    },
    doc_md=__doc__,
) as dag:

    @task
    def words(params: dict) -> str:
        """The greeting in the language asked for."""
        return {"en": "Hello", "zh": "你好", "de": "Hallo"}[params["language"]]

    greet = BashOperator(
        task_id="greet",
        bash_command='for _ in $(seq "$TIMES"); do echo "$WORDS, $NAME!"; done',
        env={
            "WORDS": "{{ ti.xcom_pull(task_ids='words') }}",
            "NAME": "{{ params.name }}",
            "TIMES": "{{ params.times }}",
        },
        append_env=True,
    )
    words() >> greet
