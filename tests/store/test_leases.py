"""One scheduler owns a DAG at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tradewind.domain import errors
from tradewind.store import leases
from tradewind.store.database import Database
from tradewind.store.tables.leases import scheduler_lease

GONE = timedelta(seconds=-1)
LONG = timedelta(hours=1)


def _acquire(database: Database, owner: str, fence: int = 1, ttl: timedelta = LONG) -> leases.Lease:
    with database.write() as tx:
        return leases.acquire(tx, owner, hostname="h", pid=7, fence=fence, ttl=ttl)


def test_a_lease_is_renewed_checked_and_released(database: Database) -> None:
    lease = _acquire(database, "one")
    with database.write() as tx:
        leases.check_fence(tx, lease)
        assert tx.statements == 1
        leases.renew(tx, lease)
        assert leases.balance(tx, lease) == frozenset(range(leases.SHARDS))
        leases.release(tx, lease)
        with pytest.raises(errors.Fenced, match="lost its lease"):
            leases.check_fence(tx, lease)


def test_a_scheduler_that_expired_is_fenced(database: Database) -> None:
    old = _acquire(database, "old", ttl=GONE)
    with database.write() as tx:
        leases.check_fence(tx, old)  # nobody took over yet
    new = _acquire(database, "new")
    for call in (leases.check_fence, leases.renew, leases.balance):
        with pytest.raises(errors.Fenced), database.write() as tx:
            call(tx, old)
    with database.write() as tx:
        assert len(leases.balance(tx, new)) == leases.SHARDS


def test_sqlite_serves_one_scheduler(database: Database) -> None:
    _acquire(database, "one")
    if database.dialect.one_writer:
        with pytest.raises(leases.AnotherScheduler, match=r"pid 7 on h.*use PostgreSQL"):
            _acquire(database, "two")
    else:
        _acquire(database, "two")


def test_two_schedulers_share_and_hand_over(database: Database) -> None:
    if database.dialect.one_writer:
        return  # refused, as the test above shows
    one = _acquire(database, "one")
    with database.write() as tx:
        assert len(leases.balance(tx, one)) == leases.SHARDS
    two = _acquire(database, "two")
    with database.write() as tx:
        assert leases.balance(tx, two) == frozenset(), "nothing is free yet"
        first = leases.balance(tx, one)
        second = leases.balance(tx, two)
    assert first.isdisjoint(second)
    assert len(first | second) == leases.SHARDS
    assert 80 < len(first) < 176
    with database.write() as tx:
        tx.run(
            sa.update(scheduler_lease)
            .where(scheduler_lease.c.owner == "one")
            .values(expires_at=tx.now() - timedelta(seconds=1))
        )
        assert len(leases.balance(tx, two)) == leases.SHARDS
    with pytest.raises(errors.Fenced), database.write() as tx:
        leases.check_fence(tx, one)


def test_a_dag_has_one_shard_for_ever() -> None:
    assert [leases.shard_of(name) for name in ("example_bash_operator", "ct1", "ct2")] == [
        leases.shard_of(name) for name in ("example_bash_operator", "ct1", "ct2")
    ]
    assert {leases.shard_of(f"dag_{number}") for number in range(5000)} == set(range(leases.SHARDS))
