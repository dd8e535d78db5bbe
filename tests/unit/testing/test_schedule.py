"""Thirty days of a schedule, in virtual time."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.testing.kit import simulate

START = datetime(2024, 3, 1, tzinfo=UTC)


def chain(*task_ids: str, **options: object) -> DAG:
    options = {"start_date": START, "catchup": True, **options}
    if "schedule_interval" not in options:
        options.setdefault("schedule", "@daily")
    with DAG("d", **options) as dag:  # type: ignore[arg-type]
        tasks = [PythonOperator(task_id=task_id, python_callable=print) for task_id in task_ids]
        for up, down in itertools.pairwise(tasks):
            up >> down
    return dag


def test_a_daily_dag_runs_thirty_times() -> None:
    """Item 11: 30 days of a schedule."""
    runs = simulate(chain("a", "b"), start=START, seconds={"a": 60, "b": 30})
    assert len(runs) == 30
    assert {run.state for run in runs} == {"success"}
    assert runs[0].run_after == runs[0].started == START
    assert runs[4].ended - runs[4].started == timedelta(seconds=90)
    assert runs[4].tasks == {"a": "success", "b": "success"}
    assert runs[-1].logical_date == START + timedelta(days=29)


def test_intervals_of_the_second_age() -> None:
    runs = simulate(chain("a", schedule_interval="@daily"), start=START, days=3)
    assert [run.logical_date.day for run in runs] == [1, 2]
    assert runs[0].run_after == runs[0].data_interval_end == START + timedelta(days=1)


def test_daylight_saving_shows() -> None:
    import zoneinfo

    berlin = datetime(2024, 3, 29, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))
    runs = simulate(chain("a", schedule="0 6 * * *", start_date=berlin), start=berlin, days=4)
    assert [run.run_after.hour for run in runs] == [5, 5, 4, 4]


def test_runs_queue_where_they_take_too_long() -> None:
    dag = chain("a", schedule="@hourly", max_active_runs=1)
    runs = simulate(dag, start=START, days=1, seconds=2 * 3600)
    assert len(runs) == 24
    assert runs[10].started - runs[10].run_after == timedelta(hours=10)


def test_depends_on_past_holds_the_next_run_up() -> None:
    with DAG("d", start_date=START, schedule="@hourly", catchup=True) as dag:
        PythonOperator(task_id="a", python_callable=print, depends_on_past=True)
    runs = simulate(dag, start=START, days=0.25, seconds=2 * 3600)
    assert [run.ended - START for run in runs] == [timedelta(hours=2 * n) for n in range(1, 7)]


def test_failures_and_retries() -> None:
    with DAG("d", start_date=START, schedule="@daily", catchup=True) as dag:
        PythonOperator(task_id="a", python_callable=print, retries=1, retry_delay=timedelta(minutes=10))
        EmptyOperator(task_id="b")
    runs = simulate(
        dag, start=START, days=2, seconds=60,
        fails=lambda task_id, logical_date, try_number: try_number == 1 or logical_date.day == 2,
    )  # fmt: skip
    assert [run.state for run in runs] == ["success", "failed"]
    assert runs[0].ended - runs[0].started == timedelta(minutes=12)


def test_mapped_tasks_have_the_length_that_is_given() -> None:
    with DAG("d", start_date=START, schedule="@daily", catchup=True) as dag:
        task(task_id="each")(lambda x: x).expand(x=task(task_id="list")(lambda: [])())
    (run,) = simulate(dag, start=START, days=1, lengths={"list": 3})
    assert sorted(run.tasks) == ["each[0]", "each[1]", "each[2]", "list"]


def test_a_dag_without_schedule_has_no_runs() -> None:
    assert simulate(chain("a", schedule=None), start=START) == []
