"""Runs example files under the scheduler of an Airflow 2 or 3 and tells how they ended. Run by its Python:

    python peer_whole.py FOLDER_OF_FILES RESULTS.jsonl

For DAGs that start or wait for each other, or whose tasks have to run side by side.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import airflow

MAJOR = int(airflow.__version__.split(".")[0])
HOME = Path(os.environ["AIRFLOW_HOME"])
FOLDER = Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
TRIGGER = json.loads(os.environ["PEER_TRIGGER"])
"""DAG id to the logical date of the run that is triggered; others are triggered by these."""
SECONDS = int(os.environ["PEER_SECONDS"])
AIRFLOW = [sys.executable, "-m", "airflow"]


def main(folder: Path, out: Path) -> None:
    """Start everything, trigger, wait, tell, stop everything."""
    for file in folder.glob("*.py"):
        (FOLDER / file.name).write_bytes(file.read_bytes())
    process = subprocess.Popen(
        [*AIRFLOW, "standalone"], env={**os.environ, **settings()}, start_new_session=True
    )
    try:
        until("the DAGs are known", lambda: {row[0] for row in rows("select dag_id from dag")} >= {*TRIGGER})
        for dag_id, date in TRIGGER.items():
            words = ["--exec-date" if MAJOR == 2 else "--logical-date", date]
            subprocess.run([*AIRFLOW, "dags", "trigger", dag_id, *words], check=True)
        with contextlib.suppress(TimeoutError):
            until("all runs have ended", ended)
        out.write_text("".join(f"{json.dumps(line)}\n" for line in results()))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        for pid in left_over():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def settings() -> dict[str, str]:
    """Ports that nobody else has, parallel tasks, DAGs that are not paused."""
    ports = (
        "WEBSERVER__WEB_SERVER_PORT", "API__PORT", "LOGGING__TRIGGER_LOG_SERVER_PORT",
        "LOGGING__WORKER_LOG_SERVER_PORT",
    )  # fmt: skip
    chosen = {f"AIRFLOW__{name}": str(free_port()) for name in ports}
    api = f"http://localhost:{chosen['AIRFLOW__API__PORT']}"
    return {
        **chosen,
        "AIRFLOW__API__BASE_URL": api,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{api}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "_AIRFLOW__SKIP_DATABASE_EXECUTOR_COMPATIBILITY_CHECK": "1",
    }


def left_over() -> list[int]:
    """Processes of this home; Airflow leaves some that are in no group of ours."""
    mark, found = f"AIRFLOW_HOME={HOME}".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in {os.getpid(), os.getppid()}:
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def rows(sql: str) -> list:
    with contextlib.closing(sqlite3.connect(HOME / "airflow.db", timeout=30)) as connection:
        return connection.execute(sql).fetchall()


def until(what: str, fact) -> None:
    deadline = time.monotonic() + SECONDS
    while not fact():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not in {SECONDS} s: {what}")
        time.sleep(0.5)


def ended() -> bool:
    manual = rows("select dag_id, state from dag_run where run_type != 'scheduled'")
    return {row[0] for row in manual} >= {*TRIGGER} and {row[1] for row in manual} <= {"success", "failed"}


def results():
    """A line for each triggered run; tasks of a SubDAG stand in the line of its DAG."""
    found = rows("select dag_id, run_id, task_id, map_index, state, try_number from task_instance")
    for dag_id, run_id, state in rows(
        "select dag_id, run_id, state from dag_run where run_type != 'scheduled'"
    ):
        if not dag_id.startswith(tuple(f"{one}." for one in TRIGGER)):
            tasks = [
                [".".join(filter(None, (whose[len(dag_id) + 1 :], task))), index, ended, tries]
                for whose, run, task, index, ended, tries in found
                if run == run_id and (whose == dag_id or whose.startswith(f"{dag_id}."))
            ]
            yield {"dag": dag_id, "state": state, "tasks": sorted(tasks)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
