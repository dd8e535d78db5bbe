"""One small DAG in the words of 1.x, 2.x and 3.x: three equal specs, but for what the age decides."""

from __future__ import annotations

import textwrap
from pathlib import Path

import msgspec
import pytest

from tradewind.authoring import loader
from tradewind.authoring.to_spec import to_spec
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import CronDataIntervalTimetable, CronTriggerTimetable

FIRST = """
    from datetime import datetime, timedelta

    from airflow import DAG
    from airflow.operators import BashOperator, DummyOperator, PythonOperator
    from airflow.utils.trigger_rule import TriggerRule

    dag = DAG(
        "ages",
        default_args={
            "owner": "ann",
            "start_date": datetime(2020, 1, 1),
            "retries": 2,
            "retry_delay": timedelta(minutes=1),
        },
        SCHEDULE,
        catchup=False,
        max_active_runs=3,
        params={"n": 1},
    )
    begin = DummyOperator(task_id="begin", dag=dag)
    say = BashOperator(task_id="say", bash_command="echo {{ ds }}", dag=dag)
    count = PythonOperator(
        task_id="count", python_callable=len, op_args=["abc"], provide_context=True, dag=dag
    )
    end = DummyOperator(task_id="end", trigger_rule=TriggerRule.ALL_DONE, dag=dag)
    say.set_upstream(begin)
    begin.set_downstream(count)
    end.set_upstream([say, count])
"""

SUFFIXED = """
    from datetime import datetime, timedelta

    from airflow.models import DAG
    from airflow.operators.bash_operator import BashOperator
    from airflow.operators.dummy_operator import DummyOperator
    from airflow.operators.python_operator import PythonOperator

    args = {
        "owner": "ann",
        "start_date": datetime(2020, 1, 1),
        "retries": 2,
        "retry_delay": timedelta(minutes=1),
    }
    with DAG("ages", SCHEDULE, default_args=args, catchup=False, max_active_runs=3, params={"n": 1}) as dag:
        begin = DummyOperator(task_id="begin")
        say = BashOperator(task_id="say", bash_command="echo {{ ds }}")
        count = PythonOperator(task_id="count", python_callable=len, op_args=["abc"])
        end = DummyOperator(task_id="end", trigger_rule="all_done")
        begin >> [say, count] >> end
"""

SECOND = """
    from datetime import datetime, timedelta

    from airflow.models.dag import DAG
    from airflow.models.baseoperator import chain
    from airflow.models.param import Param
    from airflow.operators.bash import BashOperator
    from airflow.operators.dummy import DummyOperator
    from airflow.operators.python import PythonOperator

    with DAG(
        dag_id="ages",
        start_date=datetime(2020, 1, 1),
        default_args={"owner": "ann", "retries": 2, "retry_delay": timedelta(minutes=1)},
        SCHEDULE,
        catchup=False,
        max_active_runs=3,
        params={"n": Param(1)},
    ) as dag:
        begin = DummyOperator(task_id="begin")
        say = BashOperator(task_id="say", bash_command="echo {{ ds }}")
        count = PythonOperator(task_id="count", python_callable=len, op_args=["abc"])
        end = DummyOperator(task_id="end", trigger_rule="all_done")
        chain(begin, [say, count], end)
"""

THIRD = """
    from datetime import datetime, timedelta

    from airflow.providers.standard.operators.bash import BashOperator
    from airflow.providers.standard.operators.empty import EmptyOperator as DummyOperator
    from airflow.providers.standard.operators.python import PythonOperator
    from airflow.sdk import DAG, Param, TriggerRule, chain

    with DAG(
        dag_id="ages",
        start_date=datetime(2020, 1, 1),
        default_args={"owner": "ann", "retries": 2, "retry_delay": timedelta(minutes=1)},
        SCHEDULE,
        max_active_runs=3,
        params={"n": Param(1)},
    ) as dag:
        begin = DummyOperator(task_id="begin")
        say = BashOperator(task_id="say", bash_command="echo {{ ds }}")
        count = PythonOperator(task_id="count", python_callable=len, op_args=["abc"])
        end = DummyOperator(task_id="end", trigger_rule=TriggerRule.ALL_DONE)
        chain(begin, [say, count], end)
"""

WORDS = {"1.x": FIRST, "1.10": SUFFIXED, "2.x": SECOND, "3.x": THIRD}
AGES = sorted(WORDS)


def spec_of(age: str, schedule: str, folder: Path) -> DagSpec:
    """The spec of the DAG in the words of an age; all files have one name, which a spec must not show."""
    file = folder / age / "ages.py"
    file.parent.mkdir(parents=True)
    file.write_text(textwrap.dedent(WORDS[age]).replace("SCHEDULE", schedule))
    loaded = loader.load_file(str(file), str(folder))
    assert loaded.errors in ((), [])
    (dag,) = loaded.dags
    return same_words(to_spec(dag))


def same_words(spec: DagSpec) -> DagSpec:
    """DummyOperator and EmptyOperator are two names of one thing, and shown as the author wrote them."""
    tasks = tuple(
        msgspec.structs.replace(task, operator=task.operator.replace("Dummy", "Empty"), ui_color="")
        for task in spec.tasks
    )
    return msgspec.structs.replace(spec, tasks=tasks)


@pytest.mark.parametrize("age", AGES)
def test_equal_specs_with_todays_keyword(age: str, tmp_path: Path) -> None:
    ours = spec_of(age, 'schedule="0 6 * * *"', tmp_path)
    theirs = spec_of("2.x" if age == "3.x" else "3.x", 'schedule="0 6 * * *"', tmp_path)
    assert ours == theirs


@pytest.mark.parametrize("age", AGES[:-1])
def test_the_old_keyword_changes_only_what_the_age_decides(age: str, tmp_path: Path) -> None:
    old = spec_of(age, 'schedule_interval="0 6 * * *"', tmp_path)
    new = spec_of("3.x", 'schedule="0 6 * * *"', tmp_path)
    assert old.timetable == CronDataIntervalTimetable(expression="0 6 * * *")
    assert new.timetable == CronTriggerTimetable(expressions=("0 6 * * *",))
    assert (old.max_active_tasks_scope, new.max_active_tasks_scope) == ("dag", "run")
    assert msgspec.structs.replace(old, timetable=new.timetable, max_active_tasks_scope="run") == new
