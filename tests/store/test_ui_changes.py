"""What has changed since the last look, and whether anything was committed at all."""

from __future__ import annotations

from collections.abc import Callable

from tests.store.world import NOW, World, chain

from tradewind.domain.states import DagRunState
from tradewind.engine.decisions import RunMove
from tradewind.store.pulse import Pulse
from tradewind.store.queries import audit, dags, pools
from tradewind.store.queries.ui import changes
from tradewind.store.transitions import runs


def test_the_pulse_moves_with_each_commit(world: World) -> None:
    pulse = Pulse(world.database)
    try:
        assert pulse.moved() and not pulse.moved()
        with world.database.write() as tx:
            pools.set_pool(tx, "p", 3, "")
            assert not pulse.moved(), "nothing is committed yet"
        assert pulse.moved() and not pulse.moved()
        with world.read() as tx:
            pools.list_pools(tx)
        assert not pulse.moved(), "somebody only read"
    finally:
        pulse.close()


def looks(world: World) -> Callable[[], changes.Changes]:
    with world.read() as tx:
        seen = changes.first(tx)

    def look() -> changes.Changes:
        with world.read() as tx:
            found, of_dags = changes.look(tx, seen), changes.look_at_dags(tx, seen)
        return changes.Changes(runs=found.runs, dags=found.dags | of_dags.dags, kinds=found.kinds)

    return look


def test_runs_are_named_from_their_first_to_their_last_change(world: World) -> None:
    spec = world.dag(chain("d", 2))
    world.new_run(spec, "other")
    look = looks(world)
    assert not look()
    record = world.new_run(spec, "r")
    assert look().runs == {("d", "r")}
    with world.database.write() as tx:
        runs.bump(tx, [(record.pk, record.row_version)])
    assert look().runs == {("d", "r")}
    with world.database.write() as tx:
        runs.move(tx, [(record, RunMove(state=DagRunState.RUNNING, at=NOW))])
        runs.move(tx, [(record, RunMove(state=DagRunState.FAILED, at=NOW))])
    assert look().runs == {("d", "r")}
    assert not look()


def test_a_run_that_came_and_went_between_two_looks_is_named(world: World) -> None:
    spec = world.dag(chain("d", 1))
    look = looks(world)
    record = world.new_run(spec, "short")
    with world.database.write() as tx:
        runs.move(tx, [(record, RunMove(state=DagRunState.FAILED, at=NOW))])
    assert look().runs == {("d", "short")}


def test_what_people_did_is_named_by_the_audit_log(world: World) -> None:
    world.dag(chain("d", 1))
    look = looks(world)
    with world.database.write() as tx:
        audit.add(tx, "patch_dag_run", at=NOW, owner="ann", dag_id="d", run_id="ended")
        audit.add(tx, "paused", at=NOW, owner="ann", dag_id="d")
        audit.add(tx, "patch_variable", at=NOW, owner="ann")
    found = look()
    assert (found.runs, found.dags) == ({("d", "ended")}, {"d"})
    assert found.kinds == {"audit", "variables"}
    assert not look()


def test_dags_and_small_tables(world: World) -> None:
    look = looks(world)
    world.dag(chain("new", 1))
    assert look().dags == {"new"}
    with world.database.write() as tx:
        dags.delete(tx, "new")
        pools.set_pool(tx, "p", 3, "")
    found = look()
    assert (found.dags, found.kinds) == ({"new"}, {"pools"})
