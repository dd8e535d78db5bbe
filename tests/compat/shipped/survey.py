"""Tries every shipped example and writes docs/reference/examples.md.

``python -m tests.compat.shipped`` parses and runs them all, here and in the peers, which takes minutes. Each
file is tried in a process of its own, in an empty home.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.compat.differential import peers
from tests.compat.shipped import wheels
from tests.compat.shipped.wheels import Wheel

PAGE = wheels.ROOT / "docs" / "reference" / "examples.md"
PROBE = Path(__file__).with_name("probe.py")
SECONDS = 60
PARSES = ("parses", "runs", "same end", "**other end**")
"""Verdicts that imply that a file can be parsed."""
OUTSIDE = {
    "example_kubernetes_executor": "Kubernetes",
    "example_local_kubernetes_executor": "Kubernetes",
    "docker_copy_data": "Docker; all of it is commented out",
    "example_docker_operator": "Docker; all of it is commented out",
    "example_docker_swarm_operator": "Docker; all of it is commented out",
    "tutorial_objectstorage": "the internet",
    "example_dag_decorator": "the internet",
}
"""Files that need something outside the machine, or that define no DAG without it."""
LONG = {
    "example_sensors",
    "example_external_task_marker_dag",
    "example_external_task_parent_deferrable",
    "example_hitl_operator",
}
"""Files that wait for hours, for other DAGs or for people; Airflow is not asked about them."""
HEAD = """\
# Airflow's own examples

The example DAGs that ship with Airflow, tried with this version. The table is written by
`python -m tests.compat.shipped`, which fetches the wheels, parses each file, runs each DAG once (in virtual
time: nothing waits) and, where an Airflow of that age can be installed, runs it there too.

*parses*: the file is imported without an error. *same end*: the run and each task instance end in the same
state as in that Airflow. *runs*: it ran to an end here, and there is no such Airflow to compare with.
*needs*: what has to be there first.

