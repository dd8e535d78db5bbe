"""What Airflow accepts silently but is surely wrong gets a warning, with line and way out."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tradewind.authoring import loader, suspicions
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.variable import Variable

HEAD = """
from datetime import datetime, timedelta, timezone
from airflow import DAG
from airflow.hooks.base import BaseHook
from airflow.models import Variable
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator

START = datetime(2024, 1, 1)
"""


def warnings(folder: Path, text: str) -> list[str]:
    file = folder / "suspicious.py"
    file.write_text(HEAD + textwrap.dedent(text))
    loaded = loader.load_file(str(file), str(folder), folders=())
    assert list(loaded.errors) == []
    return list(loaded.warnings)


@pytest.mark.parametrize(
    "start",
    [
        "datetime.now()", "datetime.now(timezone.utc)", "datetime.now() - timedelta(days=1)",
        "datetime.now(timezone(timedelta(hours=5)))",
    ],
)  # fmt: skip
def test_a_start_date_from_the_clock(tmp_path: Path, start: str) -> None:
    (told,) = warnings(tmp_path, f"dag = DAG('d', start_date={start}, schedule='@daily')")
    assert told.startswith("DAG 'd' has start_date 2")
    assert "computed from the clock" in told and "Give it a fixed date" in told


def test_a_start_date_of_tasks_from_the_clock(tmp_path: Path) -> None:
    text = """
    with DAG("d", schedule="@daily", default_args={"start_date": datetime.now()}) as dag:
        EmptyOperator(task_id="a")
    """
    assert len(warnings(tmp_path, text)) == 1


@pytest.mark.parametrize(
    "dag",
    [
        "DAG('d', start_date=START, schedule='@daily')",
        "DAG('d', start_date=datetime.now(), schedule=None)",
        "DAG('d', start_date=datetime(2024, 1, 1, 10, 30, 0, 250), schedule='@daily')",
    ],
)
def test_harmless_start_dates(tmp_path: Path, dag: str) -> None:
    assert warnings(tmp_path, f"dag = {dag}") == []


def test_variables_and_connections_at_the_top_level(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_DB", "sqlite://x")
    text = """
    bucket = Variable.get("bucket", default_var="b")
    host = BaseHook.get_connection("db").host
    with DAG("d", start_date=START, schedule=None) as dag:
        PythonOperator(task_id="a", python_callable=lambda: Variable.get("later"))
    """
    first, second = warnings(tmp_path, text)
    assert first.startswith("Line 11: Variable 'bucket'") and "{{ var.value.bucket }}" in first
    assert second.startswith("Line 12: Connection 'db'") and "{{ conn.db }}" in second


def test_tasks_without_a_dag(tmp_path: Path) -> None:
    text = """
    with DAG("d", start_date=START, schedule=None) as dag:
        inside = EmptyOperator(task_id="inside")
        PythonOperator.partial(task_id="mapped", python_callable=print).expand(op_args=[[1], [2]])
    forgotten = EmptyOperator(task_id="forgotten")
    later = EmptyOperator(task_id="later")
    inside >> later
    """
    (told,) = warnings(tmp_path, text)
    assert told.startswith("Line 14: Task 'forgotten' (EmptyOperator) belongs to no DAG")


def test_nothing_is_said_outside_of_an_import(tmp_path: Path) -> None:
    warnings(tmp_path, "")
    EmptyOperator(task_id="alone")
    Variable.get("bucket", default_var=None)
    assert suspicions._homeless == []
