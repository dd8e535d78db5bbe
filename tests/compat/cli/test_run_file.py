"""``run FILE`` and ``dag.test()``: a DAG to its end, with no database, configuration or services."""

import subprocess
import sys

import pytest
from tests.compat.cli.world import Home

DAG = """
from datetime import datetime, timedelta
import os
from airflow import DAG
from airflow.decorators import task
from airflow.models import Variable

with DAG("local", start_date=datetime(2024, 1, 1), schedule=None) as dag:
    @task
    def numbers():
        return [1, 2, 3]

    @task(retries=2, retry_delay=timedelta(milliseconds=50))
    def double(x, ti=None):
        if x == 2 and ti.try_number < 2:
            raise ValueError("not yet")
        return 2 * x

    @task
    def total(values):
        print("total", sum(values), Variable.get("who", default_var="nobody"))
        return sum(values)

    @task(trigger_rule="all_done")
    def clean():
        print("pid", os.getpid() != PARENT)

    total(double.expand(x=numbers())) >> clean()

PARENT = os.getpid()

if __name__ == "__main__":
    run = dag.test()
    print("RESULT", run.state, run.results["total"])
"""


@pytest.fixture
def file(home: Home):
    return home.dag("local", DAG)


def test_a_file_runs_to_its_end_and_leaves_nothing(home: Home, file) -> None:
    before = sorted(home.path.rglob("*"))
    done = home.ok("run", str(file), AIRFLOW_VAR_WHO="somebody")
    assert "total | total 12 somebody" in done.out
    assert "clean | pid True" in done.out
    assert "↻ double[1]: up_for_retry - ValueError: not yet" in done.out
    assert done.out.splitlines()[-1] == "DAG local: success (6 success)"
    assert [path for path in sorted(home.path.rglob("*")) if "__pycache__" not in path.parts] == before


def test_the_exit_code_is_the_outcome(home: Home) -> None:
    file = home.dag(
        "local", DAG.replace("return sum(values)", "os._exit(3)").replace("all_done", "all_success")
    )
    done = home.run("run", str(file))
    assert done.code == 1
    assert "total: failed - the task's process ended with exit code 3" in done.out
    assert "✘ clean: upstream_failed" in done.out


