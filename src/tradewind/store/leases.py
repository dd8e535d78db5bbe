"""Which scheduler owns which DAG.

A scheduler's own row says until when it lives, by the database's time, and holds a fence: a number that a
taker raises. DAGs hash to 256 shards; a shard's row names its owner and counts its changes of hands. A turn
checks one row, its scheduler's, in the transaction in which it commits; a scheduler that somebody took over
from finds another fence there, or no row, and its write is refused.

Who should own a shard follows from the live schedulers alone (rendezvous hashing), so that they need not
talk. On a database with one writer (SQLite) a second scheduler is refused while the first one lives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import errors
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.statements import Statement, const
from tradewind.store.tables.base import Time
from tradewind.store.tables.leases import scheduler_lease, scheduler_shard

SHARDS = 256
TTL = timedelta(seconds=5)
"""A scheduler that was not heard of for so long loses its DAGs."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What a scheduler holds; checked by every turn."""

    owner: str
    fence: int


class AnotherScheduler(errors.Conflict):
    """A second scheduler on a database that serves one at a time."""

    def __init__(self, where: str, hostname: str, pid: int) -> None:
        super().__init__(
            f"Another scheduler (pid {pid} on {hostname}) works on {where}, which serves one at a time. "
            "Stop that one, or use PostgreSQL, where a second one stands by."
        )
        self.hostname, self.pid = hostname, pid


_owner = sa.bindparam("owner", type_=sa.String())
_lease = scheduler_lease.c
_shard = scheduler_shard.c


def _upsert(dialect: Dialect) -> Any:
    return dialect.upsert(
        scheduler_lease, ["owner"], ["hostname", "pid", "acquired_at", "expires_at", "fence"]
    )


_ACQUIRE = Statement(_upsert)
_RENEW = Statement(
    sa.update(scheduler_lease)
    .where(_lease.owner == _owner, _lease.fence == sa.bindparam("fence_held", type_=sa.Integer()))
    .values(expires_at=sa.bindparam("expires_at", type_=Time))
)
_FENCE = Statement(sa.select(_lease.fence).where(_lease.owner == _owner).with_for_update(read=True))
_LIVE = Statement(
    sa.select(_lease.owner, _lease.hostname, _lease.pid)
    .where(_lease.expires_at > sa.bindparam("now", type_=Time))
    .order_by(_lease.owner)
)
_EXPIRED = Statement(
    sa.select(_lease.owner)
    .where(_lease.expires_at <= sa.bindparam("now", type_=Time))
    .order_by(_lease.owner)
    .with_for_update()
)
_FORGET = Statement(sa.delete(scheduler_lease).where(_lease.owner == _owner))
_OWNERS = Statement(sa.select(_shard.shard, _shard.owner).order_by(_shard.shard))
_GIVE = Statement(
    sa.update(scheduler_shard)
    .where(_shard.shard == sa.bindparam("of_shard", type_=sa.Integer()))
    .values(owner=sa.bindparam("to", type_=sa.String()), fence=_shard.fence + const(1))
)
_GIVE_ALL = Statement(
    sa.update(scheduler_shard)
    .where(_shard.owner == _owner)
    .values(owner=sa.null(), fence=_shard.fence + const(1))
)


def acquire(
    tx: Tx,
    owner: str,
    *,
    hostname: str,
    pid: int,
    fence: int,
    ttl: timedelta = TTL,
    is_dead: Callable[[str, int], bool] = lambda hostname, pid: False,
    alone: bool = False,
) -> Lease:
    """Enter a scheduler under a name of its own (one that no other start ever used).

    ``fence`` is any number; it is what later turns compare. Whoever has expired is put out first, and so is
    one of whom the caller knows (``is_dead``, from host name and pid) that its process is gone. Raises
    AnotherScheduler where one lives and the database serves one at a time, or the caller wants to be
    ``alone``.
    """
    now = tx.now()
    _put_out_expired(tx, now)
    others = []
    for other, host, process in tx.rows(_LIVE, now=now):
        if other != owner and is_dead(host, process):
            release(tx, Lease(owner=other, fence=0))
        elif other != owner:
            others.append((other, host, process))
    if others and (alone or tx.dialect.one_writer):
        raise AnotherScheduler(tx.dialect.where, others[0][1], others[0][2])
    tx.run(
        _ACQUIRE, owner=owner, hostname=hostname, pid=pid, acquired_at=now, expires_at=now + ttl, fence=fence
    )
    return Lease(owner=owner, fence=fence)


def renew(tx: Tx, lease: Lease, ttl: timedelta = TTL) -> None:
    """Live on. Raises Fenced where another scheduler has taken over."""
    if tx.run(_RENEW, owner=lease.owner, fence_held=lease.fence, expires_at=tx.now() + ttl) != 1:
        raise _fenced(lease)


def release(tx: Tx, lease: Lease) -> None:
    """Leave: the shards are free at once."""
    tx.run(_GIVE_ALL, owner=lease.owner)
    tx.run(_FORGET, owner=lease.owner)


def check_fence(tx: Tx, lease: Lease) -> None:
    """The first statement of a turn: raises Fenced where another scheduler has taken over.

    The row is locked against a taker until the transaction ends.
    """
    if tx.value(_FENCE, owner=lease.owner) != lease.fence:
        raise _fenced(lease)


def balance(tx: Tx, lease: Lease) -> frozenset[int]:
    """Put out who has expired, take the free shards that are this scheduler's, give up those that are
    another's.

    A shard is taken only when its owner has given it up or is out. The shards owned afterwards. Raises
    Fenced.
    """
    check_fence(tx, lease)
    now = tx.now()
    _put_out_expired(tx, now)
    live = [row[0] for row in tx.rows(_LIVE, now=now)]
    owners: dict[int, str | None] = dict(tx.rows(_OWNERS))
    mine = {shard for shard in owners if preferred(shard, live) == lease.owner}
    free = {shard for shard, owner in owners.items() if owner is None}
    held = {shard for shard, owner in owners.items() if owner == lease.owner}
    moves = [{"of_shard": shard, "to": lease.owner} for shard in sorted(mine & free)]
    moves += [{"of_shard": shard, "to": None} for shard in sorted(held - mine)]
    tx.run_many(_GIVE, moves)
    return frozenset((held & mine) | (mine & free))


def shard_of(dag_id: str) -> int:
    """The shard that a DAG belongs to, for ever."""
    return hashlib.blake2b(dag_id.encode(), digest_size=1).digest()[0]


def preferred(shard: int, owners: Collection[str]) -> str | None:
    """Who of these should own a shard: the one with the highest hash of both names."""
    return max(owners, key=lambda owner: hashlib.blake2b(f"{shard}/{owner}".encode()).digest(), default=None)


def _put_out_expired(tx: Tx, now: datetime) -> None:
    gone = [{"owner": row[0]} for row in tx.rows(_EXPIRED, now=now)]
    tx.run_many(_GIVE_ALL, gone)
    tx.run_many(_FORGET, gone)


def _fenced(lease: Lease) -> errors.Fenced:
    return errors.Fenced(
        f"Scheduler {lease.owner} lost its lease: another one took over, so nothing was written."
    )
