"""Figures: how they are gathered and printed."""

from __future__ import annotations

import atexit
import shutil
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number: the median of several runs, with the least and the greatest."""

    name: str
    unit: str
    values: tuple[float, ...]
    reach: str = ""

    def line(self) -> str:
        least, greatest = min(self.values), max(self.values)
        middle = statistics.median(self.values)
        return (
            f"{self.name:<58} {middle:>10.3f} {self.unit:<8} "
            f"({least:.3f} … {greatest:.3f}, n={len(self.values)})"
            f"{'  goal ' + self.reach if self.reach else ''}"
        )


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def repeat(times: int, run: Callable[[int], dict[str, float]]) -> dict[str, tuple[float, ...]]:
    """``run(i)`` once to warm up and ``times`` times counted; each key's values."""
    run(-1)
    results = [run(i) for i in range(times)]
    return {key: tuple(result[key] for result in results) for key in results[0]}


def removed_at_exit(folder: Path) -> Path:
    """That folder, which goes when all is measured: ext4 without a journal steps over each inode that was
    freed in the last five minutes, so after many deletions each new file costs up to a millisecond.
    """
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
