"""§1.1 What DAG objects of 1.x and 2.x tell of their runs, their schedule and their sub-DAGs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind.authoring import context
from tradewind.authoring.dag import DAG
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.subdag import SubDagOperator
from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.domain.states import DagRunType
from tradewind.testing import kit

START = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def ti(runs):
    with DAG("d"):
        made = EmptyOperator(task_id="me")
    return runs.ti(made)


def row(day, run_type):
    at = START + timedelta(days=day)
    return {
        "dag_id": "d", "run_id": f"r{day}", "run_type": run_type, "run_after": at, "logical_date": at,
    }  # fmt: skip


class History:
    """Answers as the database does, of runs in order."""

    def __init__(self, link, *rows):
        self.rows, self.below = rows, link.call
        link.call = self.call

    def call(self, request):
        if not isinstance(request, data.GetPreviousDagRun):
            return self.below(request)
        earlier = [one for one in self.rows if one["logical_date"] < request.logical_date]
        return earlier[-1] if earlier else None


def test_the_last_run(runs, ti):
    dag = ti.task.dag
    History(runs.link, row(0, "backfill"), row(1, "scheduled"), row(2, "manual"), row(3, "manual"))
    with context.active(context.Context.of(ti)):
        assert dag.get_last_dagrun().run_id == "r1"
        assert dag.get_last_dagrun(include_externally_triggered=True).run_id == "r3"
        assert dag.latest_execution_date == dag.get_latest_execution_date() == START + timedelta(days=3)


def test_without_runs(runs, ti):
    History(runs.link)
    with context.active(context.Context.of(ti)):
        assert ti.task.dag.get_last_dagrun() is None
        assert ti.task.dag.latest_execution_date is None


def test_a_run_by_its_id_or_date(runs, ti):
    dag = ti.task.dag
    runs.link.answers[data.GetDagRun] = row(1, "manual")
    with context.active(context.Context.of(ti)):
        assert dag.get_dagrun(run_id="r1").run_id == "r1"
        assert dag.get_dagrun(START).execution_date == START + timedelta(days=1)
        with pytest.raises(errors.AirflowException, match="execution_date or a run_id"):
            dag.get_dagrun()
    assert runs.link.asked == [
        data.GetDagRun(dag_id="d", run_id="r1"),
        data.GetDagRun(dag_id="d", logical_date=START),
    ]


@pytest.mark.parametrize(("answer", "paused"), [({"is_paused": True}, True), (None, None)])
def test_is_it_paused(runs, ti, answer, paused):
    runs.link.answers[data.GetDag] = answer
    with context.active(context.Context.of(ti)):
        assert ti.task.dag.get_is_paused() is paused


def test_in_the_file_nobody_answers():
    for ask in (DAG("d").get_last_dagrun, DAG("d").get_is_paused):
        with pytest.raises(errors.AirflowException, match=f"DAG.{ask.__name__} asks the database"):
            ask()


def test_a_local_run_answers_for_itself():
    with DAG("own", start_date=START, schedule=None) as dag:

        @task
        def asks(dag=None):
            last = dag.get_last_dagrun(include_externally_triggered=True)
            return [dag.get_is_paused(), last.run_id == dag.get_dagrun(run_id=last.run_id).run_id]

        asks()
    assert kit.run_dag(dag, logical_date=START).values["asks"] == [False, True]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("@daily", "0 0 * * *"), ("@once", None), ("5 4 * * *", "5 4 * * *"), (None, None),
        (timedelta(hours=1), timedelta(hours=1)),
    ],
)  # fmt: skip
def test_a_schedule_without_words(given, meant):
    assert DAG("d", schedule_interval=given, start_date=START).normalized_schedule_interval == meant


def test_sub_dags():
    """§1.4 of the DAG itself and of its sub-DAGs."""
    with DAG("p", start_date=START, schedule_interval=None) as dag:
        inner = DAG("p.s.t", start_date=START, schedule_interval=None)
        EmptyOperator(task_id="a", dag=inner)
        outer = DAG("p.s", start_date=START, schedule_interval=None)
        SubDagOperator(task_id="t", subdag=inner, dag=outer)
        SubDagOperator(task_id="s", subdag=outer)
    assert {one.dag_id for one in dag.subdags} == {"p.s", "p.s.t"}
    assert dag.get_task("s").subdag is outer
    assert DAG("none").subdags == []


@pytest.mark.parametrize(
    ("rule", "total"), [("downstream", 2 + 30 + 40), ("upstream", 1 + 2), ("absolute", 2)]
)
def test_the_whole_weight_of_a_task(rule, total):
    with DAG("d"):
        a = EmptyOperator(task_id="a", priority_weight=1)
        b = EmptyOperator(task_id="b", priority_weight=2, weight_rule=rule)
        c = BashOperator.partial(task_id="c", priority_weight=30).expand(bash_command=["x"])
        d = EmptyOperator(task_id="d", priority_weight=40)
        a >> b >> c >> d
        b >> d
    assert b.priority_weight_total == total
    assert c.priority_weight_total == 70
    assert EmptyOperator(task_id="alone", priority_weight=5).priority_weight_total == 5


def test_extra_links():
    class Link:
        name = "docs"

    class Linked(BashOperator):
        operator_extra_links = (Link(),)

    assert Linked(task_id="a", bash_command="x").extra_links == ["docs"]
    assert Linked.partial(task_id="a").expand(bash_command=["x"]).extra_links == ["docs"]
    assert EmptyOperator(task_id="a").extra_links == []


def test_run_ids_of_both_ages():
    assert DagRunType.MANUAL.generate_run_id(START) == "manual__2024-01-01T00:00:00+00:00"
    assert DagRunType.BACKFILL.generate_run_id(logical_date=START) == f"backfill__{START.isoformat()}"
    assert DagRunType.SCHEDULED.generate_run_id(suffix="x") == "scheduled__x"
    with pytest.raises(TypeError, match="either"):
        DagRunType.MANUAL.generate_run_id()
    assert DagRunType.from_run_id("scheduled__x") is DagRunType.SCHEDULED
    assert DagRunType.from_run_id("mine") is DagRunType.from_run_id("mine__x") is DagRunType.MANUAL
