"""§1.8 The operators that come with Tradewind, run as a task process runs them."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from tradewind.authoring import execution
from tradewind.authoring.dag import DAG
from tradewind.authoring.operators.bash import BashOperator
from tradewind.authoring.operators.branch import BaseBranchOperator
from tradewind.authoring.operators.empty import EmptyOperator
from tradewind.authoring.operators.latest_only import LatestOnlyOperator
from tradewind.authoring.operators.python import BranchPythonOperator, PythonOperator, ShortCircuitOperator
from tradewind.authoring.operators.trigger_dagrun import TriggerDagRunOperator
from tradewind.authoring.shell import Shell
from tradewind.authoring.task_group import TaskGroup
from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.runtime import processes

AIRFLOW_LOG = "airflow.task.operators"


@pytest.fixture
def dag():
    with DAG(
        "d", schedule_interval="@daily", start_date=datetime(2020, 1, 1), default_args={"owner": "me"}
    ) as made:
        yield made


# --- bash


@pytest.mark.parametrize(
    ("command", "options", "expected"),
    [
        ("echo a; echo b", {}, "b"),
        ("echo $X", {"env": {"X": "{{ ds }}"}}, "2024-01-31"),
        ("echo [$HOME]", {"env": {"X": "1"}}, "[]"),
        ("echo $X$TW_TEST", {"env": {"X": "1"}, "append_env": True}, "1here"),
        (
            "echo $AIRFLOW_CTX_DAG_ID $AIRFLOW_CTX_TASK_ID $AIRFLOW_CTX_DAG_OWNER $AIRFLOW_CTX_TRY_NUMBER",
            {},
            "d a me 1",
        ),
        ("echo $AIRFLOW_CTX_EXECUTION_DATE", {}, "2024-01-31T06:30:00+00:00"),
        ("echo err >&2", {}, "err"),
        ("true", {}, ""),
        ("printf 'ä\\377'", {}, "ä\\xff"),
        ("echo 3", {"output_processor": int}, 3),
    ],
)
def test_bash(runs, dag, monkeypatch, command, options, expected):
    monkeypatch.setenv("TW_TEST", "here")
    assert runs.run(BashOperator(task_id="a", bash_command=command, **options))[0] == expected


def test_bash_in_a_folder(runs, dag, tmp_path):
    assert runs.run(BashOperator(task_id="a", bash_command="pwd", cwd=str(tmp_path)))[0] == str(tmp_path)
    with pytest.raises(errors.AirflowException, match="cwd='/no/such' does not exist"):
        runs.run(BashOperator(task_id="b", bash_command="pwd", cwd="/no/such"))


@pytest.mark.parametrize(
    ("command", "options", "error", "words"),
    [
        ("exit 3", {}, errors.AirflowException, "exit code 3."),
        ("exit 99", {}, errors.AirflowSkipException, "Skipping"),
        ("exit 99", {"skip_on_exit_code": None}, errors.AirflowException, "99"),
        ("exit 5", {"skip_exit_code": 5}, errors.AirflowSkipException, "5"),
        ("exit 5", {"skip_on_exit_code": [4, 5]}, errors.AirflowSkipException, "5"),
        ("no_such_command_here", {}, errors.AirflowException, "127 (command not found)"),
        ("kill -9 $$", {}, errors.AirflowException, "SIGKILL"),
        ("  ", {}, errors.AirflowException, "not empty"),
    ],
)
def test_bash_that_fails(runs, dag, command, options, error, words):
    with pytest.raises(error) as caught:
        runs.run(BashOperator(task_id="a", bash_command=command, **options))
    assert type(caught.value) is error
    assert words in str(caught.value)


def test_the_output_is_logged_line_by_line(runs, dag, caplog):
    with caplog.at_level(logging.INFO, AIRFLOW_LOG):
        runs.run(BashOperator(task_id="a", bash_command="echo one; echo two"))
    lines = [record.getMessage() for record in caplog.records]
    assert lines[lines.index("Output:") + 1 :] == ["one", "two", "Command exited with return code 0"]


def test_on_kill_ends_everything_the_command_started(runs, dag, tmp_path):
    pids = tmp_path / "pids"
    task = BashOperator(task_id="a", bash_command=f"sleep 300 & echo $! > {pids}; echo $$ >> {pids}; wait")
    prepared, context = execution.prepare(runs.ti(task))
    ended: list[BaseException] = []

    def work() -> None:
        try:
            execution.execute(prepared, context)
        except errors.AirflowException as error:
            ended.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    deadline = time.monotonic() + 20
    while len(pids.read_text().split() if pids.exists() else ()) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    prepared.on_kill()
    worker.join(20)
    assert "SIGTERM" in str(ended[0])
    assert [processes.identity(int(pid)) for pid in pids.read_text().split()] == [None, None]


def test_a_command_that_is_stopped_before_it_is_there_does_not_stay(tmp_path):
    shell = Shell(logging.getLogger("airflow.task"))
    shell.stop()
    result = shell.run("sleep 300", env=dict(os.environ), cwd=None)
    assert result.exit_code == -signal.SIGTERM


# --- python


def test_python_arguments(runs, dag):
    def work(a, b, ds, templates_dict, **context):
        return a, b, ds, templates_dict, context["run_id"]

    task = PythonOperator(
        task_id="a",
        python_callable=work,
        op_args=["{{ ds }}"],
        op_kwargs={"b": 2},
        templates_dict={"q": "{{ run_id }}"},
    )
    assert runs.run(task)[0] == ("2024-01-31", 2, "2024-01-31", {"q": "r1"}, "r1")


def test_python_needs_a_function(dag):
    with pytest.raises(errors.AirflowException, match="must be a function, got 'x'"):
        PythonOperator(task_id="a", python_callable="x")


def test_python_hides_its_value(runs, dag, caplog):
    with caplog.at_level(logging.INFO, AIRFLOW_LOG):
        runs.run(
            PythonOperator(task_id="a", python_callable=lambda: "secret", show_return_value_in_logs=False)
        )
    assert "secret" not in caplog.text


# --- branches


def fork(dag, chosen):
    branch = BranchPythonOperator(task_id="branch", python_callable=lambda: chosen, dag=dag)
    left, right, both = (EmptyOperator(task_id=name, dag=dag) for name in ("left", "right", "both"))
    branch >> [left, right, both]
    left >> both
    right >> both
    with TaskGroup("g", dag=dag):
        inside = EmptyOperator(task_id="inside")
    branch >> inside
    return branch


@pytest.mark.parametrize(
    ("chosen", "skipped"),
    [
        ("left", ("g.inside", "right")),
        (["left", "right"], ("g.inside",)),
        (None, ("both", "g.inside", "left", "right")),
        ([], ("both", "g.inside", "left", "right")),
        ("both", ("g.inside", "left", "right")),
        ("g", ("both", "left", "right")),
    ],
)
def test_branches(runs, dag, chosen, skipped):
    _, ti = runs.run(fork(dag, chosen))
    assert ti.skip == skipped


@pytest.mark.parametrize(
    ("chosen", "words"),
    [("lef", "Did you mean 'left'"), (5, "a list of task ids or None, got 5")],
)
def test_wrong_branches(runs, dag, chosen, words):
    branch = fork(dag, chosen)
    with pytest.raises(errors.AirflowException, match=words):
        runs.run(branch)


def test_a_choice_farther_down_keeps_only_what_is_reached_from_it(runs, dag, caplog):
    branch = fork(dag, "far")
    far = EmptyOperator(task_id="far", dag=dag)
    branch >> dag.get_task("g.inside") >> far >> dag.get_task("both")
    _, ti = runs.run(branch)
    assert ti.skip == ("g.inside", "left", "right")
    assert "chose far, which does not come directly after it" in caplog.text


def test_a_branch_skips_a_teardown_directly_below_it(runs, dag):
    """As in Airflow, where only a short circuit spares teardowns."""
    branch = fork(dag, "left")
    make = EmptyOperator(task_id="make", dag=dag)
    branch >> EmptyOperator(task_id="clean", dag=dag).as_teardown(setups=make)
    _, ti = runs.run(branch)
    assert ti.skip == ("clean", "g.inside", "right")


def test_branch_operators_of_your_own(runs, dag):
    class Mine(BaseBranchOperator):
        def choose_branch(self, context):
            return "x"

    made = Mine(task_id="a")
    made >> [EmptyOperator(task_id="x"), EmptyOperator(task_id="y")]
    value, ti = runs.run(made)
    assert (value, ti.skip) == ("x", ("y",))


@pytest.mark.parametrize(
    ("value", "ignore", "skip", "everything"),
    [(1, True, (), False), (0, True, (), True), ("", False, ("b",), False)],
)
def test_short_circuit(runs, dag, value, ignore, skip, everything):
    made = ShortCircuitOperator(
        task_id="a", python_callable=lambda: value, ignore_downstream_trigger_rules=ignore
    )
    made >> EmptyOperator(task_id="b")
    _, ti = runs.run(made)
    assert (ti.skip, ti.skip_all_downstream) == (skip, everything)


@pytest.mark.parametrize(
    ("now", "run_type", "skip"),
    [
        (datetime(2024, 2, 1, 12, tzinfo=UTC), "scheduled", ()),
        (datetime(2024, 3, 1, tzinfo=UTC), "scheduled", ("b",)),
        (datetime(2024, 3, 1, tzinfo=UTC), "backfill", ("b",)),
        (datetime(2024, 3, 1, tzinfo=UTC), "manual", ()),
    ],
)
def test_latest_only(runs, dag, now, run_type, skip):
    class Clock:
        def now(self):
            return now

        def monotonic(self):
            return 0.0

    made = LatestOnlyOperator(task_id="a")
    made.clock = Clock()
    made >> EmptyOperator(task_id="b")
    assert runs.run(made, run_type=run_type)[1].skip == skip


# --- triggering runs


def test_trigger(runs, dag):
    runs.link.answers[data.TriggerDagRun] = {"run_id": "manual__1", "dag_is_paused": False}
    made = TriggerDagRunOperator(
        task_id="a",
        trigger_dag_id="other",
        conf={"d": "{{ ds }}"},
        execution_date="{{ ts }}",
        reset_dag_run=True,
    )
    runs.run(made)
    (request,) = [one for one in runs.link.asked if isinstance(one, data.TriggerDagRun)]
    assert (request.dag_id, request.conf, request.reset) == ("other", '{"d": "2024-01-31"}', True)
    assert request.logical_date == datetime(2024, 1, 31, 6, 30, tzinfo=UTC)
    assert runs.link.xcoms["a", "trigger_run_id", -1] == '"manual__1"'


def test_trigger_what_is_there_already(runs, dag):
    runs.link.answers[data.TriggerDagRun] = errors.DagRunAlreadyExists("other", "x")
    with pytest.raises(errors.Conflict):
        runs.run(TriggerDagRunOperator(task_id="a", trigger_dag_id="other"))
    with pytest.raises(errors.AirflowSkipException):
        runs.run(TriggerDagRunOperator(task_id="b", trigger_dag_id="other", skip_when_already_exists=True))


@pytest.mark.parametrize(("state", "fails"), [("success", False), ("failed", True)])
def test_trigger_and_wait(runs, dag, state, fails):
    runs.link.answers[data.TriggerDagRun] = {"run_id": "r"}
    at = datetime(2024, 1, 1, tzinfo=UTC)
    runs.link.answers[data.GetDagRun] = {
        "dag_id": "other", "run_id": "r", "run_type": "manual", "run_after": at, "state": state,
    }  # fmt: skip
    made = TriggerDagRunOperator(
        task_id="a", trigger_dag_id="other", wait_for_completion=True, poke_interval=0
    )
    if fails:
        with pytest.raises(errors.AirflowException, match="ended in state failed"):
            runs.run(made)
    else:
        runs.run(made)


def test_trigger_as_in_airflow_one(runs, dag):
    runs.link.answers[data.TriggerDagRun] = {"run_id": "mine"}

    def decide(context, order):
        order.run_id, order.payload = "mine", {"x": 1}
        return order

    runs.run(TriggerDagRunOperator(task_id="a", trigger_dag_id="o", python_callable=decide))
    request = runs.link.asked[0]
    assert (request.run_id, request.conf) == ("mine", '{"x": 1}')
    asked = len(runs.link.asked)
    runs.run(TriggerDagRunOperator(task_id="b", trigger_dag_id="o", python_callable=lambda c, o: None))
    assert len(runs.link.asked) == asked


def test_a_conf_that_json_does_not_know(runs, dag):
    with pytest.raises(errors.AirflowException, match="conf must be values that JSON knows"):
        runs.run(TriggerDagRunOperator(task_id="a", trigger_dag_id="o", conf={"x": timedelta(1)}))
