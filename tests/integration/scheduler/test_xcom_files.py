"""§1.16 Files of long XComs go with their run, and nothing else goes with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.integration.scheduler.triggerer import Triggerer
from tests.integration.scheduler.world import World, chain

from tradewind.domain import keys
from tradewind.scheduler.core import Settings
from tradewind.scheduler.duties import call_in_triggerers
from tradewind.scheduler.duties.call_in_triggerers import AGAIN
from tradewind.scheduler.duties.prune_xcom_files import PruneXComFiles
from tradewind.store.transitions import callbacks

EARLIER = datetime(2023, 1, 1, tzinfo=UTC)


def test_files_of_runs_that_are_gone(world: World, tmp_path: Path) -> None:
    base = tmp_path / "xcoms"
    spec = world.dag(chain("d", 1))
    for run_id in ("kept+1", "gone"):
        world.run(spec, run_id)
        for task in ("a", "b"):
            file = base / "d" / run_id / task / "-1" / f"k-{keys.attempt_id(EARLIER, 7)}-0123abcd.json"
            file.parent.mkdir(parents=True)
            file.write_text("1")
    other = base / "my" / "photos" / "of" / "2026" / "cat.json"
    other.parent.mkdir(parents=True)
    other.write_text("cat")
    duty = PruneXComFiles(database=world.database, folder=base)
    duty.run_once()
    assert len(list(base.rglob("*-0123abcd.json"))) == 4
    later = world.clock.now() + timedelta(hours=1)
    again = base / "d" / "gone" / "a" / "-1" / f"k-{keys.attempt_id(later, 7)}-fedc3210.json"
    again.write_text("of a run of the same name that begins meanwhile")
    world.sql("pragma foreign_keys = on")
    world.sql("delete from task_instance where run_id = 'gone'")
    world.sql("delete from dag_run where run_id = 'gone'")
    duty.run_once()
    assert len(list(base.rglob("*-0123abcd.json"))) == 2
    assert again.exists()
    again.unlink()
    duty.run_once()
    assert not (base / "d" / "gone").exists()
    assert other.read_text() == "cat"


def test_without_a_folder(world: World, tmp_path: Path) -> None:
    assert PruneXComFiles(database=world.database, folder=None).run_once() == 0
    assert PruneXComFiles(database=world.database, folder=tmp_path / "none").run_once() == 0


# --- object stores ---------------------------------------------------------------------------------------


def ask(world: World, dag_id: str = "d") -> None:
    """What whoever deletes a run writes."""
    data = {"reason": "…", "runs": ["r"], "before": "2026-01-01T00:00:00+00:00"}
    with world.database.write() as tx:
        callbacks.request_one(
            tx, callbacks.XCOM_FILES, dag_id, None, data, world.clock.now(), in_triggerer=True
        )


def left(world: World) -> int:
    ((count,),) = world.sql("select count(*) from callback")
    return int(count)


def end(triggerer: Triggerer, error: str | None = None) -> None:
    wait = triggerer.begun[-1]
    assert wait.task is not None
    triggerer.has = {wait.trigger_id: wait}
    triggerer.say(attempt_id=wait.task.attempt_id, dispatch=wait.task.dispatch, error=error)


def test_a_triggerer_removes_what_lies_in_an_object_store(world: World) -> None:
    """The DAG may be gone as well: nothing of it is needed."""
    world.settings = Settings(xcom_store=True)
    world.start()
    ask(world)
    world.pass_time(1)
    assert world.core.triggering.needed
    triggerer = Triggerer(world)
    (wait,) = triggerer.begun
    assert wait.task is not None
    assert (wait.task.run.dag_id, wait.task.callback["runs"], wait.task.file) == ("d", ["r"], "")
    end(triggerer)
    assert left(world) == 0


def test_a_removal_that_fails_is_tried_again_for_hours(world: World) -> None:
    world.settings = Settings(xcom_store=True)
    world.start()
    ask(world)
    triggerer = Triggerer(world)
    for count, delay in enumerate(AGAIN, start=1):
        end(triggerer, "no login")
        world.pass_time(delay.total_seconds() - 1)
        assert (len(triggerer.begun), left(world)) == (count, 1)
        world.pass_time(2)
        assert len(triggerer.begun) == count + 1
    end(triggerer, "no login")
    assert left(world) == 0


def test_removals_that_wait_hold_up_no_callback(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_in_triggerers, "AT_ONCE", 2)
    world.settings = Settings(xcom_store=True)
    world.start()
    triggerer = Triggerer(world)
    for _ in range(3):
        ask(world)
        world.pass_time(1)
        end(triggerer, "no login")
    assert (len(triggerer.begun), left(world)) == (3, 3)
    ask(world, "another")
    world.pass_time(1)
    assert len(triggerer.begun) == 4


def test_where_there_is_no_object_store_there_is_nothing_to_do(world: World) -> None:
    ask(world)
    world.pass_time(1)
    assert left(world) == 0
    assert not world.core.triggering.needed
    assert world.sql("select count(*) from trigger") == [(0,)]
