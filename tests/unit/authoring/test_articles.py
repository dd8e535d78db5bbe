"""The DAG files of two old articles, as people copied them."""

from __future__ import annotations

from datetime import UTC, datetime
from textwrap import dedent

import pytest

from tradewind.authoring import execution, loader
from tradewind.authoring.to_spec import specs_of
from tradewind.domain.spec import timetable as kinds

SAMPLE = """
    from airflow import DAG
    from airflow.operators.bash_operator import BashOperator
    from datetime import datetime, timedelta

    default_args = {
      'owner': 'airflow',
      'depends_on_past': False,
      'start_date': datetime(2021, 1, 15),
      'email': ['airflow@example.com'],
      'email_on_failure': False,
      'email_on_retry': False,
      'retries': 1,
      'retry_delay': timedelta(minutes=5),
    }
    dag = DAG('dist_example', schedule_interval='0 0 * * *', catchup=False, default_args=default_args)
    create_command = 'echo $(hostname)'
    t1 = BashOperator(task_id='task_for_q1', bash_command=create_command, queue='queue_1', dag=dag)
    t2 = BashOperator(task_id='task_for_q2', bash_command=create_command, queue='queue_2', dag=dag)
    t1 >> t2
"""
CT1 = """
    from airflow import DAG
    from airflow.operators import BashOperator, MySqlOperator

    from datetime import datetime, timedelta

    default_args = {
        'owner': 'airflow',
        'start_date': datatime(2016, 5, 29, 8, 30),
        'email': ['someone@163.com'],
        'email_on_failure': False,
    \t'depends_on_past': False,
        'retries': 1,
        'retry_delay': timedelta(minutes=5),
    }
    dag = DAG('ct1', default_args=default_args,
        schedule_interval="@once")

    t1 = BashOperator(task_id='print_date', bash_command='date', dag=dag)
    #cmd = "/home/test/test.bash " mind the blank at the end
    t2 = BashOperator(task_id='echo', bash_command='echo "test" ', retries=3, dag=dag)

    templated_command = \"\"\"
        {% for i in range(2) %}
            echo "{{ ds }}"
            echo "{{ macros.ds_add(ds, 7) }}"
            echo "{{ params.my_param }}"
        {% endfor %}
    \"\"\"
    t3 = BashOperator(
        task_id='templated',
        bash_command=templated_command,
        params={'my_param': "Parameter I passed in"},
        dag=dag)
    t2.set_upstream(t1)
    t3.set_upstream(t1)
"""
CT2 = """
    from airflow import DAG
    from airflow.operators import BashOperator
    from datetime import datetime, timedelta

    one_min_ago = datetime.combine(datetime.today() - timedelta(minutes=1), datetime.min.time())
    default_args = {
        'owner': 'airflow',
        'depends_on_past': True,
        'start_date': one_min_ago,
        'email': ['someone@163.com'],
        'email_on_failure': True,
        'email_on_retry': True,
        'retries': 5,
        'retry_delay': timedelta(hours=30),
    }
    dag = DAG('ct2', default_args=default_args, schedule_interval="@once")
    t1 = BashOperator(task_id='run1', bash_command='(cd /home/ct/test; bash run1.sh -f ct_t1) ', dag=dag)
    t2 = BashOperator(task_id='run2', bash_command='(cd /home/ct/test; bash run2.sh -f ct_t1) ', dag=dag)
    t2.set_upstream(t1)
"""


@pytest.fixture
def load(tmp_path):
    def write_and_load(name: str, text: str) -> loader.LoadedFile:
        (tmp_path / name).write_text(dedent(text))
        return loader.load_file(str(tmp_path / name), str(tmp_path), folders=[])

    return write_and_load


def test_two_queues(load):
    found = load("sample-dag.py", SAMPLE)
    ((spec,), problems) = specs_of(found.dags, found.path)
    assert (found.errors, problems) == ([], ())
    assert spec.timetable == kinds.CronDataIntervalTimetable(expression="0 0 * * *")
    assert (spec.catchup, spec.start_date) == (False, datetime(2021, 1, 15, tzinfo=UTC))
    first, second = spec.tasks
    assert (first.queue, second.queue, second.upstream) == ("queue_1", "queue_2", ("task_for_q1",))
    assert (first.retries, first.retry_delay, first.email) == (1, 300.0, ("airflow@example.com",))
    assert (first.email_on_failure, first.email_on_retry) == (False, False)


def test_the_typo_gives_the_line_and_what_was_meant(load):
    found = load("ct1.py", CT1)
    assert found.dags == []
    assert found.errors[0].line == 9
    assert found.errors[0].message == "NameError: name 'datatime' is not defined. Did you mean 'datetime'?"


def test_one_file_in_three_tasks(load, runs):
    found = load("ct1.py", CT1.replace("datatime", "datetime"))
    ((spec,), problems) = specs_of(found.dags, found.path)
    assert (found.errors, problems) == ([], ())
    assert isinstance(spec.timetable, kinds.OnceTimetable)
    assert spec.start_date == datetime(2016, 5, 29, 8, 30, tzinfo=UTC)
    assert {task.task_id: (task.upstream, task.retries) for task in spec.tasks} == {
        "print_date": ((), 1),
        "echo": (("print_date",), 3),
        "templated": (("print_date",), 1),
    }
    dag = found.dag("ct1")
    assert runs.run(dag.get_task("echo"))[0] == "test"
    assert runs.run(dag.get_task("templated"))[0] == "Parameter I passed in"
    task, context = execution.prepare(runs.ti(dag.get_task("templated")))
    execution.render(task, context)
    assert task.bash_command.count('echo "2024-02-07"') == 2


def test_a_start_date_of_today(load):
    found = load("ct2.py", CT2)
    ((spec,), _) = specs_of(found.dags, found.path)
    assert (spec.start_date.hour, spec.start_date.minute) == (0, 0)
    assert [task.depends_on_past for task in spec.tasks] == [True, True]
    assert spec.tasks[0].retry_delay == 108000.0
    assert spec.tasks[0].template_fields["bash_command"].endswith(") ")
