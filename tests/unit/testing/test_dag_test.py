"""``dag.test()``: what it calls at the end, and what the run that it returns tells."""

from datetime import UTC, datetime
from typing import Any

import pytest
from airflow.sdk import DAG, task

from tradewind.testing.tested_run import TestedRun

Called = list[tuple[Any, ...]]


def _dag(called: Called, *, fails: bool = False, **options: Any) -> DAG:
    def note(context: Any) -> None:
        run = context["dag_run"]
        pulled = context["ti"].xcom_pull(task_ids="first")
        states = sorted(one.state for one in run.get_task_instances())
        called.append((context["reason"], run.state, run.end_date is not None, pulled, states))

    options = {"on_success_callback": note, "on_failure_callback": [note]} | options
    with DAG("tested", schedule=None, **options) as dag:

        @task
        def first() -> int:
            return 7

        @task
        def second(number: int) -> int:
            if fails:
                raise ValueError("never")
            return number + 1

        @task
        def each(number: int) -> int:
            return 10 * number

        second(first())
        each.expand(number=[1, 2])
    return dag


def test_the_dags_callback_of_success_sees_the_run_that_ended() -> None:
    called: Called = []
    assert _dag(called).test().state == "success"
    assert [(state, *rest) for _, state, *rest in called] == [("success", True, 7, ["success"] * 4)]


def test_that_of_failure_is_called_instead() -> None:
    called: Called = []
    _dag(called, fails=True).test()
    ((reason, state, ended, pulled, states),) = called
    assert reason and (state, ended, pulled) == ("failed", True, 7)
    assert states == ["failed", "success", "success", "success"]


def test_one_that_raises_changes_nothing() -> None:
    def broken(context: Any) -> None:
        raise RuntimeError("in the callback")

    assert _dag([], on_success_callback=broken).test().state == "success"


@pytest.fixture(scope="module")
def run() -> TestedRun:
    return _dag([]).test(logical_date=datetime(2024, 3, 1, tzinfo=UTC))


def test_task_instances_of_the_run_pull_its_xcoms(run: TestedRun) -> None:
    second = run.get_task_instance("second")
    assert second.xcom_pull(task_ids="first") == 7
    assert second.xcom_pull(task_ids=["first", "second"]) == [7, 8]
    assert second.xcom_pull(task_ids="each") == [10, 20]
    assert second.xcom_pull(task_ids="each", map_indexes=1) == 20
    assert second.xcom_pull(key="nothing", task_ids="first", default="none") == "none"
    assert run.get_task_instance("each", map_index=1).xcom_pull() == 20
    assert run.get_task_instance("each", map_index=0).xcom_pull(task_ids="each") == [10, 20]


def test_task_instances_of_the_run_know_their_task_and_run(run: TestedRun) -> None:
    second = run.get_task_instance("second")
    assert second.task is run.dag.get_task("second")
    assert second.get_dagrun() is run
    assert second.current_state() == "success"
    assert second.log.name == "airflow.task"
    assert run.get_dag() is run.dag
    assert {one.task_id for one in run.get_task_instances(state="success")} == {"first", "second", "each"}
    assert run.get_task_instance("absent") is None


def test_the_run_tells_what_it_was(run: TestedRun) -> None:
    assert (run.run_type.value, run.state.value, run.is_backfill) == ("manual", "success", False)
    assert run.get_state() == "success"
    assert run.start_date <= run.end_date
    assert run.logical_date == run.execution_date == datetime(2024, 3, 1, tzinfo=UTC)
    assert run.external_trigger
