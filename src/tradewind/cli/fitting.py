"""Makes a table fit the terminal of the person who looks at it. Pipes and files get every column in full."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Rows = Sequence[Mapping[str, Any]]
BETWEEN = 3
"""Characters between two columns."""
PATHS = frozenset({"fileloc", "filepath", "file"})
"""Columns whose cells may lose their beginning: the end of a path tells more."""
SHORTEST = 12
COLOURS = {
    "success": 32,
    "running": 92,
    "failed": 31,
    "upstream_failed": 33,
    "up_for_retry": 33,
    "up_for_reschedule": 36,
    "skipped": 35,
    "deferred": 34,
    "awaiting_input": 33,
}


def width() -> int:
    """Columns of the terminal."""
    return shutil.get_terminal_size().columns


def fit(rows: Rows, names: Sequence[str], spare: Sequence[str], room: int) -> tuple[Rows, list[str]]:
    """Rows and columns that need no more than ``room`` characters, as far as that is possible.

    Times lose their fractions, then ``spare`` columns go, the first one first, then paths lose their
    beginning.
    """
    short: Rows = [{name: _short(row.get(name)) for name in names} for row in rows]
    kept = list(names)
    for name in spare:
        if _needed(short, kept) <= room:
            break
        if name in kept:
            kept.remove(name)
    for name in PATHS.intersection(kept):
        over = _needed(short, kept) - room
        if over > 0:
            most = max(_widest(short, name) - over, SHORTEST)
            short = [{**row, name: _end_of(str(row[name]), most)} for row in short]
    return short, kept


def painted(name: str, cell: str) -> str:
    """A state in its colour, everything else as it is."""
    code = COLOURS.get(cell.strip()) if name == "state" and "NO_COLOR" not in os.environ else None
    return f"\033[{code}m{cell}\033[0m" if code else cell


def _short(value: Any) -> Any:
    return f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value


def _end_of(text: str, most: int) -> str:
    return text if len(text) <= most else "…" + text[len(text) - most + 1 :]


def _widest(rows: Rows, name: str) -> int:
    return max([len(name), *(len("" if row[name] is None else str(row[name])) for row in rows)])


def _needed(rows: Rows, names: Sequence[str]) -> int:
    return sum(_widest(rows, name) for name in names) + BETWEEN * (len(names) - 1)
