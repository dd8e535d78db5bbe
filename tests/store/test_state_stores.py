"""§1.16 State stores: values by task instance and by asset, until they expire."""

from __future__ import annotations

from datetime import timedelta

from tests.store.world import World, chain

from tradewind.store.queries import state_stores


def test_a_task_instances_values(world: World) -> None:
    spec = world.dag(chain("d", 1))
    run = world.new_run(spec, "r")
    mine, other = (spec.dag_id, run.run_id, "t000", -1), (spec.dag_id, run.run_id, "t000", 3)
    now = world.now
    with world.database.write() as tx:
        state_stores.set_task_state(tx, *mine, "a", "1", now=now, expires_at=None)
        state_stores.set_task_state(tx, *mine, "a", "2", now=now, expires_at=now + timedelta(days=1))
        state_stores.set_task_state(tx, *mine, "b", "3", now=now, expires_at=None)
        state_stores.set_task_state(tx, *other, "a", "4", now=now, expires_at=None)
    later = now + timedelta(days=2)
    with world.database.write() as tx:
        assert state_stores.get_task_state(tx, *mine, "a", now) == "2"
        assert state_stores.get_task_state(tx, *mine, "a", later) is None
        assert state_stores.prune_task_state(tx, later) == 1
        assert state_stores.delete_task_state(tx, *mine, None) == 1
        assert state_stores.get_task_state(tx, *mine, "b", now) is None
        assert state_stores.get_task_state(tx, *other, "a", now) == "4"
