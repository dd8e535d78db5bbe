"""§1.14 Templates of task arguments."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tradewind.authoring import execution
from tradewind.authoring.dag import DAG
from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.authoring.templating.render import TemplateFailed, literal


class Holder(BaseOperator):
    template_fields = ("value",)
    template_ext = (".txt",)

    def __init__(self, value, **kwargs):
        super().__init__(**kwargs)
        self.value = value


def render(runs, value, dag=None, **options):
    made = dag or DAG("d", params={"x": "p"}, user_defined_macros={"twice": lambda v: v * 2},
                      user_defined_filters={"shout": str.upper})  # fmt: skip
    ti = runs.ti(Holder(task_id="a", value=value, dag=made), **options)
    task, context = execution.prepare(ti)
    execution.render(task, context)
    return task.value


class Inner:
    template_fields = ("text",)

    def __init__(self, text):
        self.text = text


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ ds }}", "2024-01-31"),
        ("{{ macros.ds_add(ds, 7) }}", "2024-02-07"),
        ("{{ params.x }}{{ params['x'] }}", "pp"),
        ("{{ logical_date | ds_nodash }} {{ ts_nodash }}", "20240131 20240131T063000"),
        ("{{ logical_date | ts_nodash_with_tz }}", "20240131T063000+0000"),
        ("{{ data_interval_start.strftime('%H') }}", "06"),
        ("{{ twice('a') | shout }}", "AA"),
        ("{% for i in range(2) %}{{ i }}{{ ds }}{% endfor %}", "02024-01-3112024-01-31"),
        ("{% set x = ds %}{{ x }}", "2024-01-31"),
        ("{{ dag.dag_id }}.{{ task.task_id }} {{ ti.try_number }} {{ dag_run.run_id }}", "d.a 1 r1"),
        ("{{ ti.xcom_pull(task_ids='other') }}", "5"),
        ("{% if logical_date is defined %}yes{% endif %}", "yes"),
        ("{# nothing #}", ""),
        ("{{ var.value.get('no', 'default') }}", "default"),
        ("plain } { text", "plain } { text"),
        (5, 5),
        (None, None),
        (
            ["{{ ds }}", ("{{ ds }}",), {"k": {"{{ ds }}"}}],
            ["2024-01-31", ("2024-01-31",), {"k": {"2024-01-31"}}],
        ),
        (literal("{{ ds }}"), "{{ ds }}"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_rendering(runs, template, expected):
    runs.link.put("other", 5)
    assert render(runs, template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ yesterday_ds }} {{ yesterday_ds_nodash }}", "2024-01-30 20240130"),
        ("{{ tomorrow_ds }} {{ tomorrow_ds_nodash }}", "2024-02-01 20240201"),
        (
            "{{ END_DATE }} {{ end_date }} {{ latest_date }} {{ tables }}",
            "2024-01-31 2024-01-31 2024-01-31 None",
        ),
        ("{{ execution_date | ts }}", "2024-01-31T06:30:00+00:00"),
        ("{{ ts_nodash_with_tz }}", "20240131T063000+0000"),
        ("{{ task_instance_key_str }} {{ test_mode }}", "d__a__20240131 False"),
        ("{{ inlets }}{{ outlets }}", "[][]"),
        ("{{ var.value.plain }} {{ var.json.deep.k[0] }}", "text 1"),
        ("{{ var.json.get('no', {'a': 2}).a }}", "2"),
        ("{{ conn.web.host }} {{ conn.get('web').login }}", "h.example u"),
        ("{{ conn.get('no', none) }}", "None"),
        ("{{ conf.get('core', 'parallelism') }}", "32"),
        ("{{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%y') }}", "31.01.24"),
        ("{{ macros.datetime(2024, 1, 1).year }} {{ macros.timedelta(days=1).days }}", "2024 1"),
        ("{{ macros.dateutil.parser.parse(ds).day }}", "31"),
        ("{{ macros.json.dumps([1]) }}{{ macros.yaml.dump([1]) }}", "[1]- 1\n"),
        ("{{ macros.uuid.UUID(int=1).hex[-1] }} {{ 0 <= macros.random() < 1 }}", "1 True"),
        ("{{ macros.time.strftime('%Y', macros.time.gmtime(0)) }}", "1970"),
        (
            "{{ macros.datetime_diff_for_humans(macros.datetime(2024, 1, 1), macros.datetime(2024, 1, 2)) }}",
            "1 day before",
        ),
        ("{% do [].append(1) %}", ""),
        ("{{ logical_date | ts_nodash }} {{ logical_date | ds }}", "20240131T063000 2024-01-31"),
        ("{{ ti.next_try_number }} {{ ti.prev_attempted_tries }}", "2 1"),
        ("{{ dag_run.conf['c'] }} {{ dag_run.external_trigger }}", "1 False"),
    ],
)
def test_rows_of_the_feature_table(runs, monkeypatch, template, expected):
    """§1.14: context variables of 1.10, 2.x and 3.x, macros, filters."""
    monkeypatch.setenv("AIRFLOW_VAR_PLAIN", "text")
    monkeypatch.setenv("AIRFLOW_VAR_DEEP", '{"k": [1]}')
    monkeypatch.setenv("AIRFLOW_CONN_WEB", "http://u:p@h.example/")
    assert render(runs, template, conf={"c": 1}, run_type="scheduled") == expected


def test_options_of_the_environment(runs):
    """§1.14 jinja_environment_kwargs: blocks leave no lines behind, and another extension brings break."""
    dag = DAG("d", jinja_environment_kwargs={"trim_blocks": True, "extensions": ["jinja2.ext.loopcontrols"]})
    text = "{% for i in range(9) %}\n{% if i == 1 %}{% break %}{% endif %}\n{{ i }}{% endfor %}"
    assert render(runs, text, dag=dag) == "0"


def test_objects_with_template_fields(runs):
    assert render(runs, [Inner("{{ ds }}")])[0].text == "2024-01-31"


def test_native_objects(runs):
    made = DAG("d", render_template_as_native_obj=True, params={"n": [1, 2]})
    assert render(runs, "{{ params.n }}", made) == [1, 2]
    assert (
        render(runs, "{{ ti.xcom_pull(task_ids='no') }}", DAG("e", render_template_as_native_obj=True))
        is None
    )


def test_files_beside_the_dag_and_on_the_search_path(runs, tmp_path):
    (tmp_path / "one.txt").write_text("one {{ ds }} {% include 'two.txt' %}")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "two.txt").write_text("two")
    made = DAG("d", template_searchpath=str(tmp_path / "more"), full_filepath=str(tmp_path / "dag.py"))
    assert render(runs, "one.txt", made) == "one 2024-01-31 two"


def test_a_command_that_looks_like_a_file(runs):
    with DAG("d", full_filepath="/dags/x.py"):
        bad = BashOperator(task_id="a", bash_command="/home/test/test.bash")
        good = BashOperator(task_id="b", bash_command="/home/test/test.bash ")
    task, context = execution.prepare(runs.ti(bad))
    with pytest.raises(TemplateFailed, match=r"none of the folders /dags.*put a space at its end"):
        execution.render(task, context)
    task, context = execution.prepare(runs.ti(good))
    execution.render(task, context)
    assert task.bash_command == "/home/test/test.bash "


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("a\n{{ dss }}", "line 2: '{{ dss }}': 'dss' is undefined. Did you mean 'ds'?"),
        ("{{ params.xx }}", "has no attribute 'xx'. Did you mean 'x'?"),
        ("{% for %}", "line 1"),
        ("{{ 1 / 0 }}", "line 1: '{{ 1 / 0 }}': ZeroDivisionError"),
        ("{{ ds | nofilter }}", "nofilter"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ var.value.nothing_here }}", "Variable 'nothing_here' is not defined"),
    ],
)
def test_what_is_wrong_is_named(runs, template, words):
    with pytest.raises(TemplateFailed) as caught:
        render(runs, template)
    assert words in str(caught.value)
    assert "Task 'a', field 'value'" in str(caught.value)


def test_a_message_ends_with_one_full_stop(runs):
    with pytest.raises(TemplateFailed, match=r"unexpected end of template[^.]*\.$"):
        render(runs, "{{ ds")


def test_dates_in_a_run_without_one(runs):
    with pytest.raises(TemplateFailed, match="no logical date"):
        render(runs, "{{ ds }}", at=None)


def test_a_missing_attribute_is_named(runs):
    class Broken(Holder):
        template_fields = ("valeu",)

    task, context = execution.prepare(runs.ti(Broken(task_id="a", value=1, dag=DAG("d"))))
    with pytest.raises(Exception, match="names the template field 'valeu'"):
        execution.render(task, context)


def test_the_original_task_is_left_alone(runs):
    with DAG("d"):
        task = PythonOperator(task_id="a", python_callable=lambda x: x, op_kwargs={"x": ["{{ ds }}"]})
    assert runs.run(task)[0] == ["2024-01-31"]
    assert task.op_kwargs == {"x": ["{{ ds }}"]}


def test_undefined_may_be_lenient(runs):
    import jinja2

    assert render(runs, "[{{ nothing }}]", DAG("d", template_undefined=jinja2.Undefined)) == "[]"


def test_own_marks(runs):
    made = DAG("d", jinja_environment_kwargs={"variable_start_string": "<<", "variable_end_string": ">>"})
    assert render(runs, "<< ds >> {{ ds }}", made) == "2024-01-31 {{ ds }}"


def test_plain_text_needs_no_jinja():
    code = (
        "import sys; from datetime import datetime\n"
        "from tradewind.authoring import defaults; defaults.use(defaults.Defaults())\n"
        "from tradewind.authoring.dag import DAG\n"
        "from tradewind.authoring.operators.bash import BashOperator\n"
        "task = BashOperator(task_id='a', bash_command='date', dag=DAG('d'))\n"
        "task.render_template_fields({})\n"
        "heavy = {'jinja2', 'pendulum', 'croniter', 'dateutil', 'asyncio', 'logging', 'sqlalchemy', 'rich'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
