"""What must hold whoever manages users and roles, by command or over HTTP: called in the transaction that
changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradewind.auth import roles
from tradewind.domain.errors import Conflict, NotFound, did_you_mean
from tradewind.store.queries import roles as role_queries
from tradewind.store.queries import users

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


def keep_an_admin(tx: Tx, had: Sequence[str], *, elsewhere: bool) -> None:
    """Raises Conflict if ``had``, the admins before this change, were somebody and nobody is left.

    ``elsewhere``: somebody of the configuration is an admin.
    """
    if had and not elsewhere and not users.with_role(tx, roles.ADMIN):
        raise Conflict(
            f"{had[0]!r} is the last admin: afterwards nobody could manage Tradewind. "
            "Make another one first, with 'airflow users add-role --username NAME --role Admin'."
        )
