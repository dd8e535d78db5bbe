"""What a person does to task instances, while a scheduler is at work."""

from __future__ import annotations

import threading
import time

import sqlalchemy as sa
from tests.store.world import World, chain

from tradewind.domain.events import Succeeded, TaskFinished
from tradewind.domain.states import TaskInstanceState as T
from tradewind.engine import clearing
from tradewind.store.database import Database
from tradewind.store.queries import scheduling
from tradewind.store.transitions import by_hand, runs, tasks

_WAITING = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
)


def until_somebody_waits(database: Database) -> None:
    """… for a lock. On SQLite a transaction that writes waits before its first statement."""
    end = time.monotonic() + 20
    while database.dialect.name == "postgresql":
        with database.read() as tx:
            if tx.value(sa.text(_WAITING)):
                return
        assert time.monotonic() < end, "nobody waits"
        time.sleep(0.01)


def test_a_clear_and_a_turn_wait_for_each_other_in_one_order(world: World) -> None:
    """The run's row first: the turn that has begun ends, then the task that it moved is cleared."""
    turns = world.started(world.dag(chain("one", 1)))
    waits = world.instances("one")["t000", -1]
    changes = [(waits.attempt_id, clearing.clear(waits, 1))]
    other = Database(world.database.url.render_as_string(hide_password=False))
    cleared: list[str] = []

    def person() -> None:
        with other.write() as tx:
            by_hand.change(tx, turns.record, changes, now=world.now)
        cleared.append("done")

    thread = threading.Thread(target=person)
    turns.start_task("t000")
    with world.database.write() as tx:
        assert not runs.bump(tx, [(turns.record.pk, turns.version)], at=world.now)
        thread.start()
        until_somebody_waits(world.database)
        assert not tasks.apply(tx, [(turns.record, turns.machine.decide(world.now))], now=world.now)
    thread.join(20)
    other.close()
    assert cleared == ["done"]
    found = world.instances("one")["t000", -1]
    assert (waits.state, found.state, found.max_tries) == (T.QUEUED, None, waits.try_number + 1)


def test_what_a_person_clears_is_read_when_the_turn_before_has_ended(world: World) -> None:
    """A task that ran when they asked, and has ended by then: it is cleared all the same."""
    turns = world.started(world.dag(chain("one", 1)))
    turns.start_task("t000")
    turns.commit()
    ran = turns.current("t000")
    turns.machine.apply(
        TaskFinished(attempt_id=ran.attempt_id, dispatch=1, at=world.later(), outcome=Succeeded()), world.now
    )
    other = Database(world.database.url.render_as_string(hide_password=False))

    def person() -> None:
        with other.write() as tx:
            runs.lock(tx, [turns.record.pk])
            load = scheduling.load_run(tx, turns.record.dag_id, turns.record.run_id)
            assert load is not None
            changes = [(one.attempt_id, clearing.clear(one, 0)) for one in load.instances]
            by_hand.change(tx, turns.record, changes, now=world.now)

    thread = threading.Thread(target=person)
    with world.database.write() as tx:
        assert not runs.bump(tx, [(turns.record.pk, turns.version)], at=world.now)
        thread.start()
        until_somebody_waits(world.database)
        assert not tasks.apply(tx, [(turns.record, turns.machine.decide(world.now))], now=world.now)
    thread.join(20)
    other.close()
    assert world.instances("one")["t000", -1].state is None
