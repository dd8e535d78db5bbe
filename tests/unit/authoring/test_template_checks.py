"""§1.14 Templates that cannot be rendered are told of when the DAG file is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tradewind.authoring import loader

HEAD = """
from airflow.sdk import DAG, BaseOperator, literal
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import PythonOperator

class Sql(BaseOperator):
    template_fields = ("sql", "more")
    template_ext = (".sql",)
    def __init__(self, sql, more=None, **kwargs):
        super().__init__(**kwargs)
        self.sql, self.more = sql, more

class Own(Sql):
    def render_template_fields(self, context, jinja_env=None):
        pass

with DAG("d", schedule=None%s) as dag:
    """


def warnings(folder: Path, text: str, dag: str = "") -> list[str]:
    file = folder / "templates.py"
    file.write_text(HEAD % (dag and f", {dag}") + text)
    loaded = loader.load_file(str(file), str(folder), folders=())
    assert list(loaded.errors) == []
    return list(loaded.warnings)


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (
            "BashOperator(task_id='t', bash_command='a\\nb {{ ds }')",
            "Task 't', field 'bash_command', line 2: 'b {{ ds }': unexpected '}'. The task will fail: mend",
        ),
        ("Sql(task_id='t', sql='{{ }}')", "Task 't', field 'sql', line 1: '{{ }}': Expected an expression"),
        (
            "Sql(task_id='t', sql='x', more={'a': ['{% for x in y %}']})",
            "Task 't', field 'more', line 1: '{% for x in y %}': Unexpected end of template",
        ),
        (
            "PythonOperator(task_id='t', python_callable=print, op_args=['{{ 1 + }}'])",
            "Task 't', field 'op_args', line 1: '{{ 1 + }}': unexpected 'end of print statement'",
        ),
        (
            "Sql.partial(task_id='t', sql='{{ ds | ts_nodahs }}').expand(more=[1])",
            "'sql', line 1: '{{ ds | ts_nodahs }}': there is no filter named 'ts_nodahs', so the task will "
            "fail. Did you mean 'ts_nodash'?",
        ),
        ("Sql(task_id='t', sql='{{ 1 is evn }}')", "there is no test named 'evn', so the task will fail."),
        (
            "BashOperator(task_id='t', bash_command='run.sh')",
            "so the task will fail. Put it there, or name its folder in template_searchpath. If the text",
        ),
        (
            "Sql(task_id='t', sql='broken.sql')",
            "broken.sql), line 2: 'where {{ x': unexpected end of template",
        ),
    ],
)
def test_what_cannot_be_rendered(tmp_path: Path, task: str, told: str) -> None:
    (tmp_path / "broken.sql").write_text("select 1\nwhere {{ x")
    (found,) = warnings(tmp_path, task)
    assert told in found and found.startswith(("Line ", "Task 't'"))


@pytest.mark.parametrize(
    "task",
    [
        "BashOperator(task_id='t', bash_command='{{ var.value.get(\"a\", \"}}\") | upper }} {{- run_id -}}')",
        "BashOperator(task_id='t', bash_command='run.sh ')",
        "Sql(task_id='t', sql='sub/whole.sql', more='{% raw %}{{ ds }{% endraw %}')",
        "Sql(task_id='t', sql='{# a #}', more=['{% set a = 1 %}{% do [].append(1) %}{{ a if a else 2 }}'])",
        "Sql(task_id='t', sql=literal('{{ ds }'), more='{{ params.x[\"a\"] ~ 1 }}')",
        "Sql(task_id='t', sql='{% if ds is defined %}{{ ds | none_such }}{% endif %}')",
        "Own(task_id='t', sql='{{ ds }')",
    ],
)
def test_what_may_be_rendered(tmp_path: Path, task: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "whole.sql").write_text("select {{ ds }}")
    assert warnings(tmp_path, task) == []


def test_what_a_dag_says_of_its_templates_counts(tmp_path: Path) -> None:
    marks = "jinja_environment_kwargs={'variable_start_string': '<<', 'variable_end_string': '>>'}"
    (found,) = warnings(tmp_path, "Sql(task_id='t', sql='<< ds >', more='{{ ds }')", marks)
    assert "field 'sql'" in found
    own = "user_defined_filters={'shout': str.upper}"
    assert warnings(tmp_path, "Sql(task_id='t', sql='{{ ds | shout }}')", own) == []
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.sql").write_text("{{")
    (found,) = warnings(
        tmp_path, "Sql(task_id='t', sql='a.sql')", f"template_searchpath={str(tmp_path / 'elsewhere')!r}"
    )
    assert "elsewhere/a.sql), line 1: '{{'" in found


def test_usual_templates_load_no_jinja(tmp_path: Path) -> None:
    text = "'{{ ds }} {{ params.x }} {{ macros.ds_add(ds, -1) | d(\\'x\\') }}'"
    assert warnings(tmp_path, f"BashOperator(task_id='t', bash_command={text})") == []
    file = tmp_path / "templates.py"
    code = (
        "import sys; from tradewind.authoring import loader; "
        f"loader.load_file({str(file)!r}, {str(tmp_path)!r}); print('jinja2' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
