"""DAG files as published articles print them, of 2016 to 2021, after repair of what the print broke."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tradewind.authoring import loader
from tradewind.authoring.to_spec import to_spec
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import CronDataIntervalTimetable, OnceTimetable

QUEUES = """
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

    dag = DAG(  'dist_example',
            schedule_interval='0 0 * * *' ,
            catchup=False,
            default_args=default_args
        )
    create_command = 'echo $(hostname)'

    t1 = BashOperator(
      task_id='task_for_q1',
      bash_command=create_command,
      queue='queue_1',
      dag=dag
    )

    t2 = BashOperator(
      task_id= 'task_for_q2',
      bash_command=create_command,
      queue='queue_2',
      dag=dag
    )

    t1 >> t2
"""

FLAT = '''
    from airflow import DAG
    from airflow.operators import BashOperator, MySqlOperator

    from datetime import datetime, timedelta

    one_min_ago = datetime.combine(datetime.today() -
    \ttimedelta(minutes=1), datetime.min.time())

    default_args = {
        'owner': 'airflow',
        'start_date': datetime(2016, 5, 29, 8, 30),
        'email': ['someone@example.com'],
        'email_on_failure': False,
        'email_on_retry': False,
    \t'depends_on_past': False,
        'retries': 1,
        'retry_delay': timedelta(minutes=5),
    }

    dag = DAG('ct1', default_args=default_args,
        schedule_interval="@once")

    t1 = BashOperator(
        task_id='print_date',
        bash_command='date',
        dag=dag)

    #cmd = "/home/test/test.bash "
    t2 = BashOperator(
        task_id='echo',
        bash_command='echo "test" ',
        retries=3,
        dag=dag)

    templated_command = """
        {% for i in range(2) %}
            echo "{{ ds }}"
            echo "{{ macros.ds_add(ds, 7) }}"
            echo "{{ params.my_param }}"
        {% endfor %}
    """
    t3 = BashOperator(
        task_id='templated',
        bash_command=templated_command,
        params={'my_param': "Parameter I passed in"},
        dag=dag)

    t2.set_upstream(t1)


    t3.set_upstream(t1)
'''

MOVING = """
    from airflow import DAG
    from airflow.operators import BashOperator

    from datetime import datetime, timedelta

    one_min_ago = datetime.combine(datetime.today() - timedelta(minutes=1),
                                      datetime.min.time())

    default_args = {
        'owner': 'airflow',
        'depends_on_past': True,
        'start_date': one_min_ago,
        'email': ['someone@example.com'],
        'email_on_failure': True,
        'email_on_retry': True,
        'retries': 5,
        'retry_delay': timedelta(hours=30),
    }

    dag = DAG('ct2', default_args=default_args,
        schedule_interval="@once")

    t1 = BashOperator(
        task_id='run1',
        bash_command='(cd /home/ct/test; bash run1.sh -f ct_t1) ',
        dag=dag)

    t2 = BashOperator(
        task_id='run2',
        bash_command='(cd /home/ct/test; bash run2.sh -f ct_t1) ',
        dag=dag)

    t2.set_upstream(t1)
"""


def load(text: str, folder: Path) -> loader.LoadedFile:
    file = folder / "article.py"
    file.write_text(textwrap.dedent(text))
    return loader.load_file(str(file), str(folder))


def spec_of(text: str, folder: Path) -> DagSpec:
    loaded = load(text, folder)
    assert list(loaded.errors) == []
    (dag,) = loaded.dags
    return to_spec(dag)


def test_queues(tmp_path: Path) -> None:
    spec = spec_of(QUEUES, tmp_path)
    assert spec.dag_id == "dist_example"
    assert spec.timetable == CronDataIntervalTimetable(expression="0 0 * * *")
    assert not spec.catchup
    first, second = spec.tasks
    assert (first.queue, second.queue) == ("queue_1", "queue_2")
    assert second.upstream == ("task_for_q1",)
    assert (first.retries, first.retry_delay, first.email) == (1, 300.0, ("airflow@example.com",))


def test_flat_imports_with_a_mysql_operator_and_no_driver(tmp_path: Path) -> None:
    spec = spec_of(FLAT, tmp_path)
    assert isinstance(spec.timetable, OnceTimetable)
    assert spec.catchup
    tasks = {task.task_id: task for task in spec.tasks}
    assert set(tasks) == {"print_date", "echo", "templated"}
    assert tasks["echo"].retries == 3
    assert tasks["templated"].upstream == ("print_date",)
    assert tasks["templated"].params["my_param"].value == "Parameter I passed in"


def test_a_start_date_that_moves(tmp_path: Path) -> None:
    spec = spec_of(MOVING, tmp_path)
    assert [task.depends_on_past for task in spec.tasks] == [True, True]
    assert [task.retry_delay for task in spec.tasks] == [108_000.0, 108_000.0]


@pytest.mark.parametrize("text", [FLAT, QUEUES])
def test_the_misprint_names_the_line_and_the_word(text: str, tmp_path: Path) -> None:
    broken = text.replace("'start_date': datetime(", "'start_date': datatime(")
    loaded = load(broken, tmp_path)
    (error,) = loaded.errors
    lines = textwrap.dedent(broken).split("\n")
    assert error.line == next(number for number, line in enumerate(lines, 1) if "datatime" in line)
    assert "datatime" in error.message
    assert "datetime" in error.message
