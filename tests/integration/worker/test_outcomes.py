"""How tasks end, and what is reported then."""

from __future__ import annotations

import json

from tests.integration.worker.world import World, events

from tradewind.domain.events import Deferred, Failed, Rescheduled, Skipped, Succeeded

HEAD = """
from datetime import datetime, timedelta, timezone
import os, time
from tradewind.authoring.dag import DAG
from tradewind.authoring.operator import BaseOperator
from tradewind.authoring.operators.python import PythonOperator, ShortCircuitOperator, BranchPythonOperator
from tradewind.domain.errors import *
def do(name, function, **more):
    return PythonOperator(task_id=name, python_callable=function, **more)
def note(name):
    def callback(context):
        print("called", name, context["ti"].state, repr(context.get("exception")))
    return callback
"""


def values(report) -> dict:
    return {xcom.key: json.loads(xcom.value) for xcom in report.xcoms}


def test_a_success_reports_value_length_and_log(world: World) -> None:
    file = world.write(
        "d.py",
        HEAD
        + """
with DAG("d", schedule=None):
    def listing(ds):
        print("today is", ds)
        return [1, 2, 3]
    do("listing", listing, on_success_callback=note("success"), on_execute_callback=[note("execute")])
""",
    )
    report, log = world.do(file, "listing")
    assert report.outcome == Succeeded(lengths={"return_value": 3}, called=True)
    assert values(report) == {"return_value": [1, 2, 3]}
    assert report.pid > 0
    assert report.started_at is not None
    assert report.started_at <= report.at
    lines = events(log)
    assert log[0]["dag_id"] == "d"
    assert log[0]["try_number"] == 1
    wanted = ["called execute running None", "today is 2026-01-02", "called success success None"]
    assert [line for line in lines if line in wanted] == wanted


def test_none_pushes_nothing_and_a_dict_may_be_several_values(world: World) -> None:
    file = world.write(
        "d.py",
        HEAD
        + """
with DAG("d", schedule=None):
    do("nothing", lambda: None)
    do("several", lambda: {"a": 1, "b": "x"}, multiple_outputs=True)
    do("silent", lambda: 5, do_xcom_push=False)
    do("wrong", lambda: object())
""",
    )
    assert values(world.do(file, "nothing")[0]) == {}
    assert values(world.do(file, "several")[0]) == {"a": 1, "b": "x", "return_value": {"a": 1, "b": "x"}}
    assert values(world.do(file, "silent")[0]) == {}
    report, _ = world.do(file, "wrong")
    assert isinstance(report.outcome, Failed)
    assert "builtins.object" in report.outcome.reason


def test_a_failure_shows_the_users_lines_and_says_whether_it_is_tried_again(world: World) -> None:
    file = world.write(
        "d.py",
        HEAD
        + """
def boom():
    raise ValueError("no such thing")
with DAG("d", schedule=None):
    do("boom", boom, retries=1, on_retry_callback=note("retry"), on_failure_callback=note("failure"))
""",
    )
    report, log = world.do(file, "boom", max_tries=1)
    assert report.outcome == Failed(reason="ValueError: no such thing")
    assert "called retry up_for_retry ValueError('no such thing')" in events(log)
    trace = next(line["exception"] for line in log if "exception" in line)
    assert 'raise ValueError("no such thing")' in trace
    assert "/tradewind/worker/" not in trace
    report, log = world.do(file, "boom", max_tries=1, try_number=2)
    assert "called failure failed ValueError('no such thing')" in events(log)


def test_control_flow_by_exception(world: World) -> None:
    file = world.write(
        "d.py",
        HEAD
        + """
import sys
def raising(error):
    def function():
        raise error
    return function
class Trigger:
    def serialize(self):
        return "my.Trigger", {"at": datetime(2026, 1, 1, tzinfo=timezone.utc)}
class Deferring(BaseOperator):
    def execute(self, context):
        self.defer(trigger=Trigger(), method_name="go_on", kwargs={"a": 1}, timeout=timedelta(seconds=9))
    def go_on(self, context, event=None, a=0):
        return [event, a]
with DAG("d", schedule=None):
    do("skip", raising(AirflowSkipException("not today")), on_skipped_callback=note("skipped"))
    do("fail", raising(AirflowFailException("never")), retries=3, on_failure_callback=note("failure"))
    do("later", raising(AirflowRescheduleException(datetime(2030, 1, 1, tzinfo=timezone.utc))))
    do("exit", lambda: sys.exit(3))
    Deferring(task_id="defer")
""",
    )
    report, log = world.do(file, "skip")
    assert report.outcome == Skipped(reason="not today")
    assert "called skipped skipped AirflowSkipException('not today')" in events(log)
    report, log = world.do(file, "fail", max_tries=3)
    assert report.outcome == Failed(reason="AirflowFailException: never", may_retry=False)
    assert any(line.startswith("called failure failed") for line in events(log))
    report, _ = world.do(file, "later")
    assert isinstance(report.outcome, Rescheduled)
    assert report.outcome.until.year == 2030
    assert world.do(file, "exit")[0].outcome == Failed(reason="the task called sys.exit(3)")
    report, _ = world.do(file, "defer")
    assert isinstance(report.outcome, Deferred)
    assert (report.outcome.classpath, report.outcome.next_method, report.outcome.timeout) == (
        "my.Trigger",
        "go_on",
        9.0,
    )
    resumed, _ = world.do(
        file, "defer", next_method="go_on", next_kwargs=json.dumps({"a": 1, "event": "fired"}), dispatch=2
    )
    assert values(resumed) == {"return_value": ["fired", 1]}


