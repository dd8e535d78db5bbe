"""What Airflow accepts silently but is surely wrong gets a warning, with line and way out."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tradewind.authoring import loader, suspicions
from tradewind.authoring.dag import DAG
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


def test_text_as_tags(tmp_path: Path) -> None:
    (told,) = warnings(tmp_path, "dag = DAG('d', tags='word', schedule=None)")
    assert told == "Line 10: tags='word' is taken for a list of one. Write tags=['word']."
    assert DAG("d", tags="word").tags == {"word"}


MAPPED = {
    "f.expand(x=[1])": "Task 'f' is missing argument 'y', so it will fail.",
    "f.partial(y=1).expand_kwargs([{'x': 1}, {'z': 2}])": "'f' is missing argument 'x' in element 1",
    "f.expand_kwargs([{'x': 1, 'y': 2, 'zz': 2}])": "'f' is given 'zz' in element 0, which",
    "g.expand_kwargs([{'x': 1}, {'X': 1}])": "Task group 'g' is missing argument 'x' in element 1",
    "g.expand_kwargs([{'x': 1, 'other1': 1}])": "does not take, so it will fail. Did you mean 'other'?",
    "f.partial(x=1).expand(y=[1])": None,
    "f.expand(x=[1], y=[2], z=[3])": None,
    "f.expand_kwargs([{'x': 1, 'y': 2}])": None,
    "f.expand_kwargs(make())": None,
    "g.partial(other=2).expand_kwargs([{'x': 1}])": None,
    "rest.expand_kwargs([{'x': 1, 'more': 1}])": None,
    "rest.expand_kwargs([{'more': 1}])": "'rest' is missing argument 'x'",
}


@pytest.mark.parametrize("call", MAPPED)
def test_arguments_of_mapped_functions(tmp_path: Path, call: str) -> None:
    text = f"""
    from airflow.decorators import task, task_group
    @task
    def make(): ...
    @task
    def f(x, y, z=1, ti=None, *, ds): ...
    @task
    def rest(x, **more): ...
    @task_group
    def g(x, other=1):
        EmptyOperator(task_id="a")
    with DAG("d", schedule=None):
        {call}
    """
    told = warnings(tmp_path, text)
    expected = MAPPED[call]
    line = (HEAD + textwrap.dedent(text)).splitlines().index(f"    {call}") + 1
    assert len(told) == (expected is not None)
    assert not told or (told[0].startswith(f"Line {line}: ") and expected in told[0])


TASKS = """
from airflow.decorators import dag, setup, task, task_group

with DAG("d", start_date=START, schedule=None):
"""


@pytest.mark.parametrize(
    "text",
    [
        "@task\n    def lost(): ...",
        "@task.bash(task_id='other')\n    def lost(): ...",
        "@setup\n    def lost(): ...",
        "@task.run_if(lambda context: True)\n    @task\n    def lost(): ...",
        "for n in (1, 2):\n        @task\n        def lost(): ...",
    ],
)
def test_a_function_of_a_dag_that_nobody_calls(tmp_path: Path, text: str) -> None:
    (told,) = warnings(tmp_path, TASKS + "    " + text)
    assert told.endswith(": lost() is defined inside a DAG and never called, so it is no task.")
    assert told.startswith("Line ")


@pytest.mark.parametrize(
    "text",
    [
        "    f()",
        "    f.override(task_id='a')()",
        "    f.partial().expand(x=[1])",
        "    f.expand(x=[1])",
        "    f.expand_kwargs([{'x': 1}])",
        "    if START.year < 2000:\n        f()",
        "    def later():\n        f()",
        "    PythonOperator(task_id='a', python_callable=f.function)",
        "    tasks = {'f': f}\n    tasks['f']()",
        "    @task_group\n    def g():\n        f()\n    g()",
    ],
)
def test_a_function_of_a_dag_that_somebody_may_call(tmp_path: Path, text: str) -> None:
    assert warnings(tmp_path, f"{TASKS}    @task\n    def f(x=1): ...\n{text}") == []


def test_functions_outside_dags_and_of_other_files_may_wait_for_others(tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text(
        f"{HEAD}{TASKS}    @task\n    def unused(): ...\n\n@task\ndef other(): ...\n"
    )
    text = "from shared import other\nwith DAG('e'):\n    other()\n"
    assert warnings(tmp_path, "from airflow.decorators import task\n@task\ndef shared(): ...\n") == []
    assert warnings(tmp_path, text) == []
    in_a_function = "@dag(schedule=None, start_date=START)\ndef e():\n    @task\n    def lost(): ...\ne()\n"
    assert len(warnings(tmp_path, f"from airflow.decorators import dag, task\n{in_a_function}")) == 1
