"""Examples whose DAGs start or wait for each other, tried in a whole running Tradewind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.compat.shipped import facts, recording
from tests.compat.shipped.wheels import Wheel
from tests.integration.system.world import World, until

WAITS = frozenset({"example_sensors"})
"""Files that wait for minutes of real time: too long for the short suite."""


def files(wheel: Wheel, found: Sequence[Path], *, short: bool) -> list[Path]:
    """Those of the files that are tried here."""
    return [file for file in found if facts.needs_whole(wheel, file) and not (short and file.stem in WAITS)]


def tried(wheel: Wheel, found: Sequence[Path], home: Path) -> dict[str, dict[str, Any]]:
    """DAG id to how its run ended, as ``recording`` names the runs; ``home`` must not be there yet."""
    folder = home.parent / "bin"
    folder.mkdir()
    world = World(
        home, PYTHONPATH=os.pathsep.join(map(str, wheel.paths)), PATH=recording.without_sleep(folder),
        AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION="False",
    )  # fmt: skip
    try:
        _place(found, home / "dags")
        ends = _ends(world, [dag for file in found for dag in facts.WHOLE[file.stem].dags])
        started = [f"{dag}{recording.TRIGGERED}" for file in found for dag in facts.WHOLE[file.stem].starts]
        return {dag: end for dag, end in ends.items() if dag in started or recording.TRIGGERED not in dag}
    finally:
        world.end()


def _place(found: Sequence[Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    for file in found:
        for one in (file, *facts.companions(file)):
            shutil.copyfile(one, folder / one.name)


def _ends(world: World, dags: Sequence[str]) -> dict[str, dict[str, Any]]:
    world.standalone()
    world.wait_for_dags(*dags)
    for dag in dags:
        made = world.call("POST", f"/dags/{dag}/dagRuns", dag_run_id="asked", logical_date=recording.WHEN)
        assert made.status_code == 200, made.text
    until(lambda: _all_over(world, len(dags)), lambda: f"all runs have ended: {_runs(world)}", 240)
    return {
        dag if run == "asked" else f"{dag}{recording.TRIGGERED}": {
            "state": state,
            "tasks": _tasks(world, dag, run),
        }
        for dag, run, state in _runs(world)
    }


def _runs(world: World) -> list[Any]:
    return world.rows("select dag_id, run_id, state from dag_run where run_type != 'scheduled'")


def _all_over(world: World, count: int) -> bool:
    runs = _runs(world)
    return len(runs) >= count and {state for _, _, state in runs} <= {"success", "failed"}


def _tasks(world: World, dag: str, run: str) -> dict[str, str]:
    rows = world.rows(
        "select task_id, map_index, state from task_instance where dag_id = ? and run_id = ?", dag, run
    )
    return {task if index < 0 else f"{task}[{index}]": state for task, index, state in rows}
