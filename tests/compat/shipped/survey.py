"""Tries every shipped example and writes docs/reference/examples.md.

``python -m tests.compat.shipped`` takes some minutes: it also runs what installs packages and what waits.
Ends are compared with those that the Airflows gave when they were last asked; ``RECORD=1`` asks them anew.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.compat.differential import peers
from tests.compat.shipped import facts, recording, trying, wheels, whole
from tests.compat.shipped.wheels import Wheel

PAGE = wheels.ROOT / "docs" / "reference" / "examples.md"
SAME, PARSES, OTHER, BROKEN = "same end", "parses", "**other end**", "**does not parse**"
BETTER = "succeeds"
HEAD = """\
# Airflow's own examples

The example DAGs that ship with Airflow, tried with this version. `python -m tests.compat.shipped` writes this
page: it fetches the wheels, parses each file and runs each DAG once. Each run is compared with the states of
the run and of every task instance in the real Airflow of that age, asked when the examples were last recorded
(`RECORD=1` asks again; Airflow 1.10.15 needs a Python 3.8 or 3.7 for that).

| | |
|---|---|
| same end | run and task instances end in the states in which they end in that Airflow |
| same end, in a whole system | the same, under scheduler, workers and triggerer, where DAGs need each other |
| parses | the file is read without an error; what it needs to run is not there |
| succeeds | fails in that Airflow, by a mistake of its own |

DAGs that need no whole system run in virtual time, so that nothing waits; the command `sleep` ends at once.
Where chance decides (`random.choice`) the first is chosen, there and here; tasks on which chance decides in
another Python (`venv_…`, `ext_py_…`) are left out. A run that ends `failed` ends so in Airflow too: such
examples show failures, want a `conf`, or a connection that nobody has made.

"""


class Row(NamedTuple):
    """What the page says of a DAG."""

    file: str
    dag: str
    verdict: str
    remark: str


def rows(wheel: Wheel) -> Iterator[Row]:
    """One for each DAG of a wheel, and for each file without one."""
    wheels.fetch(wheel)
    files = wheels.files(wheel)
    parsed = trying.tried(wheel, files, run=False)
    ran = trying.tried(wheel, [file for file in files if facts.runs_alone(wheel, file)], run=True)
    together = _together(wheel, files)
    theirs = recording.recorded(wheel)
    for file in files:
        if errors := trying.errors(parsed[file.name]):
            yield Row(file.name, "", BROKEN, errors[0])
        elif file.stem in facts.OUTSIDE:
            dags = ", ".join(f"`{dag}`" for dag in parsed[file.name]["dags"])
            yield Row(file.name, dags, PARSES, f"needs {facts.OUTSIDE[file.stem]}")
        elif file.name in ran:
            for dag in parsed[file.name]["dags"]:
                yield _row(file, dag, _mine(ran[file.name], dag), theirs.get(dag), "")
        else:
            for dag in (*facts.WHOLE[file.stem].dags, *_triggered(file)):
                yield _row(file, dag, together.get(dag), theirs.get(dag), ", in a whole system")


def _together(wheel: Wheel, files: Sequence[Path]) -> dict[str, Any]:
    found = whole.files(wheel, files, short=False)
    if not found:
        return {}
    with tempfile.TemporaryDirectory(prefix="examples-") as folder:
        return whole.tried(wheel, found, Path(folder) / "home")


def _triggered(file: Path) -> list[str]:
    """The runs that those of the file start."""
    return [f"{dag}{recording.TRIGGERED}" for dag in facts.WHOLE[file.stem].starts]


def _mine(found: dict[str, Any], dag: str) -> dict[str, Any] | None:
    if found.get("late"):
        return {"error": f"not over after {trying.SECONDS} s"}
    mine: dict[str, Any] | None = found["dags"].get(dag)
    return mine


def _row(file: Path, dag: str, mine: dict[str, Any] | None, theirs: dict[str, Any] | None, how: str) -> Row:
    shown = f"`{dag.removesuffix(recording.TRIGGERED)}`" + recording.TRIGGERED * dag.endswith(
        recording.TRIGGERED
    )
    if mine is None or theirs is None:
        missing = "it did not run here" if mine is None else "Airflow was not asked about it"
        return Row(file.name, shown, OTHER, missing)
    if dag in facts.SUCCEEDS and mine["state"] == "success" and theirs["state"] == "failed":
        return Row(file.name, shown, BETTER, facts.SUCCEEDS[dag])
    differ = trying.differences(mine, theirs)
    return Row(file.name, shown, OTHER if differ else SAME + how, "; ".join(differ) or _end(mine, theirs))


def _end(mine: dict[str, Any], theirs: dict[str, Any]) -> str:
    if "error" in theirs:
        return "refused before it begins"
    left_out = [
        f"without `{task}`: {facts.LEFT_OUT[task]}" for task, *_ in theirs["tasks"] if task in facts.LEFT_OUT
    ]
    waits = "" if theirs["state"] in trying.ENDED else ", where Airflow still waits"
    state = f"{mine['state']}{waits}"
    return "; ".join([state, *left_out])


def section(wheel: Wheel) -> tuple[str, int]:
    """The part of the page about a wheel, and how many of its rows are not as they should be."""
    found = list(rows(wheel))
    seen = Counter(row.verdict.strip("*") for row in found)
    counts = ", ".join(f"{number} {name}" for name, number in seen.most_common())
    lines = [f"| {row.file} | {row.dag} | {row.verdict} | {_cell(row.remark)} |" for row in found]
    text = "\n".join(
        [
            f"## {wheel.label}\n",
            f"{counts}.\n",
            "| File | DAG | | End, or what it needs |",
            "|---|---|---|---|",
            *lines,
        ]
    )
    return text, sum(row.verdict in {OTHER, BROKEN} for row in found)


def _cell(text: str) -> str:
    one = " ".join(text.split()).replace("|", "\\|").replace(str(wheels.ROOT), "")
    return one if len(one) <= 300 else f"{one[:297]}…"


def verdicts(wheel: Wheel) -> dict[str, set[str]]:
    """File to the verdicts that the page gives its DAGs."""
    _, _, part = PAGE.read_text().partition(f"## {wheel.label}\n")
    found: dict[str, set[str]] = {}
    for line in part.partition("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 4 and cells[1].endswith(".py"):
            found.setdefault(cells[1], set()).add(cells[3])
    return found


def main(names: Sequence[str] = ()) -> int:
    """Write the page, or only the sections whose labels hold one of ``names``; 1 where anything differs."""
    bad = 0
    for wheel in wheels.WHEELS:
        if names and not any(name in wheel.label for name in names):
            continue
        if os.environ.get("RECORD"):
            try:
                recording.record(wheel)
            except peers.NoPython as missing:
                print(f"NOT ASKED: {missing} What it said before is kept.", flush=True)
        sections = dict(_sections(PAGE.read_text()))
        sections[wheel.label], wrong = section(wheel)
        bad += wrong
        PAGE.write_text(
            HEAD + "\n\n".join(sections[one.label] for one in wheels.WHEELS if one.label in sections) + "\n"
        )
        print(f"{wheel.label}: {wrong} rows are not as in Airflow", flush=True)
    return int(bad > 0)


def _sections(page: str) -> Iterator[tuple[str, str]]:
    for part in page.split("\n## ")[1:]:
        yield part.partition("\n")[0], f"## {part}".rstrip()
