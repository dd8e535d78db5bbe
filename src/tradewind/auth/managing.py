"""What must hold whoever manages users and roles, by command or over HTTP: called in the transaction that
changes.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tradewind.auth import roles
from tradewind.domain.errors import Conflict, NotFound, did_you_mean
from tradewind.store.queries import roles as role_queries
from tradewind.store.queries import service_accounts as programs
from tradewind.store.queries import users

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from tradewind.store.database import Tx


def role_names(tx: Tx) -> list[str]:
    """The roles that there are: built-in ones first."""
    return [*roles.BUILT_IN, *role_queries.names(tx)]


def check_roles(tx: Tx, names: Iterable[str]) -> list[str]:
    """These names, if each is a role. Raises NotFound."""
    known, given = role_names(tx), sorted(set(names))
    for name in given:
        if name not in known:
            raise NotFound(
                f"There is no role {name!r}.{did_you_mean(name, known)} Valid roles are: {', '.join(known)}."
            )
    return given


def check_own_role(tx: Tx, name: str) -> str:
    """The name, if it is of a role that somebody made. Raises Conflict for a built-in one, NotFound."""
    if name in roles.BUILT_IN:
        raise Conflict(
            f"Role {name!r} is built in and stays as it is. 'airflow roles create' makes one of your own."
        )
    return check_roles(tx, [name])[0]


def make_role(tx: Tx, name: str) -> None:
    """Make a role. Raises Conflict where there is one of that name, but for case."""
    clash = next((one for one in role_names(tx) if one.lower() == name.lower()), None)
    if clash is not None:
        raise Conflict(f"Role {clash!r} exists already.")
    role_queries.create(tx, name)


def make_user(tx: Tx, name: str, *, elsewhere: Iterable[str] = (), **about: Any) -> users.UserRecord:
    """Enter a user. ``elsewhere``: names that are taken though they are not in the tables.

    Raises Conflict where somebody has that name, but for case; InvalidValue for one that cannot be.
    """
    folded = name.casefold()
    clash = next((one for one in (*elsewhere, *users.names(tx)) if one.casefold() == folded), None)
    if clash is not None:
        raise Conflict(f"User {clash!r} exists already. Choose another name.")
    return users.create(tx, name, **about)


def make_group(tx: Tx, name: str, held: Iterable[str]) -> list[str]:
    """Make a group that nobody is in yet, which has these roles. Raises Conflict, InvalidValue, NotFound."""
    checked = check_roles(tx, held)
    role_queries.create_group(tx, name)
    role_queries.set_group_roles(tx, name, checked)
    return checked


def check_password_is_here(user: users.UserRecord) -> None:
    """Raises Conflict for somebody who proves elsewhere who they are."""
    if user.source:
        raise Conflict(
            f"User {user.username!r} logs in by {user.source} and has no password here: change it there. "
            "'airflow users deactivate' keeps them out."
        )


def change_user(
    tx: Tx, user: users.UserRecord, *, now: datetime, held: Iterable[str] | None = None, **fields: Any
) -> users.UserRecord:
    """Change fields of a user, and (``held``) which roles they have; what they are then. What they have
    already is left alone.

    Raises NotFound for a role that there is not; Conflict for an address that is somebody else's, or another
    password of somebody who has none here.
    """
    wanted = None if held is None else sorted(set(held))
    check_roles(tx, set(wanted or ()) - set(user.roles))
    if "password_hash" in fields:
        check_password_is_here(user)
    new = {name: value for name, value in fields.items() if getattr(user, name, None) != value}
    if "email" in new:
        users.require_free_address(tx, new["email"])
    if new:
        users.change(tx, user.username, now=now, **new)
    if wanted is not None and wanted != sorted(user.roles):
        users.set_roles(tx, user, wanted)
    return users.get(tx, user.username) or user


def set_permissions(
    tx: Tx, role: str, pairs: Iterable[roles.Pair]
) -> tuple[list[roles.Pair], list[roles.Pair]]:
    """Have a role may exactly this, besides what DAG files grant it; what that was and what it is."""
    had = role_queries.permissions(tx, [role], by_files=False).get(role, set())
    wanted = set(pairs)
    role_queries.revoke(tx, role, had - wanted)
    role_queries.grant(tx, role, wanted)
    return sorted(had), sorted(wanted)


def delete_roles(tx: Tx, names: Iterable[str], *, now: datetime) -> None:
    """Remove roles that somebody made. Raises NotFound, and Conflict for one that is built in or held: by a
    user, a group, or a token, which would else have what a later role of that name may.
    """
    scopes = [one.scopes for one in programs.list_tokens(tx) if one.expires_on > now]
    for name in names:
        check_own_role(tx, name)
        held = sum(name in one for one in scopes)
        if held:
            raise Conflict(
                f"Role {name!r} is held by {held} tokens of service accounts. 'airflow tokens list' shows "
                "them; revoke them first."
            )
        role_queries.delete(tx, name)


@contextmanager
def admin_stays(tx: Tx, *, elsewhere: bool) -> Iterator[None]:
    """After what is done within, somebody is still an admin, if somebody was. Raises Conflict.

    ``elsewhere``: somebody of the configuration is an admin. Two transactions that do this wait for each
    other.
    """
    had = users.hold_with_role(tx, roles.ADMIN)
    yield
    if had and not elsewhere and not users.with_role(tx, roles.ADMIN):
        raise Conflict(
            f"{had[0]!r} is the last admin: afterwards nobody could manage Tradewind. "
            "Make another one first, with 'airflow users add-role --username NAME --role Admin'."
        )
