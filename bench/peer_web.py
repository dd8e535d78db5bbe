"""The same data in Airflow's own web UI, looked at by the same Chromium.

    python -m bench.peer_web /path/to/venv/bin/airflow

Makes one DAG of 5,000 tasks in 50 groups with 100 runs in a new home of that Airflow (3.x, SQLite), as ``ui``
does for Tradewind: one run by its REST API, the others copied in SQL. Nothing of it runs but its API server.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench import ui
from bench.server import free_port
from bench.web import FRAMES

DAG = """
from datetime import datetime
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, TaskGroup

with DAG("ui_grid", schedule=None, start_date=datetime(2020, 1, 1), max_active_runs=1000):
    with TaskGroup("all", prefix_group_id=False):
        for group in range({groups}):
            with TaskGroup(f"g{{group:02}}"):
                before = None
                for number in range(group, {tasks}, {groups}):
                    task = EmptyOperator(task_id=f"t{{number:04}}")
                    if before:
                        before >> task
                    before = task
"""

CELL = 'a[href*="/runs/"][href*="/tasks/"]'


class Peer:
    """A home of Airflow, and its API server."""

    def __init__(self, command: str, home: Path) -> None:
        self.command, self.home, self.port = command, home, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        (home / "dags").mkdir(parents=True)
        (home / "dags" / "ui_grid.py").write_text(DAG.format(groups=ui.GROUPS, tasks=ui.TASKS))
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")},
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
            "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "600",
            "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "600",
        }
        self.server: subprocess.Popen[bytes] | None = None

    def run(self, *words: str) -> None:
        subprocess.run([self.command, *words], env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def serve(self) -> None:
        log = (self.home / "server.log").open("wb")
        words = [self.command, "api-server", "--port", str(self.port), "--workers", "1"]
        self.server = subprocess.Popen(
            words, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        for _ in range(600):
            with suppress(OSError):
                return self._token()
            time.sleep(0.2)
        raise TimeoutError("its API server does not answer")

    def _token(self) -> None:
        request = urllib.request.Request(self.address + "/auth/token")
        self.token = json.load(urllib.request.urlopen(request, timeout=10))["access_token"]

    def call(self, method: str, path: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(
            self.address + "/api/v2" + path, json.dumps(body).encode(), headers, method=method
        )
        urllib.request.urlopen(request, timeout=300).read()

    def fill(self) -> None:
        """One run by REST, and 99 like it."""
        self.call("POST", "/dags/ui_grid/dagRuns", {"dag_run_id": "first", "logical_date": None})
        now = datetime.now(UTC)
        with sqlite3.connect(self.home / "airflow.db") as db:
            for table in ("dag_run", "task_instance"):
                db.execute(
                    f"UPDATE {table} SET state = 'success', start_date = ?, end_date = ?",
                    (str(now - timedelta(hours=1)), str(now)),
                )
            db.execute("UPDATE task_instance SET duration = 60, try_number = 1")
            for number in range(1, ui.RUNS):
                self._copy(db, f"run_{number:03}", now - timedelta(days=number))

    @staticmethod
    def _copy(db: sqlite3.Connection, run_id: str, date: datetime) -> None:
        def names(table: str, *own: str) -> str:
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            return ", ".join(name for name in columns if name not in own)

        run = names("dag_run", "id", "run_id", "run_after", "logical_date")
        db.execute(
            f"INSERT INTO dag_run (run_id, run_after, {run}) SELECT ?, ?, {run} FROM dag_run"
            " WHERE run_id = 'first'",
            (run_id, str(date)),
        )
        db.create_function("fresh", 0, lambda: uuid.uuid4().hex)
        ti = names("task_instance", "id", "run_id")
        db.execute(
            f"INSERT INTO task_instance (id, run_id, {ti}) SELECT fresh(), ?, {ti} FROM task_instance"
            " WHERE run_id = 'first'",
            (run_id,),
        )

    def close(self) -> None:
        if self.server is not None:
            os.killpg(self.server.pid, signal.SIGKILL)


def seen(page: Page, path: str, selector: str) -> float:
    """Milliseconds from asking for the address until that can be seen."""
    page.goto(path, wait_until="commit")
    page.wait_for_selector(selector, timeout=120_000)
    return float(page.evaluate("performance.now()"))


def look(peer: Peer) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(base_url=peer.address, viewport={"width": 1440, "height": 900})
        page = context.new_page()
        print(f"first load, list of DAGs: {seen(page, '/dags', 'a[href*=ui_grid]'):.0f} ms")
        weight = page.evaluate(
            "performance.getEntriesByType('resource').filter((one) => one.name.endsWith('.js'))"
            ".reduce((all, one) => all + one.encodedBodySize, 0) / 1000"
        )
        print(f"JavaScript of it: {weight:.0f} kB")
        for _ in range(3):
            print(f"grid: {seen(page, '/dags/ui_grid', CELL):.0f} ms")
        page.screenshot(path=peer.home / "grid.png")
        box = page.locator(CELL).first
        box.hover()
        page.evaluate(FRAMES)
        for _ in range(120):
            page.mouse.wheel(0, 400)
            page.wait_for_timeout(16)
        frames = page.evaluate("frames_.slice(1)")
        print(f"frames while scrolling: {len(frames)}, longest {max(frames):.0f} ms")
        print(f"picture: {peer.home / 'grid.png'}")
        browser.close()


def main() -> None:
    peer = Peer(sys.argv[1], Path(tempfile.mkdtemp(prefix="airflow-web-")))
    try:
        peer.run("db", "migrate")
        peer.run("dags", "reserialize")
        peer.serve()
        peer.fill()
        look(peer)
    finally:
        peer.close()


if __name__ == "__main__":
    main()