def test_dag_test_runs_in_the_scripts_own_process(home: Home, file) -> None:
    done = subprocess.run(
        [sys.executable, str(file)], env=home.environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "RESULT success 12" in done.stdout
    assert "pid False" in done.stdout


def test_a_dag_file_without_a_last_line_is_only_executed(home: Home) -> None:
    file = home.dag("local", DAG.split("if __name__", maxsplit=1)[0])
    done = subprocess.run(
        [sys.executable, str(file)], env=home.environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_variables_come_from_files_and_from_the_homes_database(home: Home, file) -> None:
    home.ok("variables", "set", "who", "the database")
    assert "total 12 the database" in home.ok("run", str(file)).out
    (home.path / "v.json").write_text('{"who": "a file"}')
    assert "total 12 a file" in home.ok("run", str(file), "--variables", str(home.path / "v.json")).out


def test_one_task_alone(home: Home, file) -> None:
    done = home.ok("run", str(file), "--task", "numbers")
    assert done.out.splitlines()[-1] == "DAG local: success (1 success)"


def test_params_are_held_against_their_schema_before_anything_runs(home: Home) -> None:
    file = home.dag(
        "asks",
        "from airflow.sdk import DAG, Param, task\n"
        "with DAG('asks', params={'team': Param(type='string', enum=['red'])}):\n"
        "    @task\n"
        "    def show(params):\n"
        "        print('team', params['team'])\n"
        "    show()\n",
    )
    for given, said in (
        ((), "Param 'team' has no default"),
        (("-c", '{"team": "blue"}'), "'blue' is not one of"),
    ):
        done = home.run("run", str(file), *given)
        assert (done.code, done.out, said in done.err) == (2, "", True), done
    assert "team red" in home.ok("run", str(file), "-c", '{"team": "red"}').out


def test_a_broken_file_is_named_with_its_line(home: Home) -> None:
    file = home.dag("local", "from airflow import DAG\nimport datatime\n")
    done = home.run("run", str(file))
    assert done.code == 1
    assert f"{file}:2" in done.err and "datetime" in done.err


def test_a_file_with_several_dags_asks_which(home: Home, file) -> None:
    file.write_text(
        DAG.split("PARENT =", maxsplit=1)[0] + "PARENT = 0\nother = DAG('other', schedule=None)\n"
    )
    done = home.run("run", str(file))
    assert done.code == 1 and "--dag-id" in done.err
    assert "DAG other: success" in home.ok("run", str(file), "--dag-id", "other").out


SECRETIVE = """
from datetime import datetime
from airflow.sdk import DAG, task, Variable
from airflow.hooks.base import BaseHook
from airflow.sdk.log import mask_secret
with DAG("secretive", start_date=datetime(2024, 1, 1), schedule=None):
    @task
    def tell():
        print("one", BaseHook.get_connection("warehouse").password)
        print("two", Variable.get("api_key"))
        mask_secret("swordfish")
        print("three swordfish")
        raise ValueError("four " + Variable.get("api_key"))
    tell()
"""


def test_secrets_are_hidden_here_too(home: Home) -> None:
    file = home.dag("secretive", SECRETIVE)
    done = home.run(
        "run",
        str(file),
        AIRFLOW_CONN_WAREHOUSE="postgresql://me:wine-cellar@h/db",
        AIRFLOW_VAR_API_KEY="k-123456",
    )
    for line in ("one ***", "two ***", "three ***", "four ***"):
        assert line in done.out, done
    assert not any(secret in repr(done) for secret in ("wine-cellar", "k-123456", "swordfish"))


ASSETS = """
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.sdk import Asset, asset

writer = DAG("writer", schedule=None)
EmptyOperator(task_id="w", outlets=[Asset(name="orders", uri="s3://bucket/orders")], dag=writer)

@asset(schedule=None)
def report(orders, elsewhere):
    print("reads", orders.uri, elsewhere.uri)
"""


def test_an_asset_of_another_dag_of_the_file(home: Home) -> None:
    file = home.dag("assets", ASSETS)
    done = home.ok("run", str(file), "--dag-id", "report")
    assert "reads s3://bucket/orders elsewhere" in done.out
    assert "No DAG of this file defines the asset 'elsewhere'" in done.out
    assert "'orders'" not in done.out


CALLED_BACK = """
import os
from datetime import timedelta
from airflow import DAG
from airflow.operators.python import PythonOperator

def told(context):
    print("told", context["dag_run"].get_state(), context["ti"].xcom_pull(task_ids="one"))

def lost(context):
    print("lost", context["ti"].task_id)

with DAG("local", schedule=None, on_failure_callback=told, on_success_callback=told) as dag:
    one = PythonOperator(task_id="one", python_callable=lambda: 5)
    two = PythonOperator(task_id="two", python_callable=lambda: END, on_failure_callback=lost)
    one >> two
"""


def test_the_dags_callbacks_are_called_at_the_end(home: Home) -> None:
    home.dag("local", CALLED_BACK.replace("END", "6"))
    assert "dag_success | told success 5" in home.ok("dags", "test", "local").out


def test_callbacks_of_a_task_whose_process_died_are_called_by_another(home: Home) -> None:
    home.dag("local", CALLED_BACK.replace("END", "os._exit(3)"))
    done = home.run("dags", "test", "local")
    assert "two | lost two" in done.out
    assert "dag_failure | told failed 5" in done.out
    assert done.code == 1


def test_a_task_that_is_tried_out_alone_is_no_run_of_its_dag(home: Home) -> None:
    home.dag("local", CALLED_BACK.replace("END", "6"))
    assert "told" not in home.ok("tasks", "test", "local", "one").out
