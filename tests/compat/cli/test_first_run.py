"""The first five minutes: ``standalone --first-run`` and the logs of tasks."""

import contextlib
import os
import pty
import signal
import sqlite3
import subprocess
import time

from tests.compat.cli.test_standalone import free_port
from tests.compat.cli.world import COMMAND, Home, processes_of, until

FIRST = ("standalone", "--first-run", "example_hello")
SHOUT = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator
with DAG("shout", start_date=datetime(2024, 1, 1), schedule=None, is_paused_upon_creation=False):
    BashOperator(task_id="say", bash_command="echo hello from bash")
"""

EMPTY = """
    from airflow.operators.empty import EmptyOperator
    EmptyOperator(task_id="nothing")
"""


def test_without_a_terminal_it_ends_after_the_run_has_succeeded(home: Home) -> None:
    done = home.ok(*FIRST, "-p", str(free_port()), AIRFLOW__CORE__LOAD_EXAMPLES="True")
    for line in ("is running.", "sign_off  success", "example_hello: success in", "Where to go next:"):
        assert line in done.out, done
    assert done.err == "" and done.out.endswith("Stopped.\n")
    assert len(done.out.splitlines()) < 30
    assert processes_of(home.path) == []
    logs = home.ok("tasks", "logs", "example_hello", AIRFLOW__CORE__LOAD_EXAMPLES="True").out
    assert "Hello! This line is in the task's log." in logs and "── sign_off, try 1: success" in logs


def test_a_dag_that_nobody_defines_is_named(home: Home) -> None:
    home.dag("shout", SHOUT)
    done = home.run("standalone", "--first-run", "shoot", "-p", str(free_port()))
    assert done.code == 1
    assert "DAG 'shoot' was not found. Did you mean 'shout'?" in done.err


def test_in_a_terminal_it_stays_until_ctrl_c(home: Home) -> None:
    master, terminal = pty.openpty()
    environ = home.environ | {"AIRFLOW__CORE__LOAD_EXAMPLES": "True", "TERM": "xterm"}
    process = subprocess.Popen(
        [*COMMAND, *FIRST, "-p", str(free_port())],
        env=environ, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    os.set_blocking(master, False)
    seen = ""

    def read() -> str:
        nonlocal seen
        with contextlib.suppress(OSError):  # nothing to read, or nobody writes any more
            seen += os.read(master, 65536).decode()
        return seen

    try:
        until(lambda: "Ctrl-C stops everything." in read() or process.poll() is not None)
        assert "example_hello: success in" in seen and process.poll() is None
    finally:
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(10)
        os.close(master)
    assert time.monotonic() - began < 5 and process.returncode == 0
    assert processes_of(home.path) == []


def test_logs_of_one_task_by_run_try_and_in_the_raw(home: Home) -> None:
    home.dag("shout", SHOUT)
    nothing = home.run("tasks", "logs", "shout")
    assert nothing.code == 1 and "dags trigger shout" in nothing.err
    home.ok("dags", "trigger", "shout", "-r", "waiting")
    assert "there is no log yet" in home.run("tasks", "logs", "shout", "say", "waiting").err
    home.ok("run", "shout", "say", "2024-01-01")
    shown = home.ok("tasks", "logs", "shout", "say", "2024-01-01").out
    assert "INFO - hello from bash" in shown and "Task ended: success" in shown
    assert '"event":"hello from bash"' in home.ok("tasks", "logs", "shout", "say", "2024-01-01", "--raw").out
    assert (
        "no log of try 7" in home.run("tasks", "logs", "shout", "say", "2024-01-01", "--try-number", "7").err
    )
    assert "Task 'sya' was not found" in home.run("tasks", "logs", "shout", "sya").err


def test_the_logs_of_a_task_that_no_process_ran(home: Home) -> None:
    """It is said that there is nothing, and that this is right."""
    home.dag("shout", SHOUT + EMPTY)
    home.ok("run", "shout", "nothing", "2024-01-01")
    shown = home.ok("tasks", "logs", "shout", "nothing", "2024-01-01").out
    assert (
        "Task nothing of run" in shown and "is success, and no process ran for it: there is no log." in shown
    )


def test_the_logs_of_a_task_that_waits_for_a_process(home: Home) -> None:
    home.dag("shout", SHOUT)
    home.ok("dags", "trigger", "shout", "-r", "r1")
    with sqlite3.connect(home.path / "airflow.db") as connection:
        connection.execute("UPDATE task_instance SET state = 'queued', try_number = 1")
    connection.close()
    for words in (("shout",), ("shout", "say", "r1")):
        shown = home.ok("tasks", "logs", *words).out
        assert shown == "Task say of run r1 is queued and has not started: no log yet.\n"


def test_the_state_above_a_log_is_not_that_of_a_later_try(home: Home) -> None:
    fails_once = '"test {{ ti.try_number }} = 2", retries=1, retry_delay=0.1'
    again = SHOUT.replace('"echo hello from bash"', fails_once)
    again += '    BashOperator(task_id="more", bash_command="true")\n'
    home.dag("shout", again)
    home.ok("dags", "trigger", "shout", "-r", "r1")
    process = home.start("scheduler")
    try:
        until(lambda: home.ok("dags", "state", "shout", "r1").out == "success\n")
    finally:
        process.terminate()
        process.wait(10)
    shown = home.ok("tasks", "logs", "shout", "--try-number", "1").out
    assert "── say, try 1\n" in shown and "── more, try 1: success\n" in shown
    assert "── say, try 2: success\n" in home.ok("tasks", "logs", "shout").out


def test_following_a_log_ends_with_the_task(home: Home) -> None:
    home.dag("shout", SHOUT.replace("echo hello from bash", "echo first; sleep 1; echo last"))
    home.ok("dags", "trigger", "shout", "-r", "r1")
    process = home.start("tasks", "logs", "shout", "say", "r1", "--follow")
    home.ok("scheduler", "-n", "5")
    process.wait(20)
    shown = home.printed("tasks")
    assert process.returncode == 0 and "first" in shown and "last" in shown and "Task ended" in shown


def test_a_dag_in_a_file_that_cannot_be_imported(home: Home) -> None:
    """Nobody should look for a DAG that was there a moment ago, when a line of its file is wrong."""
    home.dag("broken", "from airflow import DAG\nDAG('mine')\nboom()\n")
    for words in (["dags", "trigger", "mine"], ["dags", "test", "mine"], ["list_tasks", "mine"]):
        told = home.run(*words).err
        assert "DAG 'mine' was not found" in told, words
        assert "broken.py mentions it, and cannot be imported: NameError: name 'boom'" in told, words
    assert "cannot be imported" not in home.run("dags", "trigger", "other").err
