"""Figures: how they are gathered and printed."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass


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
