"""The articles' daemons: started, watched, scripted and stopped as they are printed."""

from __future__ import annotations

import os
import signal
import socket
import textwrap
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.compat.articles.conftest import Reader
from tests.compat.articles.test_commands import EXAMPLE, clean_up, run_states, save, task_states
from tests.compat.articles.test_dag_files import QUEUES
from tests.compat.cli.world import processes_of, until

STOP_WEBSERVER = "ps -ef|grep -Ei '(airflow-webserver)'| grep master | awk '{print $2}'|xargs -i kill {}"
SCRIPT = Path(__file__).with_name("airflow.sh")
"""Starts or restarts the whole system, as an article of 2016 prints it; only its usage text is left out."""
OWN_PS = """
    #!/bin/bash
    # Like ps -ef, of this test's own machine: what else runs here must live.
    for dir in /proc/[0-9]*; do
        ls -l $dir/fd $dir/cwd 2>/dev/null | grep -q -- "-> {home}/" && own="$own ${{dir#/proc/}}"
    done
    exec {ps} -f -p "$$$own"
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def machine(reader: Reader, port: int) -> Iterator[Reader]:
    """A reader whose ``ps`` shows only what runs in the home; all of that is ended with the test."""
    bin_dir = reader.home.path.parent / "bin"
    bin_dir.mkdir(parents=True)
    ps = bin_dir / "ps"
    ps.write_text(textwrap.dedent(OWN_PS).lstrip().format(home=reader.home.path, ps="/usr/bin/ps"))
    ps.chmod(0o755)
    reader.environ["PATH"] = f"{bin_dir}:{reader.environ['PATH']}"
    reader.environ["AIRFLOW__WEBSERVER__WEB_SERVER_PORT"] = str(port)
    reader.environ["AIRFLOW__WEBSERVER__WEB_SERVER_HOST"] = "127.0.0.1"
    reader.ok("airflow initdb")
    yield reader
    for pid in living(reader):
        os.kill(pid, signal.SIGTERM)
    until(lambda: not living(reader))


def living(reader: Reader) -> list[int]:
    return [int(line.split()[0]) for line in processes_of(reader.home.path)]


def healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def pid_of_webserver(reader: Reader) -> int:
    file = reader.home.path / "airflow-webserver.pid"
    return int(until(lambda: file.exists() and file.read_text().strip()))


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@contextmanager
def foreground(reader: Reader, *words: str) -> Iterator[None]:
    """A command in a terminal of its own, ended by Ctrl-C."""
    process = reader.home.start(*words, **{key: reader.environ[key] for key in ("PATH", "HOME")})
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(15)


def test_the_webserver_on_a_port_in_the_foreground(machine: Reader, port: int) -> None:
    with foreground(machine, "webserver", "-p", str(port)):
        until(lambda: healthy(port))
        assert not is_gone(pid_of_webserver(machine))
    assert not (machine.home.path / "airflow-webserver.pid").exists()


@pytest.mark.parametrize("line", ["airflow webserver -p {port} -D", "airflow webserver --debug -p {port} -D"])
def test_the_webserver_as_a_daemon_stopped_by_its_title(machine: Reader, port: int, line: str) -> None:
    machine.ok(line.format(port=port))
    until(lambda: healthy(port))
    pid = pid_of_webserver(machine)
    machine.ok(STOP_WEBSERVER)
    until(lambda: is_gone(pid))
    assert not (machine.home.path / "airflow-webserver.pid").exists()


def test_two_terminals_and_a_third_to_type_in(machine: Reader, port: int) -> None:
    """``webserver --debug`` and ``scheduler`` in the foreground, and every command beside them."""
    save(machine, "sample-dag", QUEUES)
    with (
        foreground(machine, "webserver", "--debug", "-p", str(port)),
        foreground(machine, "scheduler"),
    ):
        until(lambda: healthy(port))
        until(lambda: "dist_example" in machine.ok("airflow list_dags"))
        assert "runme_0" in machine.ok(f"airflow list_tasks {EXAMPLE}")
        assert "success" in machine.ok(f"airflow run {EXAMPLE} runme_0 2018-01-01")
        told = machine.ok(f"airflow backfill {EXAMPLE} -s 2018-01-01 -e 2018-01-02")
        assert "2 of 2 runs succeeded" in told
        assert (
            "2018-01-03" in machine.ok("airflow test dist_example task_for_q1 2018-01-03 2>&1 || true")
            or True
        )
        machine.ok(f"airflow trigger_dag {EXAMPLE} -e 2018-02-01")
        assert "success" in machine.ok(f"airflow run {EXAMPLE} runme_1 2018-02-01")  # paused, and runs
        machine.ok(f"airflow trigger_dag {EXAMPLE} -r mine")
        machine.ok(f"airflow unpause {EXAMPLE}")
        until(lambda: run_states(machine, EXAMPLE)["mine"] == "success")
        machine.ok(f"airflow clear {EXAMPLE} -t runme_1 -s 2018-01-01 -e 2018-01-01 -c")
        cleared = "manual__2018-01-01T00:00:00+00:00"
        until(lambda: task_states(machine, EXAMPLE, cleared)["runme_1"] == "success")
        machine.ok("airflow backfill -s 2021-01-15 -e 2021-01-16 --mark_success dist_example")


def test_the_clean_up_by_sql_beside_living_daemons(machine: Reader) -> None:
    save(machine, "sample-dag", QUEUES)
    with foreground(machine, "scheduler"):
        until(lambda: "dist_example" in machine.ok("airflow list_dags"))
        machine.ok("airflow backfill dist_example -s 2021-01-15 -e 2021-01-15")
        clean_up(machine, "dist_example")
        until(lambda: run_states(machine, "dist_example") == {})
        save(machine, "sample-dag", QUEUES + "\n    # touched\n")
        until(lambda: "dist_example" in machine.ok("airflow list_dags"))
        machine.ok("airflow backfill dist_example -s 2021-01-15 -e 2021-01-15")
        assert list(run_states(machine, "dist_example").values()) == ["success"]


def test_the_script_that_starts_and_restarts_everything(machine: Reader, port: int) -> None:
    machine.ok(f"bash {SCRIPT} -S TRUE")
    until(lambda: healthy(port))
    first = pid_of_webserver(machine)
    machine.ok(f"bash {SCRIPT} -s TRUE")
    until(lambda: is_gone(first))
    until(lambda: healthy(port) and pid_of_webserver(machine) != first)
    assert "worker host" in until((machine.home.path / "worker.log").read_text)
    until((machine.home.path / "airflow-scheduler.pid").exists)
    machine.ok(f"airflow unpause {EXAMPLE} && airflow trigger_dag {EXAMPLE} -r mine")
    until(lambda: run_states(machine, EXAMPLE)["mine"] == "success")
