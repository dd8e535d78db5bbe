"""Histories with everything that may go wrong. A failing seed is printed and can be run again alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tradewind.testing.simulate.play import play

SEEDS = int(os.environ.get("TRADEWIND_SEEDS", "200"))
CHUNK = 10


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_seeds(first: int, tmp_path: Path, template: Path) -> None:
    for seed in range(first, min(first + CHUNK, SEEDS)):
        play(seed, tmp_path, template)
