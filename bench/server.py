"""A ``standalone`` of our own in an empty home, driven as any client would: by its command and its REST
API.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench.figures import removed_at_exit

ROOT = Path(__file__).resolve().parents[1]
COMMAND = str(Path(sys.executable).parent / "airflow")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(fact: Callable[[], Any], seconds: float = 30.0, pause: float = 0.005) -> Any:
    """The first true value of ``fact``. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException, KeyError, ValueError):
            value = fact()
            if value:
                return value
        time.sleep(pause)
    raise TimeoutError(f"not true after {seconds:g} s: {fact}")


class Server:
    """One running standalone. Its home is a new folder, removed at the end unless something failed."""

    def __init__(
        self, dags: list[Path], settings: dict[str, str] | None = None, *, command: str = COMMAND
    ) -> None:
        self.command = command
        self.home = Path(tempfile.mkdtemp(prefix="tradewind-bench-"))
        self.events = self.home / "events.tsv"
        self.port = free_port()
        (self.home / "dags").mkdir()
        for path in dags:
            shutil.copy(path, self.home / "dags" / path.name)
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")},
            "AIRFLOW_HOME": str(self.home),
            "BENCH_EVENTS": str(self.events),
            "PYTHONPATH": str(ROOT),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__API__PORT": str(self.port),
            **(settings or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.token = ""
        self._connection: http.client.HTTPConnection | None = None

    def start(self) -> float:
        """Start it; seconds until the API gives a token and the scheduler is healthy."""
        begin = time.monotonic()
        log = (self.home / "standalone.out").open("wb")
        self.process = subprocess.Popen(
            [self.command, "standalone"],
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=self.home,
        )
        until(self._login, 60)
        until(lambda: self.get("/monitor/health")["scheduler"]["status"] == "healthy", 60)
        return time.monotonic() - begin

    def stop(self) -> float:
        """Ctrl-C; seconds until the command has ended."""
        assert self.process is not None
        begin = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(30)
        return time.monotonic() - begin

    def close(self) -> None:
        """End it, however it goes; its home is removed at the end."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.stop()
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
        removed_at_exit(self.home)

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """A REST v2 call on one kept connection. Raises OSError with the answer for any error status."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            self._connection.request(
                method, "/api/v2" + path, json.dumps(body) if body is not None else None, headers
            )
            answer = self._connection.getresponse()
            text = answer.read()
        except OSError:
            self._connection = None
            raise
        if answer.status >= 400:
            raise OSError(f"{method} {path}: {answer.status} {text[:500]!r}")
        return json.loads(text) if text else None

    def hang_up(self) -> None:
        """The next call makes a new connection: the server closes those on which nobody speaks."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _login(self) -> bool:
        passwords = json.loads((self.home / "simple_auth_manager_passwords.json.generated").read_text())
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        body = json.dumps({"username": "admin", "password": passwords["admin"]})
        connection.request("POST", "/auth/token", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        self.token = json.loads(answer.read())["access_token"]
        return True

    def known(self, dag_id: str, seconds: float = 60) -> None:
        """Wait until the DAG is there."""
        until(lambda: self.get(f"/dags/{dag_id}"), seconds)

    def trigger(self, dag_id: str, run_id: str) -> float:
        """Trigger a run; the moment just before the call."""
        at = time.time()
        self.call("POST", f"/dags/{dag_id}/dagRuns", {"dag_run_id": run_id, "logical_date": None})
        return at

    def finished(self, dag_id: str, run_id: str, seconds: float = 120) -> str:
        """Wait until a run has ended; its state."""
        path = f"/dags/{dag_id}/dagRuns/{run_id}"
        until(lambda: self.get(path)["state"] in ("success", "failed"), seconds, 0.05)
        return str(self.get(path)["state"])

    def bodies(self, run: str) -> list[tuple[str, float, float]]:
        """(task, start, end) of what has run in that run, by start."""
        if not self.events.exists():
            return []
        rows = [line.split("\t") for line in self.events.read_text().splitlines()]
        return sorted(((r[1], float(r[2]), float(r[3])) for r in rows if r[0] == run), key=lambda r: r[1])

    def wait_bodies(self, run: str, count: int, seconds: float = 120) -> list[tuple[str, float, float]]:
        """The bodies of a run, once there are ``count``."""
        until(lambda: len(self.bodies(run)) >= count, seconds, 0.02)
        return self.bodies(run)


@contextlib.contextmanager
def server(dags: list[Path] | None = None, settings: dict[str, str] | None = None) -> Iterator[Server]:
    """A started server; stopped, and its home removed, at the end."""
    made = Server(dags if dags is not None else [ROOT / "bench/dags/bench_dags.py"], settings)
    try:
        made.start()
        yield made
        made.stop()
        removed_at_exit(made.home)
    finally:
        if made.process is not None and made.process.poll() is None:
            os.killpg(made.process.pid, signal.SIGKILL)
