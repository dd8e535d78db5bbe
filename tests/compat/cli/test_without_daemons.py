"""Commands of every age work when no daemon ever ran and no database was made."""

import sqlite3

import pytest
from tests.compat.cli.world import Home

DAG = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.operators.python_operator import PythonOperator

def fail_once(**context):
    print("the date is", context["ds"], "and test_mode is", context["test_mode"])

dag = DAG("tut", start_date=datetime(2018, 1, 1), schedule_interval="@daily")
first = BashOperator(task_id="print_date", bash_command="echo {{ ds }}", dag=dag)
second = PythonOperator(task_id="tell", python_callable=fail_once, provide_context=True, dag=dag)
second.set_upstream(first)
"""


@pytest.fixture
def tutorial(home: Home) -> Home:
    home.dag("tut", DAG)
    return home


def test_lists(tutorial: Home) -> None:
    assert tutorial.ok("list_dags").out.splitlines()[-1] == "tut"
    assert tutorial.ok("dags", "list", "-o", "json").json[0]["dag_id"] == "tut"
    assert tutorial.ok("list_tasks", "tut").out.split() == ["print_date", "tell"]
    assert "    <Task(PythonOperator): tell>" in tutorial.ok("tasks", "list", "tut", "--tree").out
    assert '"print_date" -> "tell"' in tutorial.ok("show_dag", "tut").out


def test_a_file_that_changed_is_read_again(tutorial: Home) -> None:
    tutorial.ok("list_tasks", "tut")
    tutorial.dag("tut", DAG.replace('task_id="tell"', 'task_id="tell_more"'))
    assert tutorial.ok("list_tasks", "tut").out.split() == ["print_date", "tell_more"]
    (tutorial.path / "dags" / "tut.py").unlink()
    assert tutorial.ok("dags", "list").out == "No data found\n"


def test_test_runs_one_task_and_records_nothing(tutorial: Home) -> None:
    done = tutorial.ok("test", "tut", "print_date", "2016-05-14")
    assert "2016-05-14" in done.out
    assert tutorial.ok("dags", "list-runs", "tut", "-o", "json").json == []


def test_a_task_knows_that_it_is_only_tried_out(tutorial: Home) -> None:
    """§1.14 test_mode."""
    done = tutorial.ok("tasks", "test", "tut", "tell", "2016-05-14")
    assert "the date is 2016-05-14 and test_mode is True" in done.out
    assert "test_mode is False" in tutorial.ok("dags", "test", "tut", "2016-05-14").out


def test_render_shows_values(tutorial: Home) -> None:
    assert "echo 2016-05-14" in tutorial.ok("render", "tut", "print_date", "2016-05-14").out


def test_run_records_one_task_and_backfill_adds_the_rest(tutorial: Home) -> None:
    assert "success" in tutorial.ok("run", "tut", "print_date", "2018-01-01").out
    assert tutorial.ok("task_state", "tut", "print_date", "2018-01-01").out == "success\n"
    assert tutorial.run("run", "tut", "tell", "2018-01-05").code == 1
    done = tutorial.ok("backfill", "-s", "2018-01-01", "-e", "2018-01-02", "tut")
    assert "2 of 2 runs succeeded" in done.out
    states = tutorial.ok("tasks", "states-for-dag-run", "tut", "2018-01-01", "-o", "json").json
    assert {row["task_id"]: row["state"] for row in states} == {"print_date": "success", "tell": "success"}


def test_run_takes_one_task_after_the_other(tutorial: Home) -> None:
    tutorial.ok("run", "tut", "print_date", "2018-01-01")
    assert (
        "tell of manual__2018-01-01T00:00:00+00:00: success"
        in tutorial.ok("run", "tut", "tell", "2018-01-01").out
    )
    done = tutorial.ok("run", "tut", "tell", "2018-01-01")
    assert "has succeeded already; --force runs it again" in done.out
    assert "'someday'" in tutorial.run("run", "tut", "tell", "someday").err


def test_marking_with_run_never_runs_the_task(home: Home) -> None:
    trace = home.path / "trace"
    home.dag("tut", DAG.replace("echo {{ ds }}", f"echo ran >> {trace}; exit 1"))
    home.run("run", "tut", "print_date", "2018-01-01")
    assert trace.read_text() == "ran\n"
    refused = home.run("run", "tut", "tell", "2018-01-01")
    assert refused.code == 1 and "print_date is failed" in refused.out
    assert "marked, not run" in home.ok("run", "-m", "tut", "print_date", "2018-01-01").out
    home.ok("run", "-m", "-i", "tut", "tell", "2018-01-01")
    states = home.ok("tasks", "states-for-dag-run", "tut", "2018-01-01", "-o", "json").json
    assert {row["task_id"]: row["state"] for row in states} == {"print_date": "success", "tell": "success"}
    assert trace.read_text() == "ran\n"


def test_what_was_marked_runs_when_it_is_cleared(home: Home) -> None:
    trace = home.path / "trace"
    home.dag("tut", DAG.replace("echo {{ ds }}", f"echo ran >> {trace}"))
    home.ok("backfill", "-s", "2018-01-01", "-e", "2018-01-01", "--mark_success", "tut")
    assert not trace.exists()
    home.ok("clear", "tut", "-c")
    home.ok("backfill", "-s", "2018-01-01", "-e", "2018-01-01", "tut")
    assert trace.read_text() == "ran\n"


def test_backfill_can_mark_success_and_its_runs_can_be_cleared(tutorial: Home) -> None:
    tutorial.ok("backfill", "-s", "2018-01-01", "-e", "2018-01-01", "--mark_success", "tut")
    assert "every date has a run" in tutorial.ok("backfill", "tut", "-s", "2018-01-01").out
    done = tutorial.ok("clear", "tut", "-t", "tell", "-c")
    assert "Cleared 1 task instances." in done.out
    assert "DAG tut is paused, so they wait. Unpause it:" in done.err
    assert tutorial.ok("task_state", "tut", "tell", "2018-01-01").out == "None\n"
    assert tutorial.ok("dag_state", "tut", "2018-01-01").out == "queued\n"


MARKED = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.sensors.external_task import ExternalTaskMarker, ExternalTaskSensor

with DAG("child", start_date=datetime(2018, 1, 1), schedule_interval="@daily"):
    wait = ExternalTaskSensor(task_id="wait", external_dag_id="parent", external_task_id="mark")
    wait >> BashOperator(task_id="work", bash_command="true")
with DAG("parent", start_date=datetime(2018, 1, 1), schedule_interval="@daily"):
    ExternalTaskMarker(task_id="mark", external_dag_id="child", external_task_id="wait")
    ExternalTaskMarker(
        task_id="by_template", external_dag_id="{{ params.other }}", external_task_id="work",
        params={"other": "child"},
    )
"""