"""


def probe(wheel: Wheel, file: Path, *, run: bool) -> dict[str, Any]:
    """What became of a file."""
    with tempfile.TemporaryDirectory(prefix="example-") as home:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW")}
        environment |= {"AIRFLOW_HOME": home, "PYTHONPATH": os.pathsep.join(map(str, wheel.paths))}
        command = [sys.executable, str(PROBE), str(file), *(["run"] if run else [])]
        try:
            done = subprocess.run(
                command,
                env=environment,
                cwd=home,
                capture_output=True,
                text=True,
                timeout=SECONDS,
                check=False,
            )
            return dict(json.loads(done.stdout.splitlines()[-1]))
        except subprocess.TimeoutExpired:
            return {"errors": [], "dags": {}, "late": True}
        except (ValueError, IndexError):
            return {"errors": [f"the process died: {done.stderr.strip()[-300:]}"], "dags": {}}


def parse_errors(wheel: Wheel) -> dict[str, str]:
    """File name to why it cannot be parsed."""
    return {
        file.name: errors[0]
        for file in wheels.files(wheel)
        if (errors := _errors(probe(wheel, file, run=False)))
    }


def _errors(found: dict[str, Any]) -> list[str]:
    return [*found["errors"], *(end["error"] for end in found["dags"].values() if "error" in end)]


def rows(wheel: Wheel) -> Iterator[tuple[str, str, str, str]]:
    """(file, DAG, verdict, remark) for each DAG of a wheel."""
    files = wheels.files(wheel)
    theirs: dict[str, Any] = {}
    if wheel.peer is not None:
        peers.make(wheel.peer)
        theirs = peers.run(
            wheel.peer, [file for file in files if file.stem not in OUTSIDE.keys() | LONG], seconds=SECONDS
        )
    for file in files:
        parsed = probe(wheel, file, run=False)
        if errors := _errors(parsed):
            yield (
                file.name,
                "",
                "needs" if _needs(errors[0]) else "**does not parse**",
                _needs(errors[0]) or errors[0],
            )
        elif file.stem in OUTSIDE:
            yield file.name, ", ".join(parsed["dags"]), "parses", f"needs {OUTSIDE[file.stem]}"
        else:
            yield from _ends(file.name, probe(wheel, file, run=True), parsed, theirs, wheel.peer)


def _needs(error: str) -> str:
    """The package that has to be installed first, or nothing."""
    package = re.search(r"(?:provider package |pip install )([\w.-]+\w)", error)
    return f"`pip install {package[1]}`" if package else ""


def _ends(
    name: str, found: dict[str, Any], parsed: dict[str, Any], theirs: dict[str, Any], peer: str | None
) -> Iterator[tuple[str, str, str, str]]:
    for dag_id in parsed["dags"]:
        mine, other = found["dags"].get(dag_id), theirs.get(dag_id)
        if mine is None:
            yield name, dag_id, "parses", f"not over after {SECONDS} s"
        elif "error" in mine:
            yield name, dag_id, "parses", mine["error"]
        elif other is None or "error" in other:
            why = f"Airflow {peer}: {other['error']}" if other else ""
            yield name, dag_id, "runs", "; ".join(filter(None, (f"ends {mine['state']}", why)))
        else:
            differ = list(_differences(mine, other))
            yield (
                name,
                dag_id,
                "same end" if not differ else "**other end**",
                "; ".join(differ) or mine["state"],
            )


def _differences(mine: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    if mine["state"] != other["state"]:
        yield f"the run: {mine['state']}, in Airflow {other['state']}"
    there = {
        task_id if index < 0 else f"{task_id}[{index}]": str(state)
        for task_id, index, state, _ in other["tasks"]
    }
    for task in sorted(there.keys() | mine["tasks"].keys()):
        here = mine["tasks"].get(task)
        if here != there.get(task):
            why = mine["reasons"].get(task, "")
            yield f"`{task}`: {here}, in Airflow {there.get(task)}{f' ({why})' if why else ''}"


def verdicts(wheel: Wheel) -> Iterator[tuple[str, str]]:
    """(file, verdict) as the page says."""
    _, _, part = PAGE.read_text().partition(f"## {wheel.label}\n")
    for line in part.partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 4 and cells[1].endswith(".py"):
            yield cells[1], cells[3]


def section(wheel: Wheel) -> str:
    """The part of the page about a wheel."""
    wheels.fetch(wheel)
    found = list(rows(wheel))
    seen = Counter(verdict.strip("*") for _, _, verdict, _ in found)
    counts = ", ".join(f"{number} {name}" for name, number in seen.most_common())
    lines = [
        f"| {file} | {f'`{dags}`' if dags else ''} | {verdict} | {_cell(remark)} |"
        for file, dags, verdict, remark in found
    ]
    return "\n".join(
        [f"## {wheel.label}\n", f"{counts}.\n", "| File | DAG | | Remark |", "|---|---|---|---|", *lines]
    )


def _cell(text: str) -> str:
    one = " ".join(text.split()).replace("|", "\\|").replace(str(wheels.ROOT), "")
    return one if len(one) <= 300 else f"{one[:297]}…"


def main(names: Sequence[str] = ()) -> int:
    """Write the page, or only the sections whose labels contain one of ``names``."""
    PAGE.touch()
    for wheel in wheels.WHEELS:
        if not names or any(name in wheel.label for name in names):
            sections = dict(_sections(PAGE.read_text()))
            sections[wheel.label] = section(wheel)
            known = [sections[one.label] for one in wheels.WHEELS if one.label in sections]
            PAGE.write_text(HEAD + "\n\n".join(known) + "\n")
            print(f"written: {wheel.label}", flush=True)
    return 0


def _sections(page: str) -> Iterator[tuple[str, str]]:
    for part in page.split("\n## ")[1:]:
        yield part.partition("\n")[0], f"## {part}".rstrip()
