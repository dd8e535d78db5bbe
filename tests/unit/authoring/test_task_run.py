"""§1.14 ``ti``: XComs and questions about runs."""

from __future__ import annotations

import logging
import os
import pwd
from datetime import UTC, datetime

import pytest

from tradewind.authoring import context, execution
from tradewind.authoring.dag import DAG
from tradewind.authoring.dag_run import DagRun
from tradewind.authoring.decorators import task
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.authoring.serde import CannotSerialize
from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.domain.states import DagRunState, TaskInstanceState


@pytest.fixture
def ti(runs):
    with DAG("d"):
        up = EmptyOperator(task_id="up")
        far = EmptyOperator(task_id="far")
        me = EmptyOperator(task_id="me")
        far >> up >> me
    return runs.ti(me)


def test_names(ti):
    assert (ti.dag_id, ti.task_id, ti.run_id, ti.map_index, ti.try_number) == ("d", "me", "r1", -1, 1)
    assert str(ti.key) == "d.me of r1"
    assert ti.execution_date == ti.logical_date == datetime(2024, 1, 31, 6, 30, tzinfo=UTC)
    assert "TaskInstance: d.me r1" in repr(ti)


def test_pushing_is_visible_at_once(runs, ti):
    ti.xcom_push("k", {"a": (1, 2)})
    assert ti.xcom_pull(task_ids="me", key="k") == {"a": (1, 2)}
    assert runs.link.asked[0].length == 1
    with pytest.raises(errors.AirflowException, match="key must be text"):
        ti.xcom_push("", 1)


def test_pulling(runs, ti):
    runs.link.put("up", 5)
    runs.link.put("up", 6, key="k")
    assert ti.xcom_pull(task_ids="up") == 5
    assert ti.xcom_pull("up", key="k") == 6
    assert ti.xcom_pull(task_ids=["up", "far"]) == [5, None]
    assert ti.xcom_pull(task_ids=["far"], default=0) == [0]
    assert ti.xcom_pull(task_ids="far") is None
    assert ti.xcom_pull(task_ids="x", dag_id="other") is None
    assert runs.link.asked[-1].dag_id == "other"


def test_pulling_from_nobody_in_particular(runs, ti):
    runs.link.put("far", 1)
    assert ti.xcom_pull() == 1
    runs.link.put("up", 2)
    assert ti.xcom_pull() == 2
    runs.link.put("me", 3)
    assert ti.xcom_pull() == 3
    assert ti.xcom_pull(key="none", default="d") == "d"


def test_prior_dates_and_map_indexes(runs, ti):
    ti.xcom_pull(task_ids="up", include_prior_dates=True)
    assert runs.link.asked[-1].include_prior_dates is True
    runs.link.put("up", "a", map_index=0)
    runs.link.put("up", "b", map_index=1)
    assert ti.xcom_pull(task_ids="up", map_indexes=1) == "b"
    assert ti.xcom_pull(task_ids="up", map_indexes=[1, 0, 7]) == ["b", "a", None]
    assert ti.xcom_pull(task_ids="up", map_indexes=None) == "a"


def test_airflow_one_style(runs):
    def work(**context):
        context["task"].xcom_push(context, "k", 7)
        return context["task"].xcom_pull(context, task_ids="a", key="k")

    with DAG("d", schedule_interval=None):
        made = PythonOperator(task_id="a", python_callable=work, provide_context=True)
    assert runs.run(made)[0] == 7


def test_previous_runs(runs, ti):
    at = datetime(2024, 1, 30, tzinfo=UTC)
    runs.link.answers[data.GetPreviousDagRun] = {
        "dag_id": "d",
        "run_id": "r0",
        "run_type": "scheduled",
        "run_after": at,
        "logical_date": at,
        "state": "failed",
    }
    previous = ti.get_previous_dagrun()
    assert (previous.run_id, previous.get_state(), previous.execution_date) == ("r0", "failed", at)
    assert ti.get_previous_execution_date() == at
    assert ti.get_previous_start_date() is None


def test_the_previous_run_of_the_schedule(runs, ti):
    """§1.18, dag_run.get_previous_scheduled_dagrun of 1.x and 2.x."""
    runs.link.answers[data.GetPreviousDagRun] = None
    assert ti.dag_run.get_previous_scheduled_dagrun() is None
    assert (runs.link.asked[-1].scheduled, runs.link.asked[-1].logical_date) == (True, ti.logical_date)
    assert ti.get_previous_dagrun() is None and not runs.link.asked[-1].scheduled


def test_a_run_without_a_logical_date_has_no_run_before_it(runs):
    runs.link.answers[data.GetPreviousDagRun] = {"dag_id": "d", "run_id": "r0", "run_type": "manual"}
    with DAG("d", schedule=None):
        made = EmptyOperator(task_id="a")
    bare = runs.ti(made, at=None)
    assert bare.get_previous_dagrun() is None
    assert bare.dag_run.get_previous_scheduled_dagrun() is None