def test_clear_goes_on_where_markers_lead(home: Home) -> None:
    """§1.8 ExternalTaskMarker, §1.18 clear: into the other DAG, unless told otherwise."""
    home.dag("marked", MARKED)
    for dag_id in ("parent", "child"):
        home.ok("backfill", "-s", "2018-01-01", "-e", "2018-01-01", dag_id)
    alone = home.ok("clear", "parent", "-t", "by_template", "-c", "-x")
    assert "Cleared 1 task instances." in alone.out and "child" not in alone.out
    home.ok("backfill", "-s", "2018-01-01", "-e", "2018-01-01", "parent")
    through = home.ok("clear", "parent", "-t", "by_template", "-c")
    assert "Cleared 2 task instances." in through.out and "child.work" in through.out
    assert home.ok("task_state", "child", "wait", "2018-01-01").out == "success\n"
    home.ok("clear", "parent", "-t", "mark", "-c")
    assert home.ok("task_state", "child", "wait", "2018-01-01").out == "None\n"


def test_a_failed_backfill_says_so(home: Home) -> None:
    home.dag("bad", DAG.replace("echo {{ ds }}", "exit 3"))
    done = home.run("dags", "backfill", "tut", "-s", "2018-01-01", "-e", "2018-01-01")
    assert done.code == 1
    assert "0 of 1 runs succeeded" in done.out and "print_date: failed" in done.out
    part = home.run("dags", "backfill", "tut", "-s", "2018-01-02", "-e", "2018-01-02", "-t", "^print_date$")
    assert part.code == 1 and "0 of 1 runs succeeded" in part.out


CALLING = """
import time
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

def calls(name):
    def call(context):
        with open("TRACE", "a") as trace:
            print(name, "begins", file=trace, flush=True)
            time.sleep(10)  # longer than a scheduler that ends lets its tasks go on
            print(name, "has ended", file=trace)
    return call

with DAG("calling", start_date=datetime(2018, 1, 1), schedule=None, on_success_callback=calls("run")):
    BashOperator(task_id="only", bash_command="true", on_success_callback=calls("task"))
"""


def test_what_is_called_when_the_runs_have_ended_is_called_to_its_end(home: Home) -> None:
    """The scheduler is the command's own: nobody would call the rest."""
    trace = home.path / "trace"
    home.dag("calling", CALLING.replace("TRACE", str(trace)))
    assert "success" in home.ok("run", "calling", "only", "2018-01-01").out
    told = ["run begins", "run has ended", "task begins", "task has ended"]
    assert sorted(trace.read_text().splitlines()) == told
    with sqlite3.connect(home.path / "airflow.db") as connection:
        rows = connection.execute("select type from callback").fetchall()
    connection.close()
    assert rows == []


