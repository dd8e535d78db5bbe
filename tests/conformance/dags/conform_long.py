"""A task that would go on for an hour, and one that asks a person."""

from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import DAG

with DAG("conform_long", start_date=datetime(2026, 1, 1), schedule=None, is_paused_upon_creation=False):
    BashOperator(task_id="sleep", bash_command="exec sleep 3600")

with DAG("conform_ask", start_date=datetime(2026, 1, 1), schedule=None, is_paused_upon_creation=False):
    HITLOperator(
        task_id="ask",
        subject="Go on?",
        body="It is up to you.",
        options=["Yes", "No"],
        params={"why": "because"},
    )
