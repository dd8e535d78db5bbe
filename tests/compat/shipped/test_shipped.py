"""All DAG files that ship with Airflow are read, and those that need nothing outside end as they do there.

The wheels are fetched while this runs. What the Airflows said is kept beside this file; ``make compat`` also
runs what installs packages or waits for minutes, and writes docs/reference/examples.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.compat.shipped import facts, recording, survey, trying, wheels, whole
from tests.compat.shipped.wheels import Wheel

EACH = pytest.mark.parametrize("wheel", wheels.WHEELS, ids=lambda wheel: wheel.label)


@pytest.fixture
def files(wheel: Wheel) -> list[Path]:
    """The DAG files of a wheel; where no package index answers, the summary says that nothing was tried."""
    try:
        wheels.fetch(wheel)
    except wheels.NoIndex as missing:
        pytest.skip(f"the examples cannot be fetched: {missing}")
    return wheels.files(wheel)


@EACH
def test_they_are_read_and_end_as_in_airflow(wheel: Wheel, files: list[Path]) -> None:
    parsed = trying.tried(wheel, files, run=False)
    assert {name: wrong for name, found in parsed.items() if (wrong := trying.errors(found))} == {}
    alone = [file for file in files if facts.runs_alone(wheel, file) and not facts.is_long(wheel, file)]
    ends = {
        dag: end
        for found in trying.tried(wheel, alone, run=True).values()
        for dag, end in found["dags"].items()
    }
    assert set(ends) == {dag for file in alone for dag in parsed[file.name]["dags"]}, "all have ended"
    assert _differences(ends, recording.recorded(wheel)) == {}


@pytest.mark.parametrize(
    "wheel", [wheels.FIRST, wheels.SECOND, wheels.STANDARD], ids=lambda wheel: wheel.label
)
def test_those_that_need_each_other_end_as_in_airflow(
    wheel: Wheel, files: list[Path], tmp_path: Path
) -> None:
    tried = whole.files(wheel, files, short=True)
    ends = whole.tried(wheel, tried, tmp_path / "h")
    assert set(ends) >= {dag for file in tried for dag in facts.WHOLE[file.stem].dags}
    assert _differences(ends, recording.recorded(wheel)) == {}


def _differences(ends: dict[str, Any], theirs: dict[str, Any]) -> dict[str, list[str]]:
    return {
        dag: lines
        for dag, end in ends.items()
        if (lines := trying.differences(end, theirs[dag]))
        and not (dag in facts.SUCCEEDS and end["state"] == "success")
    }


@EACH
def test_the_page_names_every_file(wheel: Wheel, files: list[Path]) -> None:
    """docs/reference/examples.md."""
    said = survey.verdicts(wheel)
    assert set(said) == {file.name for file in files}
    for file in files:
        wanted = "parses" if file.stem in facts.OUTSIDE else ("same end", survey.BETTER)
        assert all(verdict.startswith(wanted) for verdict in said[file.name]), file.name


def test_a_difference_is_seen() -> None:
    theirs = {"state": "success", "tasks": [["a", -1, "success", 1], ["b", 0, "skipped", 0]]}
    assert (
        trying.differences({"state": "success", "tasks": {"a": "success", "b[0]": "skipped"}}, theirs) == []
    )
    other = trying.differences({"state": "failed", "tasks": {"a": "failed"}}, theirs)
    assert [line.partition(":")[0] for line in other] == ["the run", "`a`", "`b[0]`"]
    assert trying.differences({"error": "x"}, theirs) and not trying.differences(
        {"error": "x"}, {"error": "y"}
    )
