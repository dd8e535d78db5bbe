"""Generated secrets and other single values, made once and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.store.database import Database, Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.statements import Statement
from tradewind.store.tables.settings import setting

SIGNING_KEY = "signing_key"
"""What the tokens of the API are signed with, unless the configuration names a key."""

_GET = Statement(sa.select(setting.c.value).where(setting.c.name == sa.bindparam("name")))


def _put_once(dialect: Dialect) -> Any:
    values = {column.name: sa.bindparam(column.name, type_=column.type) for column in setting.c}
    return dialect.insert_ignore(setting).values(values)


_PUT_ONCE = Statement(_put_once)


def get(tx: Tx, name: str) -> str | None:
    """The value of that name, or None."""
    found: str | None = tx.value(_GET, name=name)
    return found


def get_or_create(db: Database, name: str, make: Callable[[], str], now: datetime) -> str:
    """The value of that name; where there is none, what ``make`` gives, for every process the same."""
    with db.read() as tx:
        found = get(tx, name)
    if found is not None:
        return found
    with db.write() as tx:
        tx.run(_PUT_ONCE, name=name, value=make(), created_at=now)
        return str(get(tx, name))
