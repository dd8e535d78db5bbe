"""Tries example files, each in a process forked for it, and prints a JSON line for each.

    python probe.py PLUGINS_FOLDER_OR_EMPTY < JOBS

A job is a JSON line ``{"file": path, "run": bool, "at": moment or null, "logical_date": date or null,
"seconds": limit}``.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import time_machine

from tradewind.authoring import loader, plugin_reading
from tradewind.authoring.to_spec import to_spec
from tradewind.testing import kit


def probe(job: dict[str, Any]) -> dict[str, Any]:
    """Errors of the file, and how each of its DAGs ended."""
    file = Path(job["file"])
    with _at(job["at"]):  # some begin some days before they are read
        loaded = loader.load_file(str(file), str(file.parent), folders=())
    found: dict[str, Any] = {"errors": [error.message for error in loaded.errors], "dags": {}}
    for dag in loaded.dags:
        found["dags"][dag.dag_id] = _end(dag, job) if job["run"] else _spec(dag)
    return found


def _spec(dag: Any) -> dict[str, Any]:
    try:
        to_spec(dag)
    except Exception as error:  # noqa: BLE001 - whatever it is, the table says so
        return {"error": f"{type(error).__name__}: {error}"}
    return {}


def _end(dag: Any, job: dict[str, Any]) -> dict[str, Any]:
    try:
        ended = kit.run_dag(
            dag, clock=kit.FakeTime(_moment(job["at"])), logical_date=_moment(job["logical_date"])
        )
    except BaseException as error:  # noqa: BLE001 - whatever it is, the table says so
        return {"error": f"{type(error).__name__}: {error}"}
    return {"state": ended.state, "tasks": ended.states, "reasons": ended.reasons}


def _at(moment: str | None) -> AbstractContextManager[Any]:
    return time_machine.travel(moment) if moment else nullcontext()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def forked(job: dict[str, Any]) -> dict[str, Any]:
    """The same, in a process and a home of its own."""
    read_end, write_end = os.pipe()
    with tempfile.TemporaryDirectory(prefix="example-") as home:
        pid = os.fork()
        if pid == 0:
            os.close(read_end)
            _in_child(lambda: probe(job), home, write_end)
        os.close(write_end)
        try:
            text = _read(read_end, time.monotonic() + job["seconds"])
        finally:
            os.close(read_end)
            os.killpg(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
    if text is None:
        return {"errors": [], "dags": {}, "late": True}
    if not text:
        return {"errors": [f"the process died ({os.waitstatus_to_exitcode(status)})"], "dags": {}}
    return dict(json.loads(text))


def _read(source: int, deadline: float) -> bytes | None:
    """What the child writes until it closes; None where it takes too long."""
    text = b""
    while True:
        if not select.select([source], [], [], max(deadline - time.monotonic(), 0))[0]:
            return None
        if not (piece := os.read(source, 1 << 16)):
            return text
        text += piece


def _in_child(work: Callable[[], dict[str, Any]], home: str, out: int) -> None:
    """Do the work, write its answer, end."""
    os.setsid()
    os.set_inheritable(out, False)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.environ["AIRFLOW_HOME"] = home
    os.chdir(home)
    try:
        random.choice = lambda options: options[0]  # type: ignore[method-assign,assignment]  # as for the peers
        answer = json.dumps(work()).encode()
        with os.fdopen(out, "wb") as stream:
            stream.write(answer)
    finally:
        os._exit(0)


def main() -> None:
    """Answer the jobs, in their order."""
    if sys.argv[1]:
        plugin_reading.read(Path(sys.argv[1]))
    for line in sys.stdin:
        print(json.dumps(forked(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
