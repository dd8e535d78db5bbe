"""Tries example files in Tradewind, and says where their ends differ from those in Airflow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.compat.shipped import facts, recording
from tests.compat.shipped.wheels import Wheel

PROBE = Path(__file__).with_name("probe.py")
ENDED = ("success", "failed")
TASK_ENDED = (*ENDED, "skipped", "upstream_failed", "removed")
SECONDS = 60
LONG = 300


def jobs(wheel: Wheel, files: Sequence[Path], *, run: bool) -> Iterator[dict[str, Any]]:
    """What the probe is asked, of each file."""
    theirs = recording.recorded(wheel)
    moments = {
        end["file"]: (end["at"], end["logical_date"]) for end in theirs.values() if "logical_date" in end
    }
    for file in files:
        at, when = moments.get(file.name, (None, None))
        seconds = LONG if facts.is_long(wheel, file) else SECONDS
        yield {"file": str(file), "run": run, "at": at, "logical_date": when, "seconds": seconds}


def tried(wheel: Wheel, files: Sequence[Path], *, run: bool) -> dict[str, dict[str, Any]]:
    """File name to what became of it: ``errors``, and ``dags`` with the end of each."""
    asked = "".join(json.dumps(job) + "\n" for job in jobs(wheel, files, run=run))
    with tempfile.TemporaryDirectory(prefix="examples-") as folder:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
        environment |= {
            "AIRFLOW_HOME": folder,
            "PYTHONPATH": os.pathsep.join(map(str, wheel.paths)),
            "PATH": recording.without_sleep(Path(folder)),
        }
        plugins = str(wheel.plugins) if wheel.plugins.exists() else ""
        done = subprocess.run(
            [sys.executable, str(PROBE), plugins], input=asked, env=environment, cwd=folder,
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    return dict(zip([file.name for file in files], map(json.loads, done.stdout.splitlines()), strict=True))


def errors(found: dict[str, Any]) -> list[str]:
    """Why a file cannot be parsed."""
    return [*found["errors"], *(end["error"] for end in found["dags"].values() if "error" in end)]


def differences(mine: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """What differs between an end here and the end in Airflow, a line each."""
    if "error" in mine or "error" in theirs:
        both = "error" in mine and "error" in theirs  # both refuse: each has words of its own
        return (
            [] if both else [f"here {mine.get('error', mine)}, in Airflow {theirs.get('error', 'it runs')}"]
        )
    lines, over = [], theirs["state"] in ENDED
    if mine["state"] != theirs["state"] and over:
        lines.append(f"the run: {mine['state']}, in Airflow {theirs['state']}")
    there = {
        task_id if index < 0 else f"{task_id}[{index}]": str(state)
        for task_id, index, state, _ in theirs["tasks"]
    }
    for task in sorted(there.keys() | mine["tasks"].keys()):
        here = mine["tasks"].get(task)
        if not over and there.get(task) not in TASK_ENDED:
            continue  # Airflow still waited when it was no longer waited for
        if here != there.get(task) and task not in facts.LEFT_OUT and not task.startswith(facts.CHANCE):
            why = mine.get("reasons", {}).get(task, "")
            lines.append(f"`{task}`: {here}, in Airflow {there.get(task)}{f' ({why})' if why else ''}")
    return lines
