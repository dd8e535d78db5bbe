"""A DAG of another team."""

from airflow.sdk import DAG, task

with DAG("other_team", schedule=None, tags=["secret-of-others"], default_args={"owner": "others"}) as dag:

    @task
    def hidden() -> str:
        return "marker-of-others"

    hidden()
