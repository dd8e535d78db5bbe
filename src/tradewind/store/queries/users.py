"""People who may log in. Passwords are stored as the hash that the caller gives; roles go by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import bounds, errors, keys, principals
from tradewind.store.database import Tx
from tradewind.store.dialects.base import UniqueViolated
from tradewind.store.queries import favourites
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement
from tradewind.store.tables import users as tables

user, user_role = tables.ab_user, tables.ab_user_role
user_group, group_role, group = tables.ab_user_group, tables.ab_group_role, tables.ab_group


class UserRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of ``ab_user``, with the roles that the user has (not those of their groups)."""

    id: int
    username: str
    password_hash: str | None
    email: str
    first_name: str
    last_name: str
    active: bool
    last_login: datetime | None
    login_count: int | None
    fail_login_count: int | None
    created_on: datetime | None
    changed_on: datetime | None
    token_epoch: int
    source: str
    roles: tuple[str, ...] = ()


_COLUMNS = {
    "id": user.c.id, "username": user.c.username, "password_hash": user.c.password, "email": user.c.email,
    "first_name": user.c.first_name, "last_name": user.c.last_name, "active": user.c.active,
    "last_login": user.c.last_login, "login_count": user.c.login_count,
    "fail_login_count": user.c.fail_login_count, "changed_on": user.c.changed_on,
    "created_on": user.c.created_on, "token_epoch": user.c.token_epoch,
    "source": user.c.source,
}  # fmt: skip
_reader = Reader(UserRecord, _COLUMNS)
_SELECT = sa.select(*_reader.columns)
_GET = Statement(_SELECT.where(user.c.username == sa.bindparam("username")))
_BY_EMAIL = Statement(_SELECT.where(user.c.email == sa.bindparam("email")).order_by(user.c.id))
_ROLES = Statement(
    sa.select(user_role.c.role)
    .where(user_role.c.user_id == sa.bindparam("user_id", type_=user_role.c.user_id.type))
    .order_by(user_role.c.role)
)
_OF_GROUPS = Statement(
    sa.select(group_role.c.role)
    .join(user_group, user_group.c.group_id == group_role.c.group_id)
    .where(user_group.c.user_id == sa.bindparam("user_id", type_=user_group.c.user_id.type))
    .order_by(group_role.c.role)
)
_CHANGEABLE = {
    "password_hash": "password", "email": "email", "first_name": "first_name", "last_name": "last_name",
    "active": "active",
}  # fmt: skip
_BOUNDS = {"email": bounds.ADDRESS, "first_name": bounds.PERSON_NAME, "last_name": bounds.PERSON_NAME}
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
_ENDS_TOKENS = frozenset({"password_hash", "active"})


def get(tx: Tx, username: str) -> UserRecord | None:
    """The user of that name, or None: also for text that a database cannot hold."""
    if _NOT_TEXT.search(username):
        return None
    return _with_roles(tx, _reader.first(tx, _GET, username=username))


def numbers(tx: Tx, usernames: Iterable[str]) -> set[int]:
    """The number of each of these users. Raises NotFound for the first that is not there."""
    given = set(usernames)
    sayable = [name for name in given if not _NOT_TEXT.search(name)]
    found = dict(tx.rows(sa.select(user.c.username, user.c.id).where(user.c.username.in_(sayable))))
    for name in sorted(given - found.keys()):
        other = get(tx, name)  # a database may take names for the same that differ in case
        if other is None:
            raise errors.NotFound(f"There is no user {name!r}. 'airflow users list' shows all.")
        found[name] = other.id
    return set(found.values())


def by_email(tx: Tx, email: str) -> UserRecord | None:
    """The user with that address, or None. Raises Conflict where several have it, as they may that came from
    outside or were entered by an older version.
    """
    found = _reader.all(tx, _BY_EMAIL, email=email)
    if len(found) > 1:
        names = ", ".join(repr(one.username) for one in found)
        raise errors.Conflict(f"The address {email!r} is that of several users: {names}. Give the name.")
    return _with_roles(tx, found[0] if found else None)


def require_free_address(tx: Tx, email: str) -> None:
    """Raises Conflict where somebody has that address; nobody has the empty one."""
    found = _reader.first(tx, _BY_EMAIL, email=email) if email else None
    if found is not None:
        raise errors.Conflict(f"The address {email!r} is taken by the user {found.username!r}.")


def _with_roles(tx: Tx, found: UserRecord | None) -> UserRecord | None:
    if found is None:
        return None
    roles = tuple(row[0] for row in tx.rows(_ROLES, user_id=found.id))
    return msgspec.structs.replace(found, roles=roles)


def names(tx: Tx) -> list[str]:
    """Everybody's name."""
    return [row[0] for row in tx.rows(sa.select(user.c.username))]


def list_users(tx: Tx) -> list[UserRecord]:
    """All users by name."""
    names: dict[int, list[str]] = {}
    for user_id, role in tx.rows(sa.select(user_role.c.user_id, user_role.c.role).order_by(user_role.c.role)):
        names.setdefault(user_id, []).append(role)
    found = _reader.all(tx, _SELECT.order_by(user.c.username))
    return [msgspec.structs.replace(one, roles=tuple(names.get(one.id, ()))) for one in found]


