"""What a run's past allows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.store.world import NOW, World

from tradewind.domain.events import Failed, Skipped, Succeeded
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.store.queries import scheduling
from tradewind.store.records import RunRecord

DAY = timedelta(days=1)


def _spec(**fields: object) -> DagSpec:
    """a >> b; a looks back."""
    first = TaskSpec(task_id="a", **{"depends_on_past": True, **fields})  # type: ignore[arg-type]
    return DagSpec(dag_id="p", tasks=(first, TaskSpec(task_id="b", upstream=("a",))))


def _met(world: World, record: RunRecord, spec: DagSpec) -> bool:
    with world.read() as tx:
        (fact,) = scheduling.past_facts(tx, record, spec)
    assert fact.task_id == "a"
    return fact.met


def _second(world: World, spec: DagSpec, **fields: object) -> RunRecord:
    return world.new_run(spec, "second", logical_date=NOW + DAY, **fields)


def test_the_first_run_has_no_past(world: World) -> None:
    spec = world.dag(_spec())
    assert _met(world, world.new_run(spec, logical_date=NOW), spec)
    assert _met(world, world.new_run(spec, "dateless"), spec)


@pytest.mark.parametrize(("outcome", "met"), [(Succeeded(), True), (Skipped(), True), (Failed(), False)])
def test_the_same_task_of_the_run_before_decides(world: World, outcome: object, met: bool) -> None:
    spec = world.dag(_spec())
    turns = world.started(spec, logical_date=NOW)
    second = _second(world, spec)
    assert not _met(world, second, spec)
    turns.run_task("a", outcome)  # type: ignore[arg-type]
    assert _met(world, second, spec) is met


def test_waiting_for_downstream_asks_the_tasks_below_too(world: World) -> None:
    spec = world.dag(_spec(depends_on_past=False, wait_for_downstream=True))
    turns = world.started(spec, logical_date=NOW)
    second = _second(world, spec)
    turns.run_task("a", Succeeded())
    assert not _met(world, second, spec)
    turns.run_task("b", Succeeded())
    assert _met(world, second, spec)


def test_with_catchup_runs_made_by_hand_do_not_count(world: World) -> None:
    spec = world.dag(_spec())
    world.started(spec, logical_date=NOW)
    second = _second(world, spec, run_type="scheduled")
    assert not _met(world, second, spec)
    caught_up = DagSpec(dag_id="p", tasks=spec.tasks, catchup=True)
    assert _met(world, second, caught_up)


@pytest.mark.parametrize(("ignore", "met"), [(True, True), (False, False)])
def test_a_task_that_was_not_there_before(world: World, ignore: bool, met: bool) -> None:
    spec = _spec(ignore_first_depends_on_past=ignore)
    world.new_run(DagSpec(dag_id="p", tasks=(TaskSpec(task_id="b"),)), logical_date=NOW)
    assert _met(world, _second(world, spec), spec) is met


def test_the_first_run_of_a_backfill_is_free(world: World) -> None:
    spec = world.dag(_spec())
    world.new_run(spec, logical_date=NOW)
    first = _second(world, spec, run_type="backfill", backfill_id=5)
    third = world.new_run(spec, "third", logical_date=NOW + 2 * DAY, run_type="backfill", backfill_id=5)
    assert _met(world, first, spec)
    assert not _met(world, third, spec)
