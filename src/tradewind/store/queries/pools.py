"""Pools."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from tradewind.domain import bounds, errors, keys
from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.queries import dag_warnings, scheduling
from tradewind.store.records import PoolRecord
from tradewind.store.statements import Statement
from tradewind.store.tables.pools import slot_pool

DEFAULT_POOL = "default_pool"
MOST_SLOTS: Final = 2**31 - 1
"""What the column holds."""


def _upsert(dialect: Dialect) -> Any:
    return dialect.upsert(slot_pool, ["pool"], ["slots", "description", "include_deferred"])


_SET = Statement(_upsert)


def list_pools(tx: Tx) -> list[PoolRecord]:
    """Every pool by name."""
    return scheduling.pools(tx)


def get(tx: Tx, name: str) -> PoolRecord | None:
    """The pool of that name, or None."""
    return next((pool for pool in scheduling.pools(tx) if pool.name == name), None)


def set_pool(
    tx: Tx, name: str, slots: int, description: str | None, *, include_deferred: bool = False
) -> PoolRecord:
    """Create or change a pool; -1 slots means no limit. Raises InvalidId, InvalidValue.

    Every door comes through here, and may pass on what it was given.
    """
    keys.check_pool_name(name)
    if type(slots) is not int or not -1 <= slots <= MOST_SLOTS:
        rule = f"be a whole number from 0 to {MOST_SLOTS}, or -1 for no limit"
        raise errors.InvalidValue(f"slots of pool {name!r}", slots, rule)
    bounds.check(f"The description of pool {name!r}", description, bounds.DESCRIPTION)
    tx.run(_SET, pool=name, slots=slots, description=description, include_deferred=include_deferred)
    dag_warnings.pool_is_there(tx)
    return PoolRecord(name=name, slots=slots, description=description, include_deferred=include_deferred)


def delete(tx: Tx, name: str) -> None:
    """Delete a pool. Raises PoolNotFound, and BadRequest for the default pool."""
    if name == DEFAULT_POOL:
        raise errors.BadRequest(f"Pool {DEFAULT_POOL!r} cannot be deleted: tasks without a pool use it.")
    if tx.run(sa.delete(slot_pool).where(slot_pool.c.pool == name)) != 1:
        raise errors.PoolNotFound(name)