def test_counts_and_states(runs, ti):
    runs.link.answers[data.GetTaskStates] = {"r1": {"a": "success", "b": "failed"}, "r2": {"a": "success"}}
    runs.link.answers[data.CountDagRuns] = 4
    runs.link.answers[data.GetDagRun] = None
    runs.link.answers[data.CountTaskInstances] = 2
    assert ti.get_ti_count("d", states=["success", None], task_ids=["a"]) == 2
    asked = runs.link.asked[-1]
    assert (asked.task_ids, set(asked.states)) == (("a",), {"success", None})
    assert ti.get_dr_count("d") == 4
    assert ti.get_dagrun_state("d", "r9") is None


ROWS = [
    {"id": "1", "task_id": "a", "state": "success", "try_number": 2, "start_date": "2024-01-02T00:00:00Z"},
    {"id": "2", "task_id": "b", "state": "failed", "operator": "BashOperator"},
    {"id": "3", "task_id": "c", "map_index": 4},
]


def test_task_instances_of_a_run(runs, ti):
    runs.link.answers[data.GetTaskInstances] = ROWS
    known = ti.get_dagrun().get_task_instances()
    assert [(one.task_id, one.map_index, one.state) for one in known] == [
        ("a", -1, "success"), ("b", -1, "failed"), ("c", 4, None),
    ]  # fmt: skip
    first = known[0]
    assert first.start_date == datetime(2024, 1, 2, tzinfo=UTC) and first.try_number == 2
    assert first.execution_date == ti.execution_date
    assert first.log_url.endswith("/dags/d/runs/r1/tasks/a?try_number=2")
    assert ti.current_state() == "running" and known[1].current_state() == "failed"
    runs.link.answers[data.GetTaskInstances] = []
    assert known[1].current_state() is None


@pytest.mark.parametrize(
    ("state", "found"),
    [("failed", "b"), (TaskInstanceState.SUCCESS, "a"), (["success", "failed"], "ab"), ([None], "c")],
)
def test_task_instances_in_a_state(runs, ti, state, found):
    runs.link.answers[data.GetTaskInstances] = ROWS
    assert "".join(one.task_id for one in ti.dag_run.get_task_instances(state=state)) == found
    assert runs.link.asked[-1].states is not None


def test_one_task_instance_of_a_run(runs, ti):
    runs.link.answers[data.GetTaskInstances] = ROWS
    assert ti.dag_run.get_task_instance("b").operator == "BashOperator"
    assert (runs.link.asked[-1].task_ids, runs.link.asked[-1].map_index) == (("b",), -1)
    assert ti.dag_run.get_task_instance("c") is None
    assert ti.dag_run.get_task_instance("c", map_index=4).id == "3"
    with pytest.raises(AttributeError, match="A run has no attribute 'creating_job'"):
        _ = ti.dag_run.creating_job


def test_finding_runs(runs, ti):
    at = datetime(2024, 1, 2, tzinfo=UTC)
    row = {"run_id": "r0", "run_after": at, "logical_date": at, "dag_id": "other"}
    kinds = ("scheduled", "manual", "backfill")
    runs.link.answers[data.FindDagRuns] = [{**row, "run_type": kind} for kind in kinds]
    with context.active(context.Context.of(ti)):
        found = DagRun.find("other", state=DagRunState.FAILED, execution_date=datetime(2024, 1, 2))
        assert [run.run_type for run in found] == list(kinds)
        assert [run.run_type for run in DagRun.find(external_trigger=True)] == ["manual"]
        assert [run.run_type for run in DagRun.find(no_backfills=True)] == ["scheduled", "manual"]
        DagRun.find(["a", "b"], execution_start_date=at)
    asked = [one for one in runs.link.asked if isinstance(one, data.FindDagRuns)]
    assert asked[0] == data.FindDagRuns(dag_ids=("other",), states=("failed",), logical_dates=(at,))
    assert asked[-1] == data.FindDagRuns(dag_ids=("a", "b"), since=at)
    assert found[0].execution_date == at and found[0].ask == ti.ask
    with pytest.raises(errors.AirflowException, match="only running tasks and callbacks"):
        DagRun.find("other")


def test_callbacks_find_runs_too(runs, ti, caplog):
    runs.link.answers[data.FindDagRuns] = []
    found = []
    made = context.Context.of(ti)
    execution.run_callbacks([lambda _: found.append(DagRun.find("d"))], made, logging.getLogger("a"))
    assert found == [[]] and not caplog.records


def test_without_a_way_to_the_database(runs):
    from tradewind.authoring.task_run import TaskRun

    with DAG("d"):
        made = EmptyOperator(task_id="a")
    lone = TaskRun(runs.ti(made).assignment, made, None)
    with pytest.raises(errors.AirflowException, match="cannot use XComs"):
        lone.xcom_push("a", 1)


