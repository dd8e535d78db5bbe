"""Many files: start, a saved file, and rest."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil
from tests.integration.dag_processor.world import Running, World, dag_text


def test_a_saved_file_is_stored_at_once_beside_five_hundred(tmp_path: Path) -> None:
    world = World(tmp_path, scan_interval=5.0)
    for number in range(500):
        world.write(f"f{number:03}.py", dag_text(f"d{number:03}"))

    async def story(at: Running) -> None:
        took = await at.until(lambda: len(world.live()) == 500, "all DAGs", within=60)
        print(f"500 files in {took:.1f} s")
        path = world.write("f250.py", dag_text("d250", task="saved"))
        took = await at.until(lambda: world.versions("d250") == 2, "the saved file")
        print(f"edit stored after {took * 1000:.0f} ms")
        assert took < 2.0  # 0.2 s on a quiet machine; the bound leaves room for a loaded one
        new = await _new(at, world)
        print(f"new file stored after {new * 1000:.0f} ms")
        assert path.exists()
        print(f"idle: {await _idle(at):.2%} of a core")

    world.run(story)


async def _new(at: Running, world: World) -> float:
    world.write("brand_new.py", dag_text("brand_new"))
    return await at.until(lambda: "brand_new" in world.live(), "the new file")


async def _idle(at: Running, seconds: float = 6.0) -> float:
    processes = [psutil.Process(os.getpid()), psutil.Process(at.importers.pid)]

    def used() -> float:
        return sum(sum(process.cpu_times()[:2]) for process in processes)

    before = used()
    await asyncio.sleep(seconds)
    return (used() - before) / seconds
