"""What the Airflows say of their examples, asked once and kept beside this file: names and ends, no texts."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.compat.differential import peers
from tests.compat.shipped import facts, wheels
from tests.compat.shipped.wheels import Wheel

HERE = Path(__file__).parent
SECONDS = 900
"""How long a DAG, or a whole system, may take; a sensor of 2.10.5 waits ten minutes."""
WHEN = "2026-06-01T00:00:00+00:00"
"""After the start of all examples: a run before it has no tasks in Airflow."""
TRIGGERED = " (triggered)"
"""Stands behind the id of a DAG where the run is meant that another DAG has triggered."""


def file_of(wheel: Wheel) -> Path:
    """Where the ends of a wheel's examples are kept."""
    return HERE / "recorded" / f"{wheel.name}-{wheel.version}.json"


def recorded(wheel: Wheel) -> dict[str, dict[str, Any]]:
    """DAG id to how it ended in Airflow."""
    return dict(json.loads(file_of(wheel).read_text()))


def record(wheel: Wheel, names: Sequence[str] = ()) -> None:
    """Ask the peer of a wheel, and keep what it says. With ``names`` only of files whose names hold one."""
    wheels.fetch(wheel)
    known = recorded(wheel) if file_of(wheel).exists() and names else {}
    for dag, end in ask(wheel, names).items():
        known[dag] = end | ({"error": end["error"].partition(":")[0]} if "error" in end else {})
    file_of(wheel).parent.mkdir(exist_ok=True)
    lines = [f"{json.dumps(dag)}: {json.dumps(known[dag])}" for dag in sorted(known)]
    file_of(wheel).write_text("{\n" + ",\n".join(lines) + "\n}\n")


def ask(wheel: Wheel, names: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """DAG id to how it ends in the peer, of all that need nothing outside. Raises NoPython."""
    peers.make(wheel.peer)
    files = [file for file in wheels.files(wheel) if not names or any(name in file.name for name in names)]
    alone = [file for file in files if facts.runs_alone(wheel, file)]
    whole = [file for file in files if facts.needs_whole(wheel, file)]
    if wheel.peer.startswith("1."):
        beside = {file.name: [str(one) for one in facts.companions(file)] for file in whole}
        return _ask(wheel, alone + whole, "peer_1.py", PEER_COMPANIONS=json.dumps(beside))
    return {**_one_by_one(wheel, alone), **_in_a_whole_system(wheel, whole)}


def _one_by_one(wheel: Wheel, files: Sequence[Path]) -> dict[str, dict[str, Any]]:
    if not files:
        return {}
    return _ask(
        wheel, files, "peer.py", PEER_BESIDE=str(Path(peers.__file__).parent),
        PEER_EXAMPLES=str(wheel.examples), PEER_WHEN=WHEN, AIRFLOW__CORE__LOAD_EXAMPLES="True",
    )  # fmt: skip


def _in_a_whole_system(wheel: Wheel, files: Sequence[Path]) -> dict[str, dict[str, Any]]:
    if not files:
        return {}
    trigger = {dag: WHEN for file in files for dag in facts.WHOLE[file.stem].dags}
    given = [*files, *(one for file in files for one in facts.companions(file))]
    fs_default = "fs://?path=%2F"  # 2.x makes it with its database, 3.x does not, and Tradewind needs none
    found = _ask(
        wheel, given, "peer_whole.py", PEER_TRIGGER=json.dumps(trigger), AIRFLOW_CONN_FS_DEFAULT=fs_default
    )
    return {dag if dag in trigger else f"{dag}{TRIGGERED}": end for dag, end in found.items()}


def _ask(wheel: Wheel, files: Sequence[Path], script: str, **environ: str) -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="example-bin-") as folder:
        path = without_sleep(Path(folder), peers.python(wheel.peer).parent)
        return peers.run(wheel.peer, files, seconds=SECONDS, script=HERE / script, PATH=path, **environ)


def without_sleep(folder: Path, *more: Path) -> str:
    """A ``PATH`` on which the command ``sleep`` ends at once, and ``more`` comes before what there is."""
    true = shutil.which("true")
    assert true is not None
    if not (folder / "sleep").exists():
        (folder / "sleep").symlink_to(true)
    return os.pathsep.join([str(folder), *map(str, more), os.environ["PATH"]])
