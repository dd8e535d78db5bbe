"""§1.9 ExternalTaskSensor, ExternalTaskMarker: what is asked, and what the answers mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tradewind.authoring.dag import DAG
from tradewind.authoring.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.authoring.sensors import external_task
from tradewind.authoring.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor
from tradewind.domain import errors
from tradewind.domain.messages import data

AT = datetime(2024, 1, 31, 6, 30, tzinfo=UTC)  # the logical date of these runs


@pytest.fixture
def dag():
    with DAG("d", schedule_interval="@daily", start_date=datetime(2020, 1, 1)) as made:
        yield made


def sensor(**options):
    return ExternalTaskSensor(**{"task_id": "a", "external_dag_id": "x", "mode": "reschedule", **options})


def dates(runs, made):
    """The dates that it asks about."""
    runs.link.answers[data.CountDagRuns] = 1
    runs.run(made)
    return [list(one.logical_dates) for one in runs.link.asked if isinstance(one, data.CountDagRuns)][-1]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [AT]),
        ({"execution_delta": timedelta(hours=1)}, [AT - timedelta(hours=1)]),
        ({"execution_date_fn": lambda dt: dt - timedelta(days=1)}, [AT - timedelta(days=1)]),
        ({"execution_date_fn": lambda dt, context: context["ts"]}, [AT]),
        ({"execution_date_fn": lambda dt, anything: anything["ts"]}, [AT]),
        ({"execution_date_fn": lambda dt, data_interval_end: data_interval_end}, [AT + timedelta(days=1)]),
        ({"execution_date_fn": lambda dt, **rest: rest["ts"]}, [AT]),
        ({"execution_date_fn": lambda dt: [dt, dt]}, [AT]),
    ],
)
def test_dates(runs, dag, options, expected):
    assert dates(runs, sensor(**options)) == expected


@pytest.mark.parametrize(
    ("states", "done"),
    [
        ({}, False),
        ({"r": {"t": "success"}}, False),
        ({"r": {"t": "success", "u": "running"}}, False),
        ({"r": {"t": "success", "u": "success"}}, True),
        ({"r": {"t": "success", "u_0": "success", "u_1": None}}, False),
        ({"r": {"t": "success", "u_0": "success", "u_1": "success"}}, True),
    ],
)
def test_tasks(runs, dag, states, done):
    runs.link.answers[data.GetTaskStates] = states
    made = sensor(external_task_ids=["t", "u"])
    if done:
        runs.run(made)
    else:
        with pytest.raises(errors.AirflowRescheduleException):
            runs.run(made)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"external_task_id": "t"}, external_task.ExternalTaskFailedError),
        ({"external_task_group_id": "t"}, external_task.ExternalTaskGroupFailedError),
        ({}, external_task.ExternalDagFailedError),
        ({"soft_fail": True}, errors.AirflowSkipException),
        ({"external_task_id": "t", "soft_fail": True}, errors.AirflowSkipException),
    ],
)
def test_failed_states(runs, dag, options, error):
    runs.link.answers[data.GetTaskStates] = {"r": {"t": "failed"}}
    runs.link.answers[data.CountDagRuns] = 1
    with pytest.raises(error):
        runs.run(sensor(failed_states=["failed"], **options))
    with pytest.raises(errors.AirflowSkipException):
        runs.run(sensor(task_id="b", skipped_states=["failed"], **options))


@pytest.mark.parametrize(
    ("options", "answer", "error"),
    [
        ({}, None, external_task.ExternalDagNotFoundError),
        ({}, {"is_stale": True}, external_task.ExternalDagDeletedError),
        ({"external_task_id": "t"}, {"task_ids": ["u"]}, external_task.ExternalTaskNotFoundError),
        ({"external_task_group_id": "t"}, {"task_ids": ["t"]}, external_task.ExternalTaskGroupNotFoundError),
    ],
)
def test_check_existence(runs, dag, options, answer, error):
    facts = {"is_paused": False, "is_stale": False, "task_ids": [], "group_ids": []}
    runs.link.answers[data.GetDag] = None if answer is None else facts | answer
    for deferrable in (False, True):
        with pytest.raises(error):
            runs.run(sensor(task_id=f"a{deferrable}", check_existence=True, deferrable=deferrable, **options))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"external_task_id": "a", "external_task_ids": ["b"]}, errors.DagDefinitionError),
        ({"external_task_id": "a", "external_task_group_id": "b"}, errors.DagDefinitionError),
        ({"execution_delta": timedelta(1), "execution_date_fn": lambda x: x}, errors.DagDefinitionError),
        ({"failed_states": ["success"]}, external_task.DuplicateStateError),
        ({"allowed_states": ["skipped"]}, errors.InvalidValue),  # no state of a run
        ({"external_task_id": "a", "allowed_states": ["done"]}, errors.InvalidValue),
        ({"allowed_states": "success"}, errors.InvalidValue),
    ],
)
def test_misuse(dag, options, error):
    with pytest.raises(error):
        sensor(**options)


def test_a_task_named_twice(runs, dag):
    with pytest.raises(errors.InvalidValue, match="name each task once"):
        runs.run(sensor(external_task_ids=["t", "t"]))


def test_deferring(runs, dag):
    made = sensor(external_task_id="t", deferrable=True, poll_interval=7, timeout=100)
    with pytest.raises(errors.TaskDeferred) as caught:
        runs.run(made)
    path, arguments = caught.value.trigger.serialize()
    assert path == "airflow.providers.standard.triggers.external_task.WorkflowTrigger"
    assert (arguments["logical_dates"], arguments["poke_interval"]) == ([AT], 7)
    assert caught.value.timeout == timedelta(seconds=100)
    made.execute_complete({}, {"status": "success"})
    with pytest.raises(external_task.ExternalTaskFailedError):
        made.execute_complete({}, {"status": "failed"})
    with pytest.raises(errors.AirflowSkipException):
        made.execute_complete({}, {"status": "skipped"})
    with pytest.raises(external_task.ExternalTaskNotFoundError):
        made.execute_complete({}, None)


def test_marker(runs, dag):
    made = ExternalTaskMarker(task_id="a", external_dag_id="x", external_task_id="t")
    runs.run(made)
    assert made.logical_date == "{{ logical_date.isoformat() }}"
    with pytest.raises(errors.InvalidValue, match="recursion_depth"):
        ExternalTaskMarker(task_id="b", external_dag_id="x", external_task_id="t", recursion_depth=0)


# --- TriggerDagRunOperator that waits in the triggerer


def test_triggering_and_deferring(runs, dag):
    runs.link.answers[data.TriggerDagRun] = {"run_id": "r"}
    made = TriggerDagRunOperator(
        task_id="a", trigger_dag_id="x", wait_for_completion=True, deferrable=True, poke_interval=3
    )
    with pytest.raises(errors.TaskDeferred) as caught:
        runs.run(made)
    path, arguments = caught.value.trigger.serialize()
    assert arguments["run_ids"] == ["r"]
    assert arguments["states"] == ["success", "failed"]
    made.execute_complete({}, (path, arguments | {"r": "success"}))
    with pytest.raises(errors.AirflowException, match="ended in state failed"):
        made.execute_complete({}, (path, arguments | {"r": "failed"}))


@pytest.mark.parametrize(
    ("options", "logical", "after"),
    [
        ({"logical_date": None}, None, None),
        ({"run_after": "2024-02-01"}, None, datetime(2024, 2, 1, tzinfo=UTC)),
        ({"execution_date": datetime(2024, 2, 1)}, datetime(2024, 2, 1, tzinfo=UTC), None),
        ({"logical_date": "{{ ts }}", "conf": '{"a": 1}'}, AT, None),
    ],
)
def test_dates_of_a_triggered_run(runs, dag, options, logical, after):
    runs.link.answers[data.TriggerDagRun] = {"run_id": "r"}
    runs.run(TriggerDagRunOperator(task_id="a", trigger_dag_id="x", **options))
    request = runs.link.asked[0]
    assert (request.logical_date, request.run_after) == (logical, after)


def test_no_date_means_now(runs, dag):
    runs.link.answers[data.TriggerDagRun] = {"run_id": "r"}
    runs.run(TriggerDagRunOperator(task_id="a", trigger_dag_id="x", execution_date=None))
    assert runs.link.asked[0].logical_date is not None
