"""A whole system in a home of its own: real processes, and questions about what has become of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
from tests.integration.system.reaper import Identity, Reaper, kill

COMMAND = [sys.executable, "-m", "tradewind"]
TITLES = {
    "api-server": ("airflow-webserver: master",),
    "scheduler": ("airflow scheduler",),
    "worker-host": ("airflow worker-host",),
    "nursery": ("airflow worker: nursery",),
    "parent": ("airflow worker: ", ".py"),
    "data-server": ("airflow data-server",),
    "dag-processor": ("airflow dag-processor",),
    "importer": ("tradewind.dag_processor.importer",),
    "task": ("airflow task ",),
}
TITLES_ON_DEMAND = {"triggerer": ("airflow triggerer",), "runner": ("airflow trigger-runner",)}
"""The same of what is there only when it is needed."""
"""Component → words of its title."""


class World:
    """``AIRFLOW_HOME`` and all that runs in it. ``end`` stops what is left and fails if anything survives."""

    def __init__(self, path: Path, **environ: str) -> None:
        self.home = path
        self.reaper = Reaper()
        self.port = free_port()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "TRADEWIND"))
        }
        self.environ = clean | {
            "AIRFLOW_HOME": str(path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__KILLED_TASK_CLEANUP_TIME": "3", **environ,
        }  # fmt: skip
        self._token = ""
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=5)

    # --- files --------------------------------------------------------------------------------------

    def dags(self, **files: str) -> None:
        """Write DAG files."""
        folder = self.home / "dags"
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)

    def printed(self, word: str) -> str:
        """What a command that was started has printed."""
        return (self.home.parent / f"{self.home.name}-{word}.out").read_text(errors="replace")

    def facts(self, what: str | None = None, **like: Any) -> list[dict[str, Any]]:
        """What task bodies have told, in their order."""
        try:
            lines = (self.home / "facts.jsonl").read_text().splitlines()
        except FileNotFoundError:
            return []
        told = [json.loads(line) for line in lines]
        like |= {"what": what} if what else {}
        return [line for line in told if all(line[key] == value for key, value in like.items())]

    def task_log(self, dag: str, run: str, task: str, attempt: int = 1) -> str:
        """The text of one try's log."""
        path = f"logs/dag_id={dag}/run_id={run}/task_id={task}/attempt={attempt}.log"
        return (self.home / path).read_text()

    def component_log(self, name: str) -> str:
        """The text of a component's log and of what it printed."""
        files = [self.home / "logs" / f"{name}.log", self.home / "logs" / f"{name}.out"]
        return "\n".join(file.read_text(errors="replace") for file in files if file.exists())

    # --- processes ----------------------------------------------------------------------------------

    def start(self, *words: str, name: str | None = None, **environ: str) -> subprocess.Popen[bytes]:
        """Start a command that goes on."""
        name = name or words[0]
        with (self.home.parent / f"{self.home.name}-{name}.out").open("ab") as out:
            process = subprocess.Popen(
                [*COMMAND, *words], env=self.environ | environ, stdout=out, stderr=out,
                stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self.processes[name] = process
        self.reaper.known.add(process.pid)
        return process

    def run(self, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [*COMMAND, *words], env=self.environ | environ, capture_output=True, text=True, timeout=60,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def standalone(self) -> subprocess.Popen[bytes]:
        """Start everything; returns when it answers and a host is connected."""
        process = self.start("standalone", "-p", str(self.port))
        until(lambda: self.answers() or process.poll() is not None, "the API answers")
        until(lambda: self.find("scheduler") and self.find("worker-host"), "scheduler and host are there")
        assert process.poll() is None, self.printed("standalone")
        return process

    def find(self, component: str) -> list[Identity]:
        """The processes of one kind."""
        return self.reaper.titled(*(TITLES | TITLES_ON_DEMAND)[component])

    def one(self, component: str) -> Identity:
        """The process of one kind, waiting until there is one."""
        return until(lambda: self.find(component), f"there is a {component}")[0]

    def kill(self, component: str, number: int = signal.SIGKILL) -> Identity | None:
        """Signal one process of a kind, if there is one."""
        for who in self.find(component)[:1]:
            kill(who, number)
            return who
        return None

    def kill_everything(self) -> None:
        """A power cut, but for the page cache."""
        self.reaper.kill_all()
        for process in self.processes.values():
            process.wait(10)
        self.processes.clear()

    def stop(self, name: str = "standalone", number: int = signal.SIGINT, within: float = 20.0) -> float:
        """Stop a command; the seconds that it took."""
        process, began = self.processes.pop(name), time.monotonic()
        process.send_signal(number)
        process.wait(within)
        return time.monotonic() - began

    def stop_all(self) -> None:
        """Stop what was started and still runs, and wait for it."""
        for name, process in list(self.processes.items()):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                self.stop(name, signal.SIGTERM)

    def end(self) -> None:
        """Stop what runs; nothing may be left afterwards."""
        try:
            self.stop_all()
            until(lambda: not self.reaper.living(), lambda: f"nothing is left: {self.reaper.show()}", 8)
        finally:
            self._http.close()
            self.reaper.kill_all()

    # --- REST -----------------------------------------------------------------------------------------

    def answers(self) -> bool:
        """Whether the API server answers."""
        try:
            return self._http.get("/api/v2/monitor/health").status_code == 200
        except httpx.HTTPError:
            return False

    def call(self, method: str, path: str, **body: Any) -> httpx.Response:
        """One request as admin, sent again while the server is away."""
        deadline = time.monotonic() + 20
        while True:
            try:
                headers = {"authorization": f"Bearer {self._login()}"}
                whole = path if path.startswith("/api/") else f"/api/v2{path}"
                return self._http.request(method, whole, headers=headers, json=body or None)
            except httpx.HTTPError:
                assert time.monotonic() < deadline, "the API server stays away"
                time.sleep(0.05)

    def _login(self) -> str:
        if not self._token:
            file = self.home / "simple_auth_manager_passwords.json.generated"
            who = {"username": "admin", "password": json.loads(file.read_text())["admin"]}
            self._token = self._http.post("/auth/token", json=who).json()["access_token"]
        return self._token

    def wait_for_dags(self, *names: str) -> None:
        """Until they are there."""
        until(
            lambda: {row[0] for row in self.rows("select dag_id from dag")} >= set(names),
            f"{names} are there",
        )

    def trigger(self, dag: str, run: str) -> tuple[str, str]:
        """Make a run; told again it is the same one."""
        answer = self.call("POST", f"/dags/{dag}/dagRuns", dag_run_id=run, logical_date=None)
        assert answer.status_code in {200, 409}, answer.text
        return dag, run

    # --- rows -----------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """Look into the database; empty while there is none."""
        path = self.home / "airflow.db"
        if not path.exists():
            return []
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise
        finally:
            connection.close()

    def change(self, *sql: str) -> None:
        """What a person does by hand."""
        connection = sqlite3.connect(self.home / "airflow.db", timeout=10)
        try:
            for statement in sql:
                connection.execute(statement)
            connection.commit()
        finally:
            connection.close()

    def run_state(self, key: tuple[str, str]) -> str | None:
        """The state of a run, or None where it is gone."""
        found = self.rows("select state from dag_run where dag_id=? and run_id=?", *key)
        return found[0][0] if found else None

    def states(self, key: tuple[str, str]) -> dict[str, str | None]:
        """The states of its tasks."""
        return dict(self.rows("select task_id, state from task_instance where dag_id=? and run_id=?", *key))

    def wait_until_ended(self, *keys: tuple[str, str], seconds: float = 30) -> None:
        """Until all these runs have ended."""

        def unfinished() -> list[Any]:
            left = [key for key in keys if self.run_state(key) not in {"success", "failed"}]
            return [(key, self.run_state(key), self.states(key)) for key in left]

        until(lambda: not unfinished(), lambda: f"these have not ended: {unfinished()}", seconds)

    def begun(self, count: int = 1, **like: Any) -> list[dict[str, Any]]:
        """Wait until so many task bodies of that kind have begun."""
        until(lambda: len(self.facts("begin", **like)) >= count, f"{count} × {like} have begun")
        return self.facts("begin", **like)


class OnPostgres(World):
    """A home whose database is a PostgreSQL server's."""

    def __init__(self, path: Path, url: str) -> None:
        super().__init__(path, AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=url)
        self.url = url

    def rows(self, sql: str, *values: Any) -> list[Any]:
        if sql.startswith("pragma"):
            return [("ok",)] if "integrity" in sql else []
        with psycopg.connect(self.url) as connection:
            try:
                found = connection.execute(sql.replace("?", "%s"), values).fetchall()
            except psycopg.errors.UndefinedTable:
                return []
        return [tuple(str(cell) if isinstance(cell, UUID) else cell for cell in row) for row in found]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def until(fact: Callable[[], Any], what: str | Callable[[], str], seconds: float = 20.0) -> Any:
    """Wait for a fact, and say which one did not come true."""
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        if time.monotonic() >= deadline:
            raise AssertionError(f"not in {seconds} s: {what if isinstance(what, str) else what()}")
        time.sleep(0.02)
    return found
