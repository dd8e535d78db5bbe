"""DAG files in the style of each age, written by hand, each run to its end."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.compat.ages import recording

from tradewind.authoring import loader
from tradewind.testing import kit

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("v*.py"))

ENDS: dict[str, dict[str, Any]] = {
    "v1_8_warehouse": {"values": {"report": 42}, "skipped": set()},
    "v1_10_branches": {"skipped": {"hourly", "weekly", "behind"}, "values": {}},
    "v2_0_taskflow": {"values": {"load": "manual: 3 orders, 1236.70", "shown": "manual: 3 orders, 1236.70"}},
    "v2_4_mapping": {
        "values": {"work": [0, 10, 20], "add": 30, "echo": ["one", "two"]},
        "skipped": {"small"},
    },
    "v2_4_consumer": {},
    "v2_10_setups": {
        "values": {"read": ["here-0", "here-1"], "each.check": [6, 6], "ready": "ready"},
        "skipped": {"many"},
        "failed": {"delete"},
    },
    "v3_0_sdk": {
        "values": {"said": "Hello, world from shell", "write": "2026-01-02 Hello, world from shell"},
        "skipped": {"never", "ends.loud"},
    },
    "v3_3_async": {
        "values": {"fetch": [1, 9], "numbers": [2, 9, 1, 9], "total": 21},
        "skipped": {"fetch[1]", "after_all"},
    },
}


def runs_of(file: Path, at: datetime = datetime(2026, 1, 2)) -> dict[str, kit.DagOutcome]:
    """DAG id to how its run ended."""
    loaded = loader.load_file(str(file), str(FOLDER), folders=())
    assert list(loaded.errors) == []
    return {dag.dag_id: kit.run_dag(dag, logical_date=at) for dag in loaded.dags}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_runs_to_its_end(file: Path) -> None:
    """Shown by: DAG files hand-written in the styles of 1.8 to 3.3."""
    found = runs_of(file)
    assert found
    for dag_id, run in found.items():
        end = ENDS[dag_id]
        assert run.state == "success", run
        for state in ("skipped", "failed", "upstream_failed"):
            assert {name for name, one in run.states.items() if one == state} == end.get(state, set()), run
        for task_id, value in end.get("values", {}).items():
            assert json.loads(json.dumps(run.values[task_id])) == value


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_ends_as_in_the_airflow_of_its_age(file: Path) -> None:
    """States of all tasks, and what they returned; ``python -m tests.compat.ages.recording`` asks again."""
    theirs = json.loads(recording.KEPT.read_text())
    found = runs_of(file, datetime.fromisoformat(recording.WHEN))
    assert file.stem in found
    for dag_id, run in found.items():
        end = theirs[dag_id]
        assert run.state == end["state"]
        assert run.states == {
            task if index < 0 else f"{task}[{index}]": state for task, index, state in end["tasks"]
        }
        for task, index, value in end["values"]:
            assert json.loads(json.dumps(run.xcom(task, map_index=index))) == value, task


def test_every_age_is_there() -> None:
    ages = {file.stem.rsplit("_", 1)[0] for file in FILES}
    assert ages == {"v1_8", "v1_10", "v2_0", "v2_4", "v2_10", "v3_0", "v3_3"}


def test_what_an_age_decides() -> None:
    """§1.1: the default of catchup, and what a cron expression means, follow the age of the file."""
    loaded = {file.stem: loader.load_file(str(file), str(FOLDER), folders=()).dags[0] for file in FILES}
    assert loaded["v1_8_warehouse"].catchup and not loaded["v3_0_sdk"].catchup
    assert type(loaded["v1_10_branches"].timetable_spec).__name__ == "CronDataIntervalTimetable"
    assert type(loaded["v3_0_sdk"].timetable_spec).__name__ == "CronTriggerTimetable"
