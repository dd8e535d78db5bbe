"""``include_prior_dates``: the newest run, up to a moment, in which a task pushed a key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.store.world import NOW, World, chain

from tradewind.domain.spec import DagSpec
from tradewind.store.queries import task_data
from tradewind.store.transitions import results

HOUR = timedelta(hours=1)


def _pushed(world: World, spec: DagSpec, run_id: str, **when: Any) -> None:
    """A run whose task has pushed ``k``."""
    world.new_run(spec, run_id, **when)
    (facts,) = world.instances(spec.dag_id, run_id).values()
    with world.database.write() as tx:
        results.push(tx, facts.attempt_id, "k", f'"{run_id}"', None, NOW)


def _newest(world: World, until: datetime, *, dag_id: str = "d", key: str = "k") -> str | None:
    with world.read() as tx:
        return task_data.newest_run_with(tx, dag_id=dag_id, until=until, task_id="t000", key=key)


def test_runs_with_and_without_a_date_stand_in_one_order(world: World) -> None:
    """By logical date, or without one by when the run was due."""
    spec, other = world.dag(chain("d", 1)), world.dag(chain("other", 1))
    _pushed(world, spec, "dated", logical_date=NOW, run_after=NOW + 9 * HOUR)
    _pushed(world, spec, "dateless", run_after=NOW + HOUR)
    _pushed(world, spec, "dated later", logical_date=NOW + 2 * HOUR, run_after=NOW)
    _pushed(world, spec, "dateless later", run_after=NOW + 3 * HOUR)
    _pushed(world, other, "of another", run_after=NOW)
    world.new_run(spec, "pushed nothing", logical_date=NOW + HOUR)
    found = [_newest(world, NOW + hours * HOUR) for hours in (-1, 0, 1, 2, 3, 99)]
    assert found == [None, "dated", "dateless", "dated later", "dateless later", "dateless later"]
    assert _newest(world, NOW, dag_id="other") == "of another"
    assert _newest(world, NOW, key="another") is None


def test_of_dateless_runs_due_at_once_the_last_one_made_counts(world: World) -> None:
    spec = world.dag(chain("d", 1))
    for name in ("first", "second"):
        _pushed(world, spec, name, run_after=NOW)
    assert _newest(world, NOW) == "second"


def test_the_moment_of_a_run(world: World) -> None:
    spec = world.dag(chain("d", 1))
    world.new_run(spec, "dated", logical_date=NOW, run_after=NOW + HOUR)
    world.new_run(spec, "dateless", run_after=NOW + HOUR)
    with world.read() as tx:
        assert task_data.moment_of(tx, "d", "dated") == NOW
        assert task_data.moment_of(tx, "d", "dateless") == NOW + HOUR
        assert task_data.moment_of(tx, "d", "absent") is None
