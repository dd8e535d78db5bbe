"""Runs are made, raised, moved and deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from tests.store.world import NOW, World, chain

from tradewind.domain import errors
from tradewind.domain.access import NOTHING, SYSTEM, Access
from tradewind.domain.states import DagRunState
from tradewind.engine.decisions import RunMove
from tradewind.store.queries import runs as queries
from tradewind.store.queries import scheduling
from tradewind.store.tables import metadata
from tradewind.store.transitions import backfills, runs


def _count(world: World, table: str) -> int:
    with world.read() as tx:
        return int(tx.value(sa.select(sa.func.count()).select_from(metadata.tables[table])))


def test_a_run_is_made_with_its_task_instances(world: World) -> None:
    spec = world.dag(chain("c", 3, retries=2))
    made = world.new_run(
        spec, logical_date=NOW, conf='{"a": 1}', note="hello", options={"only_tasks": ("t000", "t002")}
    )
    with world.read() as tx:
        found = queries.get(tx, "c", "r1", access=SYSTEM)
        assert found == made
        assert found.options == {"only_tasks": ("t000", "t002")}
        assert queries.by_logical_date(tx, "c", NOW, access=SYSTEM) == made
        assert queries.latest(tx, "c", access=SYSTEM) == made
    rows = world.instances("c")
    assert [key[0] for key in rows] == ["t000", "t002"]
    assert {row.max_tries for row in rows.values()} == {2}


@pytest.mark.parametrize("taken", [{"run_id": "r1"}, {"run_id": "r2", "logical_date": NOW}])
def test_a_second_run_of_one_key_changes_nothing(world: World, taken: dict[str, object]) -> None:
    spec = world.dag(chain("c", 3))
    world.new_run(spec, logical_date=NOW)
    before = _count(world, "task_instance")
    with pytest.raises(errors.DagRunAlreadyExists, match=r"r1|logical date"):
        world.new_run(spec, **taken)
    assert (_count(world, "dag_run"), _count(world, "task_instance")) == (1, before)


def test_runs_without_logical_date_do_not_collide(world: World) -> None:
    spec = world.dag(chain("c", 1))
    world.new_run(spec, "r1")
    world.new_run(spec, "r2")
    assert _count(world, "dag_run") == 2


def test_bump_tells_which_runs_another_writer_changed(world: World) -> None:
    spec = world.dag(chain("c", 1))
    made = [world.new_run(spec, f"r{number}") for number in range(4)]
    with world.database.write() as tx:
        assert runs.touch(tx, made[1].pk, now=NOW)
        assert runs.delete(tx, made[2].pk)
    with world.database.write() as tx:
        statements = tx.statements
        wrong = runs.bump(tx, [(run.pk, 0) for run in reversed(made)], at=NOW)
        assert wrong == {made[1].pk, made[2].pk}
        assert tx.statements - statements == 2
    with world.database.write() as tx:
        assert not runs.bump(tx, [(made[0].pk, 1), (made[1].pk, 1), (made[3].pk, 1)])
        assert tx.statements == 1


def test_two_turns_over_one_run(world: World) -> None:
    """Of two schedulers that decided from one version, the second one learns that it must reload."""
    run = world.new_run(world.dag(chain("c", 1)))
    with world.database.write() as tx:
        assert not runs.bump(tx, [(run.pk, 0)])
    with world.database.write() as tx:
        assert runs.bump(tx, [(run.pk, 0)]) == {run.pk}


def test_a_run_starts_and_ends(world: World) -> None:
    run = world.new_run(world.dag(chain("c", 1)))
    with world.database.write() as tx:
        assert not runs.start(tx, [(run, RunMove(state=DagRunState.RUNNING, at=NOW))])
        ended = RunMove(state=DagRunState.FAILED, at=NOW + timedelta(seconds=5), reason="timed out")
        assert not runs.finish(tx, [(run, ended)])
        assert runs.finish(tx, [(run, ended)]) == frozenset({run.pk}), "it has ended already"
    with world.read() as tx:
        found = queries.get(tx, "c", "r1", access=SYSTEM)
        assert scheduling.active_runs(tx) == []
    assert found is not None
    assert (found.state, found.start_date, found.reason) == (DagRunState.FAILED, NOW, "timed out")


def test_notes_and_their_removal(world: World) -> None:
    run = world.new_run(world.dag(chain("c", 1)))
    for note in ("first", "second", None):
        with world.database.write() as tx:
            runs.set_note(tx, run.pk, note, user="bob", now=NOW)
            found = queries.get(tx, "c", "r1", access=SYSTEM)
        assert found is not None
        assert found.note == note


def test_a_deleted_runs_number_is_not_given_again(world: World) -> None:
    spec = world.dag(chain("c", 1))
    first = world.new_run(spec)
    with world.database.write() as tx:
        assert runs.delete(tx, first.pk)
    assert world.new_run(spec).pk > first.pk


def test_runs_of_a_dag_as_far_as_visible(world: World) -> None:
    for name in ("a", "b"):
        spec = world.dag(chain(name, 1))
        for number in range(3):
            at = NOW + timedelta(hours=number)
            world.new_run(spec, f"r{number}", run_after=at, logical_date=at)
    with world.read() as tx:
        mine = queries.of_dag(tx, "b", access=SYSTEM)
        assert [(run.dag_id, run.run_id) for run in mine] == [("b", "r0"), ("b", "r1"), ("b", "r2")]
        assert queries.of_dag(tx, "b", access=Access(dag_ids=frozenset({"a"}))) == []
        assert [run.run_id for run in queries.of_dag(tx, "a", access=SYSTEM, run_ids=["r2", "x"])] == ["r2"]
        hour = timedelta(hours=1)
        between = queries.of_dag(tx, "a", access=SYSTEM, since=NOW + hour, until=NOW + hour)
        assert [run.run_id for run in between] == ["r1"]
        assert queries.get(tx, "a", "r1", access=Access(dag_ids=frozenset({"b"}))) is None


def test_a_backfill_places_its_dates(world: World) -> None:
    spec = world.dag(chain("c", 1))
    days = [NOW + timedelta(days=number) for number in range(3)]
    failed = world.new_run(spec, "old", logical_date=days[0])
    world.new_run(spec, "busy", logical_date=days[1])
    with world.database.write() as tx:
        move = RunMove(state=DagRunState.FAILED, at=NOW)
        assert not runs.finish(tx, [(failed, move)])
        backfill = backfills.create(
            tx,
            "c",
            from_date=days[0],
            to_date=days[2],
            reprocess_behavior="failed",
            max_active_runs=2,
            now=NOW,
        )
        wanted = [
            runs.NewRun(
                dag_id="c",
                run_id=f"backfill__{day.isoformat()}",
                run_type="backfill",
                run_after=day,
                queued_at=NOW,
                logical_date=day,
            )
            for day in days
        ]
        placed = backfills.add_runs(
            tx, backfill, wanted, spec, reprocess_behavior="failed", new_attempt=world.attempt
        )
        assert [(bool(it.made), bool(it.again), it.reason) for it in placed] == [
            (False, True, None),
            (False, False, "in flight"),
            (True, False, None),
        ]
        assert scheduling.backfill_limit(tx, backfill) == 2
        assert backfills.set_paused(tx, backfill, True, NOW)
        assert scheduling.backfill_limit(tx, backfill) == 0
        assert scheduling.backfill_limit(tx, backfill + 1) == 1, "of one that is gone"
        with pytest.raises(errors.Conflict, match="goes on"):
            backfills.create(tx, "c", from_date=NOW, to_date=NOW, now=NOW)
        assert scheduling.count_active_runs(tx, "c") == 1
        assert backfills.complete(tx, NOW) == 0
        assert backfills.cancel(tx, backfill, NOW) == 1
        record = backfills.get(tx, backfill, access=SYSTEM)
        assert record is not None
        assert record.completed_at == NOW
        assert backfills.list_backfills(tx, access=NOTHING) == []
