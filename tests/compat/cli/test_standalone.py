"""``standalone`` and the long-running commands, as people and their scripts meet them."""

import json
import os
import re
import signal
import socket
import stat
import time
import urllib.request
from pathlib import Path

import pytest
from tests.compat.cli.world import Home, processes_of, until

DAG = """
from datetime import datetime
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
import time
with DAG("quick", start_date=datetime(2024, 1, 1), schedule=None, is_paused_upon_creation=False):
    PythonOperator(task_id="t", python_callable=lambda ti: print(ti.log_url)) >> EmptyOperator(task_id="e")
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def title(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


def pid_in(path: Path) -> int:
    return int(until(lambda: path.exists() and path.read_text().strip()))


def end(process, seconds: float = 10.0) -> float:
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(seconds)
    return time.monotonic() - began


@pytest.fixture
def quick(home: Home) -> Home:
    home.dag("quick", DAG)
    return home


def test_standalone_from_start_to_stop(quick: Home) -> None:
    port = free_port()
    process = quick.start("standalone", "-p", str(port))
    try:
        until(lambda: "Ctrl-C stops everything." in quick.printed("standalone") or process.poll() is not None)
        screen = quick.printed("standalone")
        password_file = quick.path / "simple_auth_manager_passwords.json.generated"
        assert f"http://127.0.0.1:{port}" in screen and str(password_file) in screen and "admin" in screen
        assert len(screen.splitlines()) < 24
        assert stat.S_IMODE(password_file.stat().st_mode) == 0o600
        password = json.loads(password_file.read_text())["admin"]
        assert password not in screen
        assert token(port, password)
        until(lambda: quick.run("dags", "list", "-o", "json").json)
        assert quick.ok("dags", "trigger", "quick", "-r", "r1").err == ""
        until(lambda: quick.ok("dags", "state", "quick", "r1").out == "success\n")
        logs = quick.ok("tasks", "logs", "quick").out  # 'e' has none: no process ran
        assert f"http://127.0.0.1:{port}/dags/quick/runs/r1/tasks/t?" in logs
        assert logs.endswith("── e, try 1: success\n")
        api = pid_in(quick.path / "airflow-api-server.pid")
        assert title(api) == "airflow-webserver: master"
        os.kill(api, signal.SIGKILL)
        until(
            lambda: "api-server ended with signal SIGKILL; starting it again" in quick.printed("standalone")
        )
        until(lambda: answers(port))
    finally:
        took = end(process)
    assert took < 5
    assert process.returncode == 0
    assert processes_of(quick.path) == []


def token(port: int, password: str) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/auth/token",
        data=json.dumps({"username": "admin", "password": password}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["access_token"]


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_a_taken_port_is_named_with_who_has_it(home: Home) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        done = home.run("standalone", "-p", str(port))
    assert done.code == 1
    assert f"Port {port} on 127.0.0.1 is taken by process {os.getpid()}" in done.err and "--port" in done.err


def test_a_webserver_as_scripts_know_it(home: Home) -> None:
    port = free_port()
    pid_file = home.path / "airflow-webserver.pid"
    process = home.start("webserver", "-p", str(port), "-H", "127.0.0.1")
    try:
        pid = pid_in(pid_file)
        assert pid == process.pid
        until(lambda: answers(port))
        assert re.search("airflow-webserver.*master", title(pid))
        until(lambda: f"api-server answers on http://127.0.0.1:{port}" in home.printed("webserver"))
        done = home.run("webserver", "-p", str(free_port()))
        assert done.code == 1 and f"already running as process {pid}" in done.err
    finally:
        end(process)
    assert not pid_file.exists()


def test_a_daemon_detaches_and_ends_on_sigterm(quick: Home) -> None:
    pid_file = quick.path / "elsewhere" / "s.pid"
    quick.ok("scheduler", "-D", "--pid", str(pid_file), "-l", str(quick.path / "s.log"))
    pid = pid_in(pid_file)
    try:
        log = quick.path / "s.log"
        until(lambda: log.exists() and "scheduler started" in log.read_text())
        assert title(pid) == "airflow scheduler" and os.getsid(pid) != os.getsid(0)
        assert quick.run("scheduler", "--pid", str(pid_file)).code == 1
        until(lambda: quick.run("dags", "list", "-o", "json").json)
        quick.ok("dags", "trigger", "quick", "-r", "r1")
        until(lambda: quick.ok("dags", "state", "quick", "r1").out == "success\n")
    finally:
        os.kill(pid, signal.SIGTERM)
    until(
        lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]
    )
    until(lambda: processes_of(quick.path) == [], seconds=20)
    assert not pid_file.exists()


def test_an_executor_that_is_not_there_is_refused_and_nothing_runs_elsewhere(quick: Home) -> None:
    celery = {"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"}
    done = quick.run("scheduler", "-n", "1", **celery)
    assert done.code == 1 and "'CeleryExecutor' is not in this release yet. Use LocalExecutor." in done.err
    quick.ok("backfill", "quick", "-s", "2024-01-01", "-e", "2024-01-01", **celery)


def test_standalone_runs_tasks_itself_whatever_the_executor(quick: Home) -> None:
    done = quick.run(
        "standalone", "-p", str(free_port()), "--first-run", "quick", AIRFLOW__CORE__EXECUTOR="CeleryExecutor"
    )
    assert done.code == 0, done


def test_a_scheduler_may_leave_after_some_rounds(home: Home) -> None:
    began = time.monotonic()
    home.ok("scheduler", "-n", "1")
    assert time.monotonic() - began < 20
