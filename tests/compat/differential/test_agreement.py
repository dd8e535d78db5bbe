"""Random DAGs end in Tradewind as they ended in Airflow, whose answers are kept beside this file.

``make compat`` asks the Airflows themselves, of as many DAGs as one likes. ``RECORD=1 make compat`` writes
the answers anew, which is needed when the DAGs that seeds draw have changed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.compat.differential import compare, peers, shapes, source


@pytest.mark.parametrize("version", peers.VERSIONS)
def test_they_end_alike(version: str, tmp_path: Path) -> None:
    files = compare.write(version, range(1, compare.RECORDED + 1), tmp_path)
    found = compare.differences(files, compare.recorded(version))
    assert {name: lines for name, lines in found.items() if lines} == {}


@pytest.mark.parametrize("version", peers.VERSIONS)
def test_the_answers_are_of_use(version: str) -> None:
    """Ends of all kinds are among them, and few files that Airflow refuses."""
    ends = compare.recorded(version).values()
    assert sum("error" in end for end in ends) <= 3
    assert {end["state"] for end in ends if "state" in end} == {"success", "failed"}
    states = {row[2] for end in ends for row in end.get("tasks", ())}
    assert states >= {"success", "failed", "skipped", "upstream_failed"}
    assert any(row[1] > 0 for end in ends for row in end.get("tasks", ())), "mapped task instances"
    assert any(row[3] > 1 for end in ends for row in end.get("tasks", ())), "tries"


def test_a_difference_is_seen() -> None:
    one = {"state": "success", "tasks": [["a", -1, "success", 1]], "xcoms": [["a", -1, "return_value", 5]]}
    other = {"state": "failed", "tasks": [["a", -1, "success", 2]], "xcoms": [["a", -1, "return_value", 6]]}
    assert list(compare.between(one, one)) == []
    assert [line.split(":")[0] for line in compare.between(one, other)] == [
        "run", "task a[-1]", "XCom a[-1].return_value",
    ]  # fmt: skip


def test_a_seed_always_draws_the_same() -> None:
    assert source.write(shapes.draw(11, 3)) == source.write(shapes.draw(11, 3))
