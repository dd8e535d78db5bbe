"""Roles of one's own, and what roles may do: pairs of an action and a resource, in Airflow's words.

``auth.roles`` knows the words and the roles that are built in; here they are text. What a DAG's file grants
(``access_control``) is kept apart from what an administrator does, so that each can be taken back alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from tradewind.domain import errors, keys
from tradewind.store.database import Tx
from tradewind.store.dialects.base import UniqueViolated
from tradewind.store.statements import Statement, insert_all
from tradewind.store.tables import users as tables

Pair = tuple[str, str]
"""Action, resource."""

role, permission = tables.ab_role, tables.role_permission
group, group_role, user_group = tables.ab_group, tables.ab_group_role, tables.ab_user_group
_ADD = Statement(insert_all(permission, "role", "action", "resource", "from_dag"))
_PUT_IN = Statement(insert_all(user_group, "group_id", "user_id"))
_OF_DAG = Statement(
    sa.select(permission.c.role, permission.c.action, permission.c.resource).where(
        permission.c.from_dag == sa.bindparam("dag_id")
    )
)
_DROP_OF_DAG = Statement(sa.delete(permission).where(permission.c.from_dag == sa.bindparam("dag_id")))


def names(tx: Tx) -> list[str]:
    """The names of the roles that somebody made."""
    return [row[0] for row in tx.rows(sa.select(role.c.name).order_by(role.c.name))]


def create(tx: Tx, name: str) -> None:
    """Make a role that may nothing yet. Raises Conflict, and InvalidValue for a name that cannot be."""
    if not keys.is_name(name, 64):
        raise errors.InvalidValue(
            "role", name, f"have {keys.NAME_RULE.format(64)}, and no blanks around them"
        )
    try:
        tx.insert(role, {"name": name})
    except UniqueViolated as error:
        raise errors.Conflict(f"Role {name!r} exists already.") from error


def delete(tx: Tx, name: str) -> bool:
    """Remove a role with what it may; False where there is none. Raises Conflict while somebody has it."""
    for table, what in ((tables.ab_user_role, "users"), (tables.ab_group_role, "groups")):
        held = tx.value(sa.select(sa.func.count()).where(table.c.role == name))
        if held:
            raise errors.Conflict(f"Role {name!r} is held by {held} {what}. Take it from them first.")
    tx.run(sa.delete(permission).where(permission.c.role == name))
    return tx.run(sa.delete(role).where(role.c.name == name)) == 1


def permissions(
    tx: Tx, of: Sequence[str] | None = None, *, by_files: bool | None = None
) -> dict[str, set[Pair]]:
    """What roles (None: all) may, besides what is built in; ``by_files``: only what DAG files grant, or only
    what administrators do.
    """
    select = sa.select(permission.c.role, permission.c.action, permission.c.resource)
    if by_files is not None:
        granted = permission.c.from_dag.is_not(None) if by_files else permission.c.from_dag.is_(None)
        select = select.where(granted)
    if of is not None:
        select = select.where(permission.c.role.in_(list(of)))
    found: dict[str, set[Pair]] = {}
    for name, action, resource in tx.rows(select):
        found.setdefault(name, set()).add((action, resource))
    return found


def grant(tx: Tx, name: str, pairs: Iterable[Pair]) -> list[Pair]:
    """Let a role do these things; what is new."""
    select = sa.select(permission.c.action, permission.c.resource).where(
        permission.c.role == name, permission.c.from_dag.is_(None)
    )
    known = {(action, resource) for action, resource in tx.rows(select)}
    new = sorted(set(pairs) - known)
    rows = [
        {"role": name, "action": action, "resource": resource, "from_dag": None} for action, resource in new
    ]
    tx.run_many(_ADD, rows)
    return new


def revoke(tx: Tx, name: str, pairs: Iterable[Pair]) -> int:
    """Take these things from a role again, as far as an administrator granted them; how many it were."""
    return sum(
        tx.run(
            sa.delete(permission).where(
                permission.c.role == name,
                permission.c.action == action,
                permission.c.resource == resource,
                permission.c.from_dag.is_(None),
            )
        )
        for action, resource in pairs
    )


def set_of_dag(tx: Tx, dag_id: str, granted: Mapping[str, Iterable[Pair]]) -> bool:
    """Have exactly these be what the DAG's file grants, role by role; whether that changed anything."""
    wanted = {(name, action, resource) for name, pairs in granted.items() for action, resource in pairs}
    known = {(name, action, resource) for name, action, resource in tx.rows(_OF_DAG, dag_id=dag_id)}
    if wanted == known:
        return False
    tx.run(_DROP_OF_DAG, dag_id=dag_id)
    rows = [
        {"role": name, "action": action, "resource": resource, "from_dag": dag_id}
        for name, action, resource in sorted(wanted)
    ]
    tx.run_many(_ADD, rows)
    return True


