"""§1.4, §6 SubDagOperator: the tasks of a sub-DAG as tasks of the DAG around it."""

from __future__ import annotations

from datetime import datetime

import pytest

from tradewind.authoring import loader
from tradewind.authoring.dag import DAG
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import BranchPythonOperator, PythonOperator
from tradewind.authoring.operators.subdag import SubDagOperator
from tradewind.authoring.task_group import TaskGroup
from tradewind.domain import errors
from tradewind.testing import dag_test

START = datetime(2024, 1, 1)


def fails():
    raise ValueError("as planned")


def skips():
    raise errors.AirflowSkipException("as planned")


def section(parent, name, middle=lambda: 1, **options):
    """A sub-DAG: first >> middle >> last."""
    made = DAG(f"{parent}.{name}", start_date=START, schedule_interval="@daily", **options)
    first = PythonOperator(task_id="first", python_callable=lambda: "from first", dag=made)
    middle = PythonOperator(task_id="middle", python_callable=middle, dag=made)
    last = PythonOperator(
        task_id="last", dag=made,
        python_callable=lambda ti: [
            ti.xcom_pull(task_ids="first"), ti.xcom_pull(task_ids="first", dag_id=f"{parent}.{name}"),
            ti.xcom_pull(task_ids="start"),
        ],
    )  # fmt: skip
    first >> middle >> last
    return made


def whole(middle=lambda: 1, **options):
    with DAG("parent", start_date=START, schedule_interval=None) as dag:
        start = PythonOperator(task_id="start", python_callable=lambda: "from start")
        inner = SubDagOperator(
            task_id="section", subdag=section("parent", "section", middle), mode="reschedule", **options
        )
        start >> inner >> EmptyOperator(task_id="after")
    return dag


def test_its_tasks_are_tasks_of_the_dag():
    dag = whole()
    assert sorted(dag.task_dict) == [
        "after", "section", "section.first", "section.last", "section.middle", "start",
    ]  # fmt: skip
    assert dag.get_task("section.first").upstream_task_ids == {"start"}
    assert dag.get_task("section").upstream_task_ids == {"section.last"}
    assert dag.get_task("after").upstream_task_ids == {"section"}
    assert list(dag.task_group_dict) == ["section-subdag"]
    dag.validate()


@pytest.mark.parametrize(
    ("middle", "options", "expected"),
    [
        (lambda: 1, {}, {"last": "success", "section": "success", "after": "success"}),
        (fails, {}, {"last": "upstream_failed", "section": "failed", "after": "upstream_failed"}),
        (skips, {}, {"last": "skipped", "section": "success", "after": "success"}),
        (
            skips,
            {"propagate_skipped_state": "any_leaf"},
            {"last": "skipped", "section": "success", "after": "skipped"},
        ),
    ],
)
def test_how_it_ends(middle, options, expected):
    run = dag_test.run(whole(middle, **options))
    states = {name.removeprefix("section."): state for name, state in run.task_states.items()}
    assert states | expected == states


def test_xcoms_are_found_by_their_old_names():
    assert dag_test.run(whole()).results["section.last"] == ["from first", "from first", "from start"]


def test_trigger_rule_and_branches():
    with DAG("parent", start_date=START, schedule_interval=None) as dag:
        choose = BranchPythonOperator(task_id="choose", python_callable=lambda: "one")
        sections = [SubDagOperator(task_id=name, subdag=section("parent", name)) for name in ("one", "two")]
        choose >> sections
        join = SubDagOperator(task_id="join", subdag=section("parent", "join"), trigger_rule="one_success")
        sections >> join
    states = dag_test.run(dag).task_states
    assert (states["one"], states["two"], states["two.first"]) == ("success", "skipped", "skipped")
    assert (states["join.first"], states["join"]) == ("success", "success")


def test_sub_dags_in_sub_dags_and_groups():
    with DAG("parent", start_date=START, schedule_interval=None) as dag:
        outer = DAG("parent.outer", start_date=START, schedule_interval=None, params={"p": 5})
        with outer:
            with TaskGroup("group"):
                shown = PythonOperator(task_id="shown", python_callable=lambda params: params["p"])
            shown >> SubDagOperator(task_id="inner", subdag=section("parent.outer", "inner"))
        SubDagOperator(task_id="outer", subdag=outer)
    run = dag_test.run(dag)
    assert run.state == "success"
    assert run.results["outer.group.shown"] == 5
    assert run.results["outer.inner.last"][:2] == ["from first", "from first"]
    assert sorted(dag.task_group_dict) == ["outer-subdag", "outer.group", "outer.inner-subdag"]


def test_misuse():
    with DAG("parent", start_date=START, schedule_interval=None):
        with pytest.raises(errors.InvalidValue, match=r"be 'parent\.section'"):
            SubDagOperator(task_id="section", subdag=section("other", "section"))
        with pytest.raises(ValueError, match="some_leaf"):
            SubDagOperator(task_id="x", subdag=section("parent", "x"), propagate_skipped_state="some_leaf")
    with pytest.raises(errors.DagDefinitionError, match="belongs to no DAG"):
        SubDagOperator(task_id="section", subdag=section("parent", "section"))


FILE = """
from datetime import datetime
from airflow import DAG
from airflow.executors.sequential_executor import SequentialExecutor
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.subdag_operator import SubDagOperator

dag = DAG("old", start_date=datetime(2017, 1, 1), schedule_interval="@once")
sub = DAG("old.section", start_date=datetime(2017, 1, 1), schedule_interval="@once",
          on_failure_callback=print)
DummyOperator(task_id="inside", dag=sub)
section = SubDagOperator(task_id="section", subdag=sub, dag=dag, executor=SequentialExecutor())
"""


def test_a_file_of_airflow_one(tmp_path):
    (tmp_path / "old.py").write_text(FILE)
    found = loader.load_file(str(tmp_path / "old.py"), str(tmp_path))
    assert (found.errors, [dag.dag_id for dag in found.dags]) == ([], ["old"])
    assert "on_failure_callback has no effect" in found.warnings[0]
