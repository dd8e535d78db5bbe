"""Users and roles over HTTP, as every age of the API makes, changes and deletes them: with an entry in the
audit log, which has no password, and somebody staying an admin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.concurrency import run_in_threadpool

from tradewind.api import admins
from tradewind.auth import managing, passwords, roles
from tradewind.domain import errors
from tradewind.runtime import plugin_hosts
from tradewind.store.queries import roles as role_queries
from tradewind.store.queries import users as queries

if TYPE_CHECKING:
    from tradewind.api.door import Call

T = TypeVar("T")

_TOLD: Final = ("email", "first_name", "last_name", "active", "roles")
"""What the audit log tells of a user."""


def with_hash(work: Callable[[Call, str | None], T]) -> Callable[[Call], Any]:
    """Hashing a password takes a while, so it is done before the transaction begins."""

    def in_transaction(call: Call) -> T:
        given = call.body.password
        hashed = passwords.hash_password(given) if isinstance(given, str) else None
        with call.services.database.write() as tx:
            call.begin(tx, plugin_hosts.nobody)
            return work(call, hashed)

    async def handler(call: Call) -> T:
        return await run_in_threadpool(in_transaction, call)

    handler.__name__, handler.__doc__ = work.__name__, work.__doc__
    return handler


def user(call: Call) -> queries.UserRecord:
    """The user of the tables that the path names. Raises NotFound."""
    name = call.path["username"]
    found = queries.get(call.tx, name)
    if found is None:
        near = errors.did_you_mean(name, queries.names(call.tx))
        raise errors.NotFound(f"There is no user {name!r}.{near} 'airflow users list' shows all.")
    return found


def changeable(call: Call) -> queries.UserRecord:
    """As ``user``. Raises Conflict for one whom only the configuration knows."""
    name = call.path["username"]
    if name in call.services.people.configured and queries.get(call.tx, name) is None:
        raise errors.Conflict(
            f"User {name!r} stands in the configuration, [core] simple_auth_manager_users: change it there. "
            f"'airflow users create --username {name} ...' makes one of that name who can be changed here, "
            "and replaces them."
        )
    return user(call)


def make_user(
    call: Call, name: str, hashed: str | None, *, held: Sequence[str], **about: str
) -> queries.UserRecord:
    """Enter a user; without a role they have ``Public``, which may nothing. Raises Conflict where the name or
    the address is taken, InvalidValue, NotFound for a role.
    """
    made = managing.make_user(
        call.tx, name, elsewhere=call.services.people.configured, password_hash=hashed,
        roles=managing.check_roles(call.tx, held or [roles.PUBLIC]), now=call.now, **about,
    )  # fmt: skip
    call.audit("users_create", extra={"username": made.username}, after=_told(made))
    return made


def change_user(call: Call, fields: Mapping[str, Any], hashed: str | None) -> queries.UserRecord:
    """Change these fields of the user that the path names; ``hashed`` stands for ``password``. Raises
    NotFound and Conflict.
    """
    found, new = changeable(call), dict(fields)
    if new.pop("password", None) is not None:
        new["password_hash"] = hashed
    with admins.kept(call):
        changed = managing.change_user(call.tx, found, held=new.pop("roles", None), now=call.now, **new)
    if changed != found:
        extra = {"username": found.username, "fields": sorted(fields)}
        call.audit("users_edit", extra=extra, before=_told(found), after=_told(changed))
    return changed


def delete_user(call: Call) -> None:
    """Delete the user that the path names. Raises NotFound, and Conflict for the last admin."""
    found = changeable(call)
    with admins.kept(call):
        queries.delete(call.tx, found.username)
    call.audit("users_delete", extra={"username": found.username}, before=_told(found))


def _told(found: queries.UserRecord) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _TOLD}


# --- roles -------------------------------------------------------------------------------------------


def make_role(call: Call, name: str, pairs: Iterable[roles.Pair]) -> None:
    """Make a role that may this. Raises Conflict, InvalidValue."""
    managing.make_role(call.tx, name)
    _, granted = managing.set_permissions(call.tx, name, pairs)
    call.audit("roles_create", extra={"roles": [name]}, after={"permissions": granted})


def set_permissions(call: Call, pairs: Iterable[roles.Pair]) -> None:
    """Have the role that the path names may exactly this, besides what DAG files grant it. Raises NotFound,
    and Conflict for a role that is built in.
    """
    name = managing.check_own_role(call.tx, call.path["role_name"])
    had, has = managing.set_permissions(call.tx, name, pairs)
    if had != has:
        call.audit(
            "roles_edit", extra={"role": name}, before={"permissions": had}, after={"permissions": has}
        )


def delete_role(call: Call) -> None:
    """Delete the role that the path names. Raises NotFound; Conflict where somebody has it, or it is built
    in.
    """
    name = call.path["role_name"]
    had = role_queries.permissions(call.tx, [name], by_files=False).get(name, ())
    managing.delete_roles(call.tx, [name], now=call.now)
    call.audit("roles_delete", extra={"roles": [name]}, before={"permissions": sorted(had)})
