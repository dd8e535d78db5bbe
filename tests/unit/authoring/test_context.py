"""§1.14 What a task may know, by the names of every age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pendulum
import pytest

from tradewind import secrets
from tradewind.authoring import calling, execution
from tradewind.authoring.context import KNOWN_CONTEXT_KEYS, Context, active, get_current_context
from tradewind.authoring.dag import DAG
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.python import PythonOperator
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import RunContext
from tradewind.secrets.connection import Connection


def make(runs, dag_options=None, **options) -> Context:
    with DAG("d", **(dag_options or {"schedule_interval": "@daily", "start_date": datetime(2020, 1, 1)})):
        task = EmptyOperator(task_id="a", params={"mine": 1})
    return execution.prepare(runs.ti(task, **options))[1]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ds", "2024-01-31"),
        ("ds_nodash", "20240131"),
        ("ts", "2024-01-31T06:30:00+00:00"),
        ("ts_nodash", "20240131T063000"),
        ("ts_nodash_with_tz", "20240131T063000+0000"),
        ("yesterday_ds", "2024-01-30"),
        ("yesterday_ds_nodash", "20240130"),
        ("tomorrow_ds", "2024-02-01"),
        ("tomorrow_ds_nodash", "20240201"),
        ("next_ds", "2024-02-01"),
        ("next_ds_nodash", "20240201"),
        ("prev_ds", "2024-01-31"),
        ("END_DATE", "2024-01-31"),
        ("end_date", "2024-01-31"),
        ("latest_date", "2024-01-31"),
        ("run_id", "r1"),
        ("task_instance_key_str", "d__a__20240131"),
        ("test_mode", False),
        ("try_number", 1),
        ("params", {"mine": 1}),
        ("templates_dict", None),
    ],
)
def test_values(runs, key, value):
    assert make(runs)[key] == value


def test_dates_are_pendulums(runs):
    context = make(runs)
    for key in (
        "logical_date",
        "execution_date",
        "data_interval_start",
        "data_interval_end",
        "next_execution_date",
    ):
        assert isinstance(context[key], pendulum.DateTime)
    assert context["logical_date"].add(days=1) == context["data_interval_end"]
    assert isinstance(context["dag_run"].logical_date, pendulum.DateTime)


def test_neighbours_of_a_manual_run_are_itself(runs):
    context = make(runs, run_type="manual")
    assert context["next_ds"] == context["prev_ds"] == context["ds"]


def test_every_known_key_can_be_made(runs):
    context = make(runs)
    missing = [key for key in KNOWN_CONTEXT_KEYS if key not in context]
    assert missing == []
    assert set(context) == KNOWN_CONTEXT_KEYS
    for key in KNOWN_CONTEXT_KEYS:
        context[key]
    assert len(context) == len(KNOWN_CONTEXT_KEYS)


def test_without_a_logical_date(runs):
    context = make(runs, at=None)
    assert "ds" not in context
    assert "run_id" in context
    assert context.get("ds", "none") == "none"
    with pytest.raises(KeyError, match="has no logical date"):
        context["ds"]
    assert "logical_date" not in dict(context)
    assert context["task_instance_key_str"] == "d__a__r1"


def test_unknown_keys_say_what_was_meant(runs):
    with pytest.raises(KeyError, match="Did you mean 'data_interval_start'"):
        make(runs)["data_interval_strat"]


def test_conf_reaches_params_and_dag_run(runs):
    context = make(runs, conf={"mine": 5, "more": 6})
    assert context["params"] == {"mine": 5, "more": 6}
    assert context["dag_run"].conf == {"mine": 5, "more": 6}


def test_the_task_in_earlier_runs(runs):
    """§1.14 ti.get_previous_ti, ti.previous_ti."""
    earlier = [
        RunContext(dag_id="d", run_id=f"r{at.day}", run_type="scheduled", logical_date=at, run_after=at)
        for at in (datetime(2024, 1, day, tzinfo=UTC) for day in (30, 29, 28))
    ]
    states = {"r30": {"a": "failed"}, "r29": {"a": "success"}, "r28": {}}

    def answer(request):
        if isinstance(request, data.GetTaskStates):
            return {run_id: states[run_id] for run_id in request.run_ids}
        if isinstance(request, data.GetTaskInstances):
            known = states[request.run_id].items()
            return [data.TaskInstanceFacts(id="i", task_id=task_id, state=state) for task_id, state in known]
        return next((run for run in earlier if run.logical_date < request.logical_date), None)

    ti = make(runs)["ti"]
    assert ti.run_as_user is None
    ti.task.run_as_user = "somebody"
    assert ti.run_as_user == "somebody"
    ti._link = SimpleNamespace(call=answer)
    assert (ti.previous_ti.run_id, ti.previous_ti.state) == ("r30", "failed")
    assert ti.get_previous_ti(state="success").logical_date == earlier[1].logical_date
    assert ti.get_previous_ti(state="skipped") is None


def test_questions_to_the_database_are_asked_when_used(runs):
    at = datetime(2024, 1, 30, tzinfo=UTC)
    runs.link.answers[data.GetPreviousDagRun] = {
        "dag_id": "d", "run_id": "r0", "run_type": "scheduled", "run_after": at, "logical_date": at,
        "data_interval_start": at, "data_interval_end": at + timedelta(days=1),
    }  # fmt: skip
    context = make(runs)
    given = calling.arguments(lambda **kwargs: kwargs, (), {}, context)
    assert runs.link.asked == []
    assert given["prev_data_interval_start_success"] == at
    assert context["prev_execution_date_success"] == at
    assert context["prev_start_date_success"] is None
    assert runs.link.asked[0].state == "success"


def test_functions_of_new_dags_get_no_old_names(runs, tmp_path):
    """A DAG with ``schedule`` is new where its file uses ``airflow.sdk``; see test_ages for the others."""
    context = make(runs, {"schedule": "@daily"})
    context["dag"].fileloc = str(tmp_path / "new.py")
    (tmp_path / "new.py").write_text("from airflow.sdk import DAG")
    given = calling.arguments(lambda **kwargs: kwargs, (), {}, context)
    assert "next_ds" not in given
    assert given["ds"] == "2024-01-31"
    assert context["next_ds"] > "2024-01-31"


def test_variables_and_connections(runs):
    class Backend:
        def get_variable(self, key):
            return {"x": "text", "j": '{"a": [1]}'}.get(key)

        def get_connection(self, conn_id):
            return Connection(conn_id="c", conn_type="http", host="h") if conn_id == "c" else None

    before = secrets.current()
    secrets.use(secrets.Chain([Backend()]))
    try:
        context = make(runs)
        assert context["var"].value.x == "text"
        assert context["var"].value.get("no", "default") == "default"
        assert context["var"]["value"].get("x") == "text" and context["var"]["json"].j["a"] == [1]
        assert context["var"].json.j["a"] == [1]
        assert context["conn"].c.host == "h"
        with pytest.raises(KeyError, match="'no' is not defined"):
            context["var"].value.no
        with pytest.raises(Exception, match="`no` isn't defined"):
            context["conn"].no
        assert context["conn"].get("no", None) is None
    finally:
        secrets.use(before)


def test_current_context(runs):
    with pytest.raises(RuntimeError, match="no task is running"):
        get_current_context()

    def check():
        return get_current_context()["ds"]

    with DAG("d"):
        task = PythonOperator(task_id="a", python_callable=check)
    assert runs.run(task)[0] == "2024-01-31"
    with active(Context(a=1)) as given:
        assert get_current_context() is given


def test_a_context_is_a_dict(runs):
    context = make(runs)
    context["mine"] = 1
    context.update(more=2)
    assert isinstance(context, dict)
    assert {**context}["mine"] == 1
    assert "mine" in list(context)
    assert context.copy()["more"] == 2
    assert Context({"a": 1}).keys() == {"a"}
    with pytest.raises(KeyError):
        Context()["ds"]


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "expected"),
    [
        (lambda: 0, (), {}, {}),
        (lambda ds: 0, (), {}, {"ds": "2024-01-31"}),
        (lambda a, ds=None: 0, (1,), {}, {"ds": "2024-01-31"}),
        (lambda ds: 0, (), {"ds": "mine"}, {"ds": "mine"}),
        (lambda *args: 0, (1,), {}, {}),
        (lambda *, run_id: 0, (), {}, {"run_id": "r1"}),
        (lambda x: 0, (), {"x": 1}, {"x": 1}),
        (print, (), {"sep": "-"}, {"sep": "-"}),
    ],
)
def test_functions_get_what_they_ask_for(runs, function, args, kwargs, expected):
    assert calling.arguments(function, args, kwargs, make(runs)) == expected


def test_callable_objects_and_methods(runs):
    class Works:
        def __call__(self, ds, x=1): ...

        def method(self, ds, run_id): ...

    context = make(runs)
    assert calling.arguments(Works(), (), {}, context) == {"ds": "2024-01-31"}
    assert calling.arguments(Works().method, (), {}, context) == {"ds": "2024-01-31", "run_id": "r1"}
