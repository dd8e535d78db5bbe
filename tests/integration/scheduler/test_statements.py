"""A turn sends a bounded number of statements, whatever the number of runs, tasks and old rows."""

from __future__ import annotations

from pathlib import Path

from tests.integration.scheduler.world import World, chain

MOST = 16
"""Statements of a turn that ends tasks and hands out those behind them."""


def most_statements(folder: Path, *, runs: int, width: int, history: int = 0) -> int:
    """The dearest turn in which all tasks of a layer end and the next layer is handed out."""
    folder.mkdir()
    world = World(folder, slots=10_000)
    try:
        dags = [world.dag(chain(f"d{number}", 4, max_active_runs=1000)) for number in range(width)]
        for number in range(history):
            world.run(dags[0], f"old{number}")
        if history:
            world.work()
            world.finish_all()
        for spec in dags:
            for number in range(runs):
                world.run(spec, f"r{number}")
        world.work()
        world.statements.clear()
        world.finish_all()
        return max(world.statements)
    finally:
        world.database.close()


def test_statements_do_not_grow_with_runs(tmp_path: Path) -> None:
    few = most_statements(tmp_path / "few", runs=1, width=1)
    many = most_statements(tmp_path / "many", runs=20, width=1)
    wide = most_statements(tmp_path / "wide", runs=5, width=8)
    assert few == many == wide
    assert few <= MOST


def test_statements_do_not_grow_with_history(tmp_path: Path) -> None:
    young = most_statements(tmp_path / "young", runs=2, width=1)
    old = most_statements(tmp_path / "old", runs=2, width=1, history=100)
    assert young == old


def test_a_turn_without_news_asks_nothing(world: World) -> None:
    spec = world.dag(chain("d", 2))
    world.run(spec, "r")
    world.work()
    assert world.core.run_turn().statements == 0
