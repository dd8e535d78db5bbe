"""People who may log in. Passwords are stored as the hash that the caller gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import errors
from tradewind.store.database import Tx
from tradewind.store.dialects.base import UniqueViolated
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement
from tradewind.store.tables.users import ab_user as user


class UserRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``ab_user``."""

    id: int
    username: str
    password_hash: str | None
    role: str
    email: str
    first_name: str
    last_name: str
    active: bool
    last_login: datetime | None
    created_on: datetime | None


_reader = Reader(
    UserRecord,
    {
        "id": user.c.id, "username": user.c.username, "password_hash": user.c.password, "role": user.c.role,
        "email": user.c.email, "first_name": user.c.first_name, "last_name": user.c.last_name,
        "active": user.c.active, "last_login": user.c.last_login, "created_on": user.c.created_on,
    },
)  # fmt: skip
_SELECT = sa.select(*_reader.columns)
_GET = Statement(_SELECT.where(user.c.username == sa.bindparam("username")))
_CHANGEABLE = {
    "password_hash": "password", "role": "role", "email": "email", "first_name": "first_name",
    "last_name": "last_name", "active": "active",
}  # fmt: skip


def get(tx: Tx, username: str) -> UserRecord | None:
    """The user of that name, or None."""
    return _reader.first(tx, _GET, username=username)


def list_users(tx: Tx) -> list[UserRecord]:
    """All users by name."""
    return _reader.all(tx, _SELECT.order_by(user.c.username))


def create(
    tx: Tx,
    username: str,
    *,
    password_hash: str | None,
    role: str,
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    now: datetime,
) -> UserRecord:
    """Enter a user. Raises Conflict where the name is taken."""
    values: dict[str, Any] = {
        "username": username, "password": password_hash, "role": role, "email": email,
        "first_name": first_name,
        "last_name": last_name, "active": True, "created_on": now, "changed_on": now,
    }  # fmt: skip
    try:
        tx.insert(user, values)
    except UniqueViolated as error:
        raise errors.Conflict(f"User {username!r} exists already. Choose another name.") from error
    found = get(tx, username)
    if found is None:
        raise errors.DatabaseError(f"User {username!r} was written but cannot be read.")
    return found


def change(tx: Tx, username: str, /, *, now: datetime, **fields: Any) -> bool:
    """Change fields of UserRecord; False where there is no such user. Raises InvalidValue for another
    field.
    """
    unknown = fields.keys() - _CHANGEABLE.keys()
    if unknown:
        raise errors.InvalidValue("field", sorted(unknown)[0], f"be one of {', '.join(sorted(_CHANGEABLE))}")
    values = {_CHANGEABLE[name]: value for name, value in fields.items()}
    return tx.run(sa.update(user).where(user.c.username == username).values(**values, changed_on=now)) == 1


def logged_in(tx: Tx, username: str, now: datetime, *, ok: bool) -> None:
    """Count a log-in, or a failed one."""
    counted: dict[str, Any] = (
        {"last_login": now, "login_count": user.c.login_count + 1, "fail_login_count": 0}
        if ok
        else {"fail_login_count": user.c.fail_login_count + 1}
    )
    tx.run(sa.update(user).where(user.c.username == username).values(**counted))


def delete(tx: Tx, username: str) -> bool:
    """Remove a user; False where there is none."""
    return tx.run(sa.delete(user).where(user.c.username == username)) == 1