def test_return_values():
    with DAG("d") as made:
        plain = EmptyOperator(task_id="a")
        silent = EmptyOperator(task_id="b", do_xcom_push=False)
        several = EmptyOperator(task_id="c", multiple_outputs=True)
    assert execution.results(plain, [1, 2])[1] == {"return_value": 2}
    assert execution.results(plain, None) == ((), {})
    assert execution.results(silent, 1) == ((), {})
    xcoms, _ = execution.results(several, {"x": 1})
    assert [(one.key, one.value) for one in xcoms] == [("x", "1"), ("return_value", '{"x":1}')]
    with pytest.raises(errors.AirflowException, match="must return a dict"):
        execution.results(several, 1)
    with pytest.raises(CannotSerialize):
        execution.results(plain, object())
    assert made.task_ids == ["a", "b", "c"]


def test_deferral():
    from tradewind.authoring.trigger import BaseTrigger

    class Later(BaseTrigger):
        def serialize(self):
            return "my.Later", {"when": datetime(2024, 1, 1, tzinfo=UTC)}

        async def run(self):
            yield None

    made = EmptyOperator(task_id="a")
    with pytest.raises(errors.TaskDeferred) as caught:
        made.defer(trigger=Later(), method_name="back", kwargs={"x": 1}, timeout=None)
    fields = execution.deferral(caught.value, queue="q")
    assert (fields["classpath"], fields["next_method"], fields["next_kwargs"]) == (
        "my.Later",
        "back",
        '{"x":1}',
    )


def test_resuming(runs):
    class Waits(EmptyOperator):
        def back(self, context, event):
            return context["ds"], event

    with DAG("d"):
        made = Waits(task_id="a")
    prepared, context = execution.prepare(runs.ti(made))
    assert execution.execute(prepared, context, "back", '{"event": {"a": 1}}') == ("2024-01-31", {"a": 1})
    with pytest.raises(errors.TaskDeferralError, match="broke"):
        execution.execute(prepared, context, "__fail__", '{"error": "broke"}')
    with pytest.raises(errors.TaskDeferralTimeout):
        execution.execute(prepared, context, "__fail__", '{"error": "Trigger timeout"}')


def test_hooks_around_execute(runs):
    seen = []

    class Works(EmptyOperator):
        def execute(self, context):
            seen.append("execute")
            return 1

    with DAG("d"):
        made = Works(
            task_id="a",
            pre_execute=lambda context: seen.append("before"),
            post_execute=lambda context, result: seen.append(("after", result)),
        )
    runs.run(made)
    assert seen == ["before", "execute", ("after", 1)]


def test_rendered_map_index(runs):
    @task(map_index_template="{{ name }}")
    def work(x):
        from tradewind.authoring.context import get_current_context

        get_current_context()["name"] = f"item {x}"

    with DAG("d") as made:
        work.expand(x=[1, 2])
    prepared, context = execution.prepare(runs.ti(made.get_task("work"), map_index=1))
    execution.render(prepared, context)
    execution.execute(prepared, context)
    assert execution.rendered_map_index(prepared, context) == "item 2"


def test_a_map_index_template_that_cannot_be_rendered_is_named(runs):
    with DAG("d") as made:
        task(lambda x: x, task_id="work", map_index_template="{{ x.y() }}").expand(x=[1])
    prepared, context = execution.prepare(runs.ti(made.get_task("work"), map_index=0))
    with pytest.raises(
        errors.AirflowException, match=r"map_index_template '{{ x.y\(\) }}' of task 'work' cannot"
    ):
        execution.rendered_map_index(prepared, context)


def test_names_of_older_ages(ti):
    """§1.14 ``log_filepath`` of 1.10; ``job_id`` and ``unixname`` of 1.10 and 2.x."""
    assert ti.job_id is None
    assert ti.unixname == pwd.getpwuid(os.geteuid()).pw_name
    assert os.path.isabs(ti.log_filepath) and ti.log_filepath.endswith("/x.log")


def test_pulling_through_another_task_instance(runs, ti):
    """Its own value where no task is named, as ``ti.xcom_pull`` has it."""
    runs.link.answers[data.GetTaskInstances] = [{"id": "1", "task_id": "up"}, {"id": "2", "task_id": "gone"}]
    runs.link.put("up", 1)
    runs.link.put("far", 2)
    runs.link.put("up", "k's", key="k")
    with context.active(context.Context.of(ti)):
        up = ti.dag_run.get_task_instance("up")
        assert (up.xcom_pull(), up.xcom_pull(key="k"), up.xcom_pull(["far", "me"])) == (1, "k's", [2, None])
        assert ti.dag_run.get_task_instance("gone").xcom_pull(default="none") == "none"
    assert up.task is None and up.xcom_pull("far") == 2, "without a DAG at hand"
