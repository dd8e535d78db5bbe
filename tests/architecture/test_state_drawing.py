"""The drawings in docs/architecture.md show exactly the moves that the tables allow."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tradewind.domain.states import RUN_MOVES, TASK_MOVES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "architecture.md").read_text()

Move = tuple[str, str]


def section(title: str) -> str:
    """The text under a third-level heading."""
    return PAGE.split(f"### {title}\n", 1)[1].split("\n#", 1)[0]


def arrows(text: str) -> list[Move]:
    return re.findall(r"^ +(\w+) --> (\w+)$", text, flags=re.MULTILINE)


def rows(text: str) -> list[Move]:
    cells = re.findall(r"^\| (\w+) \| ([\w, ]+) \|$", text, flags=re.MULTILINE)
    return [(before, after) for before, states in cells for after in states.split(", ") if before != "From"]


def moves(table: dict) -> set[Move]:
    return {(str(before or "none"), str(after or "none")) for before in table for after in table[before]}


def test_task_instances() -> None:
    drawn = arrows(section("Task instance: how work goes"))
    listed = rows(section("Task instance: what people, time-outs and edited DAGs do"))
    assert [move for move, count in Counter(drawn + listed).items() if count > 1] == []
    assert set(drawn + listed) == moves(TASK_MOVES)


def test_runs() -> None:
    drawn = arrows(section("DAG run"))
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == moves(RUN_MOVES)
