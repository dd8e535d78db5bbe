"""Draws DAGs, runs each in an Airflow and in Tradewind, and tells where they differ."""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.compat.differential import ours, peers, shapes, source

SKIPS = "skipmixin_key"
ORDERS = 40
"""How many other orders of taking news are tried, before a difference counts as one."""
ASKED_AGAIN = 8
"""How often an Airflow is asked again where a DAG ended otherwise there: some end now so, now so."""
RECORDS = Path(__file__).with_name("recorded")
RECORDED = 40
"""How many seeds are kept with what the Airflows said of them."""


def write(version: str, seeds: Iterable[int], folder: Path) -> list[Path]:
    """The DAG files of these seeds, in the words of that Airflow."""
    major = int(version.split(".", maxsplit=1)[0])
    files = []
    for seed in seeds:
        file = folder / f"seed_{seed}.py"
        file.write_text(source.write(shapes.draw(seed, major)))
        files.append(file)
    return files


def differences(files: Sequence[Path], theirs: dict[str, Any]) -> dict[str, list[str]]:
    """Name of each DAG to what differs between an Airflow's ends and Tradewind's; empty where they agree."""
    found = {file.stem: list(between(theirs[file.stem], ours.run(file))) for file in files}
    for file in files:
        if found[file.stem] and any(
            not list(between(theirs[file.stem], ours.run(file, order=order))) for order in range(ORDERS)
        ):
            found[file.stem] = []
    return found


def undecided(version: str, files: Sequence[Path], found: dict[str, list[str]]) -> list[str]:
    """Names of DAGs that differ, but end as in Tradewind when that Airflow is asked again; taken from
    ``found``. It looks at what a task waits for in an order that depends on where things lie in memory.
    """
    names = []
    for file in files:
        asked = range(ASKED_AGAIN if found[file.stem] else 0)
        if any(not differences([file], peers.run(version, [file]))[file.stem] for _ in asked):
            found[file.stem] = []
            names.append(file.stem)
    return names


def recorded(version: str) -> dict[str, Any]:
    """What an Airflow has said of the first seeds."""
    return dict(json.loads((RECORDS / f"{version}.json").read_text()))


def between(theirs: dict[str, Any], mine: dict[str, Any]) -> Iterator[str]:
    """What differs between two ends of a run, a line each."""
    if "error" in theirs or "error" in mine:
        if "error" not in theirs or "error" not in mine:  # both refuse: each has words of its own
            yield f"error: Airflow {theirs.get('error')!r}, Tradewind {mine.get('error')!r}"
        return
    if theirs["state"] != mine["state"]:
        yield f"run: Airflow {theirs['state']}, Tradewind {mine['state']}"
    yield from _rows("task", _tasks(theirs), _same_group(_tasks(theirs), _tasks(mine)))
    lost = {f"{task_id}[{index}].return_value" for task_id, index, key, _ in theirs["xcoms"] if key == SKIPS}
    yield from _rows("XCom", _xcoms(theirs, lost), _xcoms(mine, lost))


def _same_group(theirs: dict[str, Any], mine: dict[str, Any]) -> dict[str, Any]:
    """Mine, with the indexes of a task folded into one where Airflow has dropped it before expanding it.

    Tradewind expands the tasks of a mapped group together, Airflow each when its turn has come.
    """
    folded = dict(mine)
    for name, end in theirs.items():
        task_id = name.removesuffix("[-1]")
        indexes = [other for other in mine if other.rpartition("[")[0] == task_id]
        if name not in mine and indexes and all(mine[other] == end for other in indexes):
            folded = {key: value for key, value in folded.items() if key not in indexes} | {name: end}
    return folded


def _tasks(end: dict[str, Any]) -> dict[str, Any]:
    """Tries count where the task ran."""
    return {
        f"{task_id}[{index}]": (state, tries if state in {"success", "failed"} else None)
        for task_id, index, state, tries in end["tasks"]
    }


def _xcoms(end: dict[str, Any], lost: set[str]) -> dict[str, Any]:
    """Name to value, without what no task can tell from nothing, and without what a task skips.

    Airflow 3 loses the return value of a task that skips others (``lost``); 1.x, 2.x and Tradewind keep it.
    """
    named = {f"{task_id}[{index}].{key}": (key, value) for task_id, index, key, value in end["xcoms"]}
    return {
        name: value
        for name, (key, value) in named.items()
        if value is not None and key != SKIPS and name not in lost
    }


def _rows(kind: str, theirs: dict[str, Any], mine: dict[str, Any]) -> Iterator[str]:
    for name in sorted(theirs.keys() | mine.keys()):
        if theirs.get(name) != mine.get(name):
            yield f"{kind} {name}: Airflow {theirs.get(name)}, Tradewind {mine.get(name)}"


def main() -> int:
    """Compare as many DAGs as ``SEEDS`` says with each Airflow; 1 where any differ.

    With ``RECORD`` set nothing is compared: what the Airflows say of the first seeds is kept.
    """
    record = bool(os.environ.get("RECORD"))
    count = RECORDED if record else int(os.environ.get("SEEDS", "500"))
    first = 1 if record else int(os.environ.get("FIRST_SEED", "1"))
    seeds = range(first, first + count)
    bad = 0
    for version in os.environ.get("PEERS", " ".join(peers.VERSIONS)).split():
        peers.make(version)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="compat-") as folder:
            files = write(version, seeds, Path(folder))
            theirs = peers.run(version, files)
            if record:
                _record(version, theirs)
                continue
            found = differences(files, theirs)
            both = undecided(version, files, found)
        if both:
            print(f"Airflow {version} itself ends now so, now so: {', '.join(both)}")
        bad += _tell(version, seeds, found, time.monotonic() - began)
    return int(bad > 0)


def _record(version: str, theirs: dict[str, Any]) -> None:
    lines = [f"{json.dumps(name)}: {json.dumps(end)}" for name, end in theirs.items()]
    (RECORDS / f"{version}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def _tell(version: str, seeds: range, found: dict[str, list[str]], seconds: float) -> int:
    differ = {name: lines for name, lines in found.items() if lines}
    for name, lines in differ.items():
        print(name, *lines, sep="\n    ")
    kinds = Counter(kind for seed in seeds for kind in _kinds(shapes.draw(seed, int(version[0])).steps))
    print(f"steps drawn: {dict(kinds.most_common())}")
    print(
        f"Airflow {version}: seeds {seeds[0]} to {seeds[-1]}: {len(found) - len(differ)} DAGs agree, "
        f"{len(differ)} differ ({seconds:.0f} s)",
        flush=True,
    )
    return len(differ)


def _kinds(steps: list[shapes.Step]) -> Iterator[str]:
    for step in steps:
        yield step.kind
        yield from _kinds(step.inside)
