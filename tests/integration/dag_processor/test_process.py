"""The processor as a process of its own: signals, lock, sign of life."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from tests.integration.dag_processor.world import World, dag_text

from tradewind.store.tables.jobs import job

PROGRAM = """
import os
from pathlib import Path
from tradewind import config
from tradewind.dag_processor import service
from tradewind.runtime.clock import SystemClock
from tradewind.store.database import Database
cfg = config.load(Path(os.environ["AIRFLOW_HOME"]), os.environ)
database = Database(cfg.database.sql_alchemy_conn)
service.run(config=cfg, database=database, clock=SystemClock(), environ=os.environ)
"""


def start(world: World) -> subprocess.Popen[bytes]:
    environ = {
        **os.environ,
        "AIRFLOW_HOME": str(world.home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(world.folder),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{world.home}/airflow.db",
    }
    return subprocess.Popen([sys.executable, "-c", PROGRAM], env=environ, stderr=subprocess.PIPE)


def wait(fact: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def jobs(world: World) -> list[tuple[str, str]]:
    with world.database.read() as tx:
        return [(row[0], row[1]) for row in tx.rows(sa.select(job.c.job_type, job.c.state))]


def test_sigterm_ends_it_soon_even_while_a_file_hangs(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("a.py", dag_text("a"))
    world.write("hangs.py", "import airflow, time  # dag\ntime.sleep(600)\n")
    process = start(world)
    try:
        wait(lambda: world.live() == ["a"], "the DAG")
        wait(lambda: jobs(world) == [("DagProcessorJob", "running")], "the sign of life")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=10)
        assert process.returncode == 0, said.decode()
        assert time.monotonic() - began < 5
        assert jobs(world) == [("DagProcessorJob", "success")]
    finally:
        process.kill()
        process.communicate()
        world.database.close()


def test_a_second_one_is_refused(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.write("a.py", dag_text("a"))
    first = start(world)
    second = None
    try:
        wait(lambda: world.live() == ["a"], "the first to work")
        second = start(world)
        _, said = second.communicate(timeout=20)
        assert second.returncode != 0
        assert f"already running as process {first.pid}" in said.decode()
        assert first.poll() is None
    finally:
        for process in (first, second):
            if process is not None:
                process.kill()
                process.communicate()
        world.database.close()