# --- groups: people who have roles together
# ------------------------------------------------------------------


class GroupRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A group, the roles that it has, and the names of its users."""

    name: str
    roles: tuple[str, ...]
    users: tuple[str, ...]


def create_group(tx: Tx, name: str) -> int:
    """Make a group; its number. Raises Conflict, and InvalidValue for a name that cannot be."""
    if not keys.is_name(name, 100):
        raise errors.InvalidValue(
            "group", name, f"have {keys.NAME_RULE.format(100)}, and no blanks around them"
        )
    try:
        return tx.insert(group, {"name": name})
    except UniqueViolated as error:
        raise errors.Conflict(f"Group {name!r} exists already.") from error


def set_group_roles(tx: Tx, name: str, held: Sequence[str]) -> None:
    """Have everybody in the group have exactly these roles by it. Raises NotFound."""
    number = _group(tx, name)
    tx.run(sa.delete(group_role).where(group_role.c.group_id == number))
    for one in sorted(set(held)):
        tx.run(sa.insert(group_role).values(group_id=number, role=one))


def add_to_group(tx: Tx, name: str, user_id: int) -> None:
    """Put a user into a group; nothing happens where they are in it. Raises NotFound."""
    number = _group(tx, name)
    known = sa.select(user_group.c.user_id).where(
        user_group.c.group_id == number, user_group.c.user_id == user_id
    )
    if not tx.rows(known):
        tx.run(sa.insert(user_group).values(group_id=number, user_id=user_id))


def set_group_users(tx: Tx, name: str, user_ids: Iterable[int]) -> None:
    """Have exactly these users be in the group. Raises NotFound."""
    number, wanted = _group(tx, name), set(user_ids)
    here = user_group.c.group_id == number
    had = {row[0] for row in tx.rows(sa.select(user_group.c.user_id).where(here))}
    if gone := had - wanted:
        tx.run(sa.delete(user_group).where(here, user_group.c.user_id.in_(sorted(gone))))
    tx.run_many(_PUT_IN, [{"group_id": number, "user_id": one} for one in sorted(wanted - had)])


def list_groups(tx: Tx) -> list[GroupRecord]:
    """All groups by name."""
    return _groups(tx, sa.true())


def get_group(tx: Tx, name: str) -> GroupRecord:
    """The group of that name. Raises NotFound."""
    (found,) = _groups(tx, group.c.id == _group(tx, name))
    return found


def _groups(tx: Tx, which: sa.ColumnElement[bool]) -> list[GroupRecord]:
    of_users = (
        sa.select(group.c.id, tables.ab_user.c.username)
        .join_from(group, user_group, user_group.c.group_id == group.c.id)
        .join(tables.ab_user, tables.ab_user.c.id == user_group.c.user_id)
    )
    of_roles = sa.select(group.c.id, group_role.c.role).join_from(
        group, group_role, group_role.c.group_id == group.c.id
    )
    roles, users = (_by_group(tx, select.where(which)) for select in (of_roles, of_users))
    rows = tx.rows(sa.select(group.c.id, group.c.name).where(which).order_by(group.c.name))
    return [
        GroupRecord(
            name=name, roles=tuple(sorted(roles.get(number, ()))), users=tuple(sorted(users.get(number, ())))
        )
        for number, name in rows
    ]


def _by_group(tx: Tx, select: sa.Select[Any]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, name in tx.rows(select):
        found.setdefault(number, []).append(name)
    return found


def group_roles(tx: Tx, name: str) -> list[str]:
    """The roles of a group. Raises NotFound."""
    number = _group(tx, name)
    select = sa.select(group_role.c.role).where(group_role.c.group_id == number).order_by(group_role.c.role)
    return [row[0] for row in tx.rows(select)]


def delete_group(tx: Tx, name: str) -> None:
    """Remove a group; its users stay. Raises NotFound."""
    tx.run(sa.delete(group).where(group.c.id == _group(tx, name)))


def remove_from_group(tx: Tx, name: str, user_id: int) -> bool:
    """Take a user out of a group; False where they are not in it. Raises NotFound."""
    here = (user_group.c.group_id == _group(tx, name), user_group.c.user_id == user_id)
    return tx.run(sa.delete(user_group).where(*here)) == 1


def _group(tx: Tx, name: str) -> int:
    found = tx.value(sa.select(group.c.id).where(group.c.name == name))
    if found is None:
        names = [row[0] for row in tx.rows(sa.select(group.c.name).order_by(group.c.name))]
        raise errors.NotFound(f"There is no group {name!r}.{errors.did_you_mean(name, names)}")
    return int(found)