def test_branches_and_short_circuits_say_what_is_skipped(world: World) -> None:
    file = world.write(
        "d.py",
        HEAD
        + """
with DAG("d", schedule=None):
    branch = BranchPythonOperator(task_id="branch", python_callable=lambda: "left")
    branch >> [do("left", print), do("right", print)]
    ShortCircuitOperator(task_id="stop", python_callable=lambda: False) >> do("after", print)
""",
    )
    assert world.do(file, "branch")[0].outcome.skip == ("right",)
    assert world.do(file, "stop")[0].outcome.skip_all_downstream is True


def test_rendered_fields_are_masked_then_cut(world: World) -> None:
    file = world.write(
        "d.py",
        HEAD
        + """
from tradewind.telemetry.masking import MASKER
MASKER.add("s3cret-value")
class Templated(BaseOperator):
    template_fields = ("text", "long", "password")
    def __init__(self, **more):
        super().__init__(**more)
        self.text, self.long, self.password = "{{ ds }} s3cret-value", "x" * 4090 + "s3cret-value", "hunter2"
    def execute(self, context):
        print(self.text)
with DAG("d", schedule=None):
    Templated(task_id="t")
""",
    )
    report, log = world.do(file, "t")
    fields = json.loads(report.rendered_fields)
    assert fields["text"] == "2026-01-02 ***"
    assert fields["password"] == "***"
    assert "s3cr" not in report.rendered_fields
    assert len(fields["long"]) <= 4200
    assert "2026-01-02 ***" in events(log)


def test_a_dag_or_task_that_is_not_there_and_a_broken_file_say_so_in_the_log(world: World) -> None:
    file = world.write("d.py", HEAD + 'with DAG("d", schedule=None):\n    do("a", print)\n')
    report, log = world.do(file, "b")
    assert isinstance(report.outcome, Failed)
    assert "has no task 'b'" in report.outcome.reason
    report, log = world.do(file, "a", dag_id="other")
    assert "'other'" in report.outcome.reason
    broken = world.write("broken.py", "import airflow_is_not_here  # dag\n")
    report, log = world.do(broken, "a")
    assert isinstance(report.outcome, Failed)
    assert any("airflow_is_not_here" in line for line in events(log))


def test_an_edited_file_or_import_is_used_at_once(world: World) -> None:
    helper = world.dags / "helper.py"
    helper.write_text("VALUE = 1\n")
    source = (
        HEAD + 'import helper\nwith DAG("d", schedule=None):\n    do("a", lambda: [VERSION, helper.VALUE])\n'
    )
    file = world.write("d.py", source.replace("VERSION", "1"))
    assert values(world.do(file, "a")[0]) == {"return_value": [1, 1]}
    file.write_text(source.replace("VERSION", "2"))
    assert values(world.do(file, "a")[0]) == {"return_value": [2, 1]}
    helper.write_text("VALUE = 22\n")
    assert values(world.do(file, "a")[0]) == {"return_value": [2, 22]}


def test_processes_may_be_used_again(make_world) -> None:
    world = make_world(tasks_per_process=3)
    file = world.write("d.py", HEAD + 'with DAG("d", schedule=None):\n    do("a", os.getpid)\n')
    pids = [world.do(file, "a")[0].pid for _ in range(6)]
    assert len(set(pids)) == 2


def test_a_process_forked_by_user_code_never_reports(world: World) -> None:
    file = world.write(
        "d.py",
        HEAD
        + """
def forks():
    first = os.fork()
    if first == 0:
        return "from the child"
    os.waitpid(first, 0)
    second = os.fork()
    if second == 0:
        raise ValueError("in the child")
    os.waitpid(second, 0)
    return "from the task"
with DAG("d", schedule=None):
    do("forks", forks, on_success_callback=note("success"))
""",
    )
    report, log = world.do(file, "forks")
    assert values(report) == {"return_value": "from the task"}
    assert sum(line.startswith("called success") for line in events(log)) == 1
    assert any("in the child" in line for line in events(log))


def test_a_fresh_interpreter_when_asked_or_when_importing_started_a_thread(world: World) -> None:
    file = world.write("d.py", HEAD + 'with DAG("d", schedule=None):\n    do("a", os.getppid)\n')
    report, log = world.do(file, "a", fresh_interpreter=True)
    assert isinstance(report.outcome, Succeeded)
    threaded = world.write(
        "t.py",
        HEAD
        + """
import threading
threading.Thread(target=time.sleep, args=(600,), daemon=True, name="noisy").start()
with DAG("d", schedule=None):
    do("a", lambda: threading.active_count())
""",
    )
    report, log = world.do(threaded, "a")
    assert isinstance(report.outcome, Succeeded)
    assert any("fresh interpreter" in line and "'noisy'" in line for line in events(log))
