"""Tokens that ended before their time: somebody logged out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tradewind.store.database import Tx
from tradewind.store.dialects.base import Dialect
from tradewind.store.statements import Statement
from tradewind.store.tables.sessions import revoked_token

_IS_REVOKED = Statement(sa.select(revoked_token.c.jti).where(revoked_token.c.jti == sa.bindparam("jti")))
_PRUNE = Statement(
    sa.delete(revoked_token).where(
        revoked_token.c.exp < sa.bindparam("before", type_=revoked_token.c.exp.type)
    )
)


def _revoke(dialect: Dialect) -> Any:
    values = {column.name: sa.bindparam(column.name, type_=column.type) for column in revoked_token.c}
    return dialect.insert_ignore(revoked_token).values(values)


_REVOKE = Statement(_revoke)


def is_revoked(tx: Tx, jti: str) -> bool:
    """Whether the token of that id counts no more."""
    return tx.value(_IS_REVOKED, jti=jti) is not None


def revoke(tx: Tx, jti: str, exp: datetime) -> bool:
    """Have the token of that id, which would end at ``exp``, count no more; False where it did not before."""
    return bool(tx.run(_REVOKE, jti=jti, exp=exp))


def prune(tx: Tx, before: datetime) -> int:
    """Forget tokens that ended by themselves before; how many it were."""
    return tx.run(_PRUNE, before=before)