def test_a_backfill_whose_past_failed_ends_and_says_why(home: Home) -> None:
    home.dag("past", DAG.replace('"echo {{ ds }}"', '"exit 1", depends_on_past=True'))
    done = home.run("backfill", "tut", "-s", "2018-01-01", "-e", "2018-01-03")
    assert done.code == 1 and "0 of 3 runs succeeded" in done.out
    assert "backfill__2018-01-02T00:00:00+00:00: it waits for the run before it" in done.out
    later = home.run("backfill", "tut", "-s", "2018-01-04", "-e", "2018-01-04")
    assert later.code == 1 and "backfill__2018-01-04T00:00:00+00:00: it waits for the run" in later.out
    alone = home.run("run", "tut", "print_date", "2018-01-02")
    assert alone.code == 1 and "-I ignores it" in alone.out


def test_trigger_says_what_the_run_waits_for(tutorial: Home) -> None:
    done = tutorial.ok("trigger_dag", "tut", "-r", "mine", "-c", '{"k": 1}')
    assert "DAG tut is paused" in done.err and "dags unpause tut" in done.err
    tutorial.ok("unpause", "tut")
    done = tutorial.ok("dags", "trigger", "tut", "-r", "other", "-o", "json")
    assert "No scheduler runs here" in done.err
    assert done.json[0]["state"] == "queued"
    assert tutorial.run("dags", "trigger", "tut", "-r", "mine").code == 1
    assert tutorial.ok("dags", "state", "tut", "mine").out == 'queued, {"k":1}\n'
    assert tutorial.ok("dags", "state", "tut", "2018-02-03").out == "None\n"
    unknown = tutorial.run("dags", "state", "tut", "his")
    assert (unknown.code, "'his'" in unknown.err) == (1, True)
    assert {row["run_id"] for row in tutorial.ok("dags", "list-runs", "-d", "tut", "-o", "json").json} == {
        "mine",
        "other",
    }


def test_what_was_done_stands_in_the_audit_log(tutorial: Home) -> None:
    tutorial.ok("dags", "trigger", "tut")
    with sqlite3.connect(tutorial.path / "airflow.db") as connection:
        rows = connection.execute("select event, dag_id from log").fetchall()
    connection.close()
    assert rows == [("cli_dag_trigger", "tut")]


def test_a_broken_file_is_told_and_hurts_nobody_else(tutorial: Home) -> None:
    tutorial.dag("broken", "from airflow import DAG\nimport datatime\n")
    done = tutorial.ok("dags", "list")
    assert "tut" in done.out and "1 file cannot be imported" in done.err
    done = tutorial.run("dags", "list-import-errors")
    assert done.code == 1
    assert "broken.py" in done.out and "datatime" in done.out and "datetime" in done.out


def test_next_execution(tutorial: Home) -> None:
    days = tutorial.ok("next_execution", "tut", "-n", "2").out.split()
    assert len(days) == 2 and days[0] < days[1]
    assert tutorial.ok("dags", "next-execution", "tut", "-o", "json").json[0]["logical_date"] == days[0]


EVERY_OTHER_DAY = """
from datetime import timedelta
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, Timetable

class EveryOther(Timetable):
    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        last = last_automated_data_interval
        return DagRunInfo.exact(restriction.earliest if last is None else last.start + timedelta(days=2))

class Raises(Timetable):
    def next_dagrun_info(self, **_):
        raise ValueError("no idea")

class Plugin(AirflowPlugin):
    name = "other_days"
    timetables = [EveryOther, Raises]
"""
OTHER_DAYS = """
from datetime import datetime
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from other_days import EveryOther, Raises

for name, timetable in (("every_other", EveryOther()), ("raises", Raises())):
    with DAG(name, schedule=timetable, start_date=datetime(2024, 1, 1), catchup=True):
        EmptyOperator(task_id="a")
"""


def test_next_execution_asks_the_timetable_of_a_plug_in(home: Home) -> None:
    (home.path / "plugins").mkdir(parents=True, exist_ok=True)
    (home.path / "plugins" / "other_days.py").write_text(EVERY_OTHER_DAY)
    home.dag("other_days_dags", OTHER_DAYS)
    days = home.ok("dags", "next-execution", "every_other", "-n", "3").out.split("\n")
    assert [day[:10] for day in days if day] == ["2024-01-01", "2024-01-03", "2024-01-05"]
    assert "no idea" in home.run("dags", "next-execution", "raises").err


def test_a_deleted_dag_comes_back_without_its_runs(tutorial: Home) -> None:
    tutorial.ok("dags", "trigger", "tut")
    assert tutorial.run("delete_dag", "tut").code == 1  # nobody to ask
    assert "Deleted DAG tut" in tutorial.ok("delete_dag", "tut", "-y").out
    assert tutorial.ok("dags", "list", "-o", "json").json[0]["dag_id"] == "tut"  # its file is still there
    assert tutorial.ok("dags", "list-runs", "tut", "-o", "json").json == []