def roles_of(tx: Tx, found: UserRecord) -> list[str]:
    """The names of the roles that a user has, by themselves or by a group."""
    return sorted({*found.roles, *(row[0] for row in tx.rows(_OF_GROUPS, user_id=found.id))})


def with_role(tx: Tx, role: str) -> list[str]:
    """The names of the users who are active and have the role, by themselves or by a group."""
    return [row[0] for row in tx.rows(_having(role))]


def hold_with_role(tx: Tx, role: str) -> list[str]:
    """As ``with_role``; another transaction that asks so waits until this one has ended."""
    tx.rows(_having(role).with_for_update())
    return with_role(tx, role)


def _having(role: str) -> sa.Select[tuple[str]]:
    direct = sa.select(user_role.c.user_id).where(user_role.c.role == role)
    by_group = (
        sa.select(user_group.c.user_id)
        .join(group_role, group_role.c.group_id == user_group.c.group_id)
        .where(group_role.c.role == role)
    )
    held = sa.or_(user.c.id.in_(direct), user.c.id.in_(by_group))
    return sa.select(user.c.username).where(user.c.active == sa.true(), held).order_by(user.c.username)


def create(
    tx: Tx,
    username: str,
    *,
    password_hash: str | None,
    roles: Sequence[str] = (),
    email: str = "",
    first_name: str = "",
    last_name: str = "",
    source: str = "",
    now: datetime,
) -> UserRecord:
    """Enter a user. Raises Conflict where the name is taken, or the address of one who does not come from
    outside (``source``), whose directory says it; InvalidValue for a name that cannot be.
    """
    if not keys.is_name(username, bounds.USERNAME) or principals.is_reserved(username):
        raise errors.InvalidValue(
            "username",
            username,
            f"have {keys.NAME_RULE.format(bounds.USERNAME)}, no blanks around them, not begin with "
            f"{principals.SERVICE!r}, {principals.WEBHOOK!r} or {principals.TASK!r}, and be neither "
            f"{principals.ANONYMOUS!r} nor {principals.UNKNOWN!r}",
        )
    _check_texts(username, {"email": email, "first_name": first_name, "last_name": last_name})
    if not source and get(tx, username) is None:  # a name that is taken is told of first
        require_free_address(tx, email)
    values: dict[str, Any] = {
        "username": username, "password": password_hash, "email": email, "first_name": first_name,
        "last_name": last_name, "active": True, "created_on": now, "changed_on": now,
        "source": source,
        "token_epoch": int(now.timestamp()) % 2**30,  # tokens of a namesake who is gone carry another one
    }  # fmt: skip
    try:
        user_id = tx.insert(user, values)
    except UniqueViolated as error:
        raise errors.Conflict(f"User {username!r} exists already. Choose another name.") from error
    for role in sorted(set(roles)):
        tx.run(sa.insert(user_role).values(user_id=user_id, role=role))
    found = get(tx, username)
    if found is None:
        raise errors.DatabaseError(f"User {username!r} was written but cannot be read.")
    return found


def change(tx: Tx, username: str, /, *, now: datetime, **fields: Any) -> bool:
    """Change fields of UserRecord; False where there is no such user. Raises InvalidValue for another field,
    and for a text that is too long.

    Another password, or another ``active``, makes the tokens that were issued before worthless.
    """
    unknown = fields.keys() - _CHANGEABLE.keys()
    if unknown:
        raise errors.InvalidValue("field", sorted(unknown)[0], f"be one of {', '.join(sorted(_CHANGEABLE))}")
    _check_texts(username, fields)
    values: dict[str, Any] = {_CHANGEABLE[name]: value for name, value in fields.items()}
    if fields.keys() & _ENDS_TOKENS:
        values["token_epoch"] = user.c.token_epoch + 1
    return tx.run(sa.update(user).where(user.c.username == username).values(**values, changed_on=now)) == 1


def _check_texts(username: str, fields: Mapping[str, Any]) -> None:
    for name, most in _BOUNDS.items():
        bounds.check(f"The {name} of user {username!r}", fields.get(name), most)


def hash_again(tx: Tx, found: UserRecord, password_hash: str) -> None:
    """Store the same password by another hash, unless it was changed meanwhile; tokens stay good."""
    same = (user.c.id == found.id, user.c.password == found.password_hash)
    tx.run(sa.update(user).where(*same).values(password=password_hash))


def set_roles(tx: Tx, found: UserRecord, roles: Sequence[str]) -> None:
    """Have the user have exactly these roles, besides those of their groups."""
    tx.run(sa.delete(user_role).where(user_role.c.user_id == found.id))
    for role in sorted(set(roles)):
        tx.run(sa.insert(user_role).values(user_id=found.id, role=role))


def logged_in(tx: Tx, username: str, now: datetime, *, ok: bool) -> None:
    """Count a log-in, or a failed one."""
    counted: dict[str, Any] = (
        {"last_login": now, "login_count": user.c.login_count + 1, "fail_login_count": 0}
        if ok
        else {"fail_login_count": user.c.fail_login_count + 1}
    )
    tx.run(sa.update(user).where(user.c.username == username).values(**counted))


def delete(tx: Tx, username: str) -> bool:
    """Remove a user; False where there is none. Another one of that name starts without favourites."""
    favourites.forget(tx, username)
    return tx.run(sa.delete(user).where(user.c.username == username)) == 1
