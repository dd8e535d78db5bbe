"""A Tradewind of its own: a home with the DAGs of this folder, and ``tradewind standalone`` over it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class Installation:
    """Where it answers, and who may come in."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url, self.user = home, url, "admin"

    @property
    def password(self) -> str:
        """The one that was made at the first start."""
        return str(
            json.loads((self.home / "simple_auth_manager_passwords.json.generated").read_text())["admin"]
        )

    def drive(self, python: Path | str, module: str) -> int:
        """Run a driver with that Python against it; its exit code."""
        words = [python, "-m", module, "--url", self.url, "--user", self.user, "--password", self.password]
        return subprocess.run(words, cwd=ROOT, check=False).returncode


@contextlib.contextmanager
def running(home: Path) -> Iterator[Installation]:
    """Started, and stopped at the end."""
    shutil.copytree(HERE / "dags", home / "dags", ignore=shutil.ignore_patterns("__pycache__"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "TRADEWIND"))
    }
    environ |= {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__API__EXPOSE_CONFIG": "True",
        "AIRFLOW__LOGGING__REMOTE_LOGGING": "True",
        "AIRFLOW__ELASTICSEARCH__HOST": "http://logs.example",
        "AIRFLOW__ELASTICSEARCH__FRONTEND": "logs.example/?id={log_id}",
        "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
    }
    with (home / "screen").open("w") as screen:
        process = subprocess.Popen(
            [sys.executable, "-m", "tradewind", "standalone", "-p", str(port)],
            env=environ, stdout=screen, stderr=screen, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        made = Installation(home, f"http://127.0.0.1:{port}")
        _wait(made, process)
        yield made
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _wait(made: Installation, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while not _answers(made.url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"Tradewind did not start:\n{(made.home / 'screen').read_text()}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/api/v2/version", timeout=5) as answer:
        return bool(answer.status == 200)
    return False
