"""§1.16 Files of long XComs go with their run, and nothing else goes with them."""

from __future__ import annotations

import uuid
from pathlib import Path

from tests.integration.scheduler.world import World, chain

from tradewind.scheduler.duties.prune_xcom_files import PruneXComFiles


def test_files_of_runs_that_are_gone(world: World, tmp_path: Path) -> None:
    base = tmp_path / "xcoms"
    spec = world.dag(chain("d", 1))
    for run_id in ("kept+1", "gone"):
        world.run(spec, run_id)
        for task in ("a", "b"):
            file = base / "d" / run_id / task / "-1" / f"k-{uuid.uuid4()}-0123abcd.json"
            file.parent.mkdir(parents=True)
            file.write_text("1")
    other = base / "my" / "photos" / "of" / "2026" / "cat.json"
    other.parent.mkdir(parents=True)
    other.write_text("cat")
    duty = PruneXComFiles(database=world.database, folder=base)
    duty.run_once()
    assert len(list(base.rglob("*-0123abcd.json"))) == 4
    world.sql("pragma foreign_keys = on")
    world.sql("delete from task_instance where run_id = 'gone'")
    world.sql("delete from dag_run where run_id = 'gone'")
    duty.run_once()
    assert len(list(base.rglob("*-0123abcd.json"))) == 2
    assert not (base / "d" / "gone").exists()
    assert other.read_text() == "cat"


def test_without_a_folder(world: World, tmp_path: Path) -> None:
    assert PruneXComFiles(database=world.database, folder=None).run_once() == 0
    assert PruneXComFiles(database=world.database, folder=tmp_path / "none").run_once() == 0
