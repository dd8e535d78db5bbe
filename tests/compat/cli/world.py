"""A home of its own, and the real command in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "tradewind"]


class Done:
    """How a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    def __repr__(self) -> str:
        return f"exit {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


class Home:
    """``AIRFLOW_HOME`` with commands."""

    def __init__(self, path: Path, **environ: str) -> None:
        self.path = path
        clean = {
            key: value for key, value in os.environ.items() if not key.startswith(("AIRFLOW", "TRADEWIND"))
        }
        self.environ = clean | {"AIRFLOW_HOME": str(path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", **environ}

    def dag(self, name: str, text: str) -> Path:
        file = self.path / "dags" / f"{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run(self, *words: str, stdin: str | None = None, **environ: str) -> Done:
        done = subprocess.run(
            [*COMMAND, *words], env=self.environ | environ, capture_output=True, text=True, timeout=90,
            check=False, input=stdin if stdin is not None else "",
        )  # fmt: skip
        return Done(done.returncode, done.stdout, done.stderr)

    def ok(self, *words: str, **more: Any) -> Done:
        done = self.run(*words, **more)
        assert done.code == 0, done
        return done

    def start(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        log = (self.path.parent / f"{self.path.name}-{words[0]}.out").open("w")
        with log:
            return subprocess.Popen(
                [*COMMAND, *words], env=self.environ | environ, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, text=True, start_new_session=True,
            )  # fmt: skip

    def printed(self, word: str) -> str:
        return (self.path.parent / f"{self.path.name}-{word}.out").read_text()


def until(fact: Callable[[], Any], seconds: float = 30.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := fact()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return found


def processes_of(home: Path) -> list[str]:
    """Living processes whose environment or open files belong to the home."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                links = [os.readlink(fd) for fd in (entry / "fd").iterdir()]
            except OSError:
                continue
            if state != "Z" and any(link.startswith(f"{home}/") for link in links):
                found.append(f"{entry.name} {(entry / 'cmdline').read_bytes()!r}")
    return found
