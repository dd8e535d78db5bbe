"""Users in the tables, roles and what they may do. These take an admin, or a role with ``Users`` or
``Roles``; whoever may change them can give themselves all, as in Airflow.

v2 has no such operations (they moved to Airflow's FAB provider), so these use ``auth.managing`` themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from tradewind.api import managing_people, masks
from tradewind.api.door import Call
from tradewind.api.pagination import Paged, PlainPage, page
from tradewind.api.routes.v1.translation import names, one, own, paged
from tradewind.api.schemas.common import Answer, Body, MaskQuery
from tradewind.api.schemas.users import Address, Password, PersonName, Username
from tradewind.auth import managing, roles
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.store.queries import roles as role_queries
from tradewind.store.queries import users as queries


class Named(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A role, an action or a resource, by its name."""

    name: str


# --- users -------------------------------------------------------------------------------------------


class UserBody(Body, kw_only=True):
    """A new user."""

    username: Username
    email: Address
    password: Password
    first_name: PersonName = ""
    last_name: PersonName = ""
    roles: list[Named] | None = None


class UserPatch(Body, kw_only=True):
    """What to change of a user."""

    username: Username | UnsetType = UNSET
    email: Address | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    first_name: PersonName | UnsetType = UNSET
    last_name: PersonName | UnsetType = UNSET
    roles: list[Named] | UnsetType = UNSET


class UserAnswer(Answer, kw_only=True):
    """A user, without the password."""

    username: str
    email: str
    first_name: str
    last_name: str
    active: bool
    last_login: Any
    login_count: int | None
    failed_login_count: int | None
    created_on: Any
    changed_on: Any
    roles: list[Named]


_USER: Final = "username email first_name last_name"
USER = one(f"{_USER} active last_login login_count failed_login_count created_on changed_on roles")


def _shown(found: queries.UserRecord) -> UserAnswer:
    same = {name: getattr(found, name) for name in UserAnswer.__struct_fields__ if hasattr(found, name)}
    held = [Named(name=name) for name in found.roles]
    return UserAnswer(**{**same, "failed_login_count": found.fail_login_count, "roles": held})


def get_users(call: Call) -> dict[str, Any]:
    """List users."""
    return _cut(call, "users", [_shown(one) for one in queries.list_users(call.tx)], "username")


def get_user(call: Call) -> UserAnswer:
    """Show a user."""
    return _shown(managing_people.user(call))


@managing_people.with_hash
def post_user(call: Call, hashed: str | None) -> UserAnswer:
    """Make a user; without a role they have ``Public``, which may nothing."""
    body: UserBody = call.body
    about = {name: getattr(body, name) for name in ("email", "first_name", "last_name")}
    held = _role_names(call, body.roles or ())
    return _shown(managing_people.make_user(call, body.username, hashed, held=held, **about))


@managing_people.with_hash
def patch_user(call: Call, hashed: str | None) -> UserAnswer:
    """Change a user: the fields that are sent, or of these the ones in ``update_mask``."""
    found = managing_people.changeable(call)
    fields = masks.given(call.body, call.query.update_mask, fixed=())
    if fields.pop("username", found.username) != found.username:
        raise errors.BadRequest(
            f"The body names another user than the path: {found.username!r} keeps the name."
        )
    if "roles" in fields:
        fields["roles"] = _role_names(call, fields["roles"])
    return _shown(managing_people.change_user(call, fields, hashed))


def delete_user(call: Call) -> None:
    """Delete a user."""
    managing_people.delete_user(call)


def _role_names(call: Call, given: Sequence[Named]) -> list[str]:
    """Raises BadRequest for a role that there is not."""
    try:
        return managing.check_roles(call.tx, [role.name for role in given])
    except errors.NotFound as error:
        raise errors.BadRequest(str(error)) from error


# --- roles -------------------------------------------------------------------------------------------


class Permission(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An action and what it is done to."""

    action: Named
    resource: Named


class RoleBody(Body, kw_only=True):
    """A role and all that it may."""

    name: str
    actions: list[Permission] = msgspec.field(default_factory=list)


ROLE = one("name actions")


def _roles(call: Call) -> dict[str, RoleBody]:
    granted = role_queries.permissions(call.tx)
    return {
        name: RoleBody(
            name=name,
            actions=[
                Permission(action=Named(name=action), resource=Named(name=resource))
                for action, resource in sorted({*roles.BUILT_IN.get(name, ()), *granted.get(name, ())})
            ],
        )
        for name in managing.role_names(call.tx)
    }


def get_roles(call: Call) -> dict[str, Any]:
    """List roles, those that are built in too."""
    return _cut(call, "roles", list(_roles(call).values()), "name")


def get_role(call: Call) -> RoleBody:
    """Show a role."""
    return _roles(call)[managing.check_roles(call.tx, [call.path["role_name"]])[0]]


def post_role(call: Call) -> RoleBody:
    """Make a role."""
    body: RoleBody = call.body
    managing_people.make_role(call, body.name, _pairs(body))
    return _roles(call)[body.name]


def patch_role(call: Call) -> RoleBody:
    """Have a role may exactly this, besides what DAG files grant it."""
    name = managing.check_own_role(call.tx, call.path["role_name"])
    fields = masks.given(call.body, call.query.update_mask, fixed=())
    if fields.get("name", name) != name:
        raise errors.BadRequest(f"The body names another role than the path: {name!r} keeps the name.")
    if "actions" in fields:
        managing_people.set_permissions(call, _pairs(call.body))
    return _roles(call)[name]


def delete_role(call: Call) -> None:
    """Delete a role that nobody has."""
    managing_people.delete_role(call)


def get_permissions(call: Call) -> dict[str, Any]:
    """List the actions that there are."""
    return _cut(call, "actions", [Named(name=name) for name in roles.ACTIONS], "name")


def _pairs(body: RoleBody) -> list[roles.Pair]:
    """Raises InvalidValue for words that Airflow does not have either."""
    return [roles.check_pair(each.action.name, each.resource.name) for each in body.actions]


def _cut(call: Call, key: str, whole: list[Any], by: str) -> dict[str, Any]:
    """A page of a list that is short enough to be read whole."""
    fields = [by, *(("email", "first_name", "last_name", "active") if key == "users" else ())]
    wanted = page(call.query, call.services.settings, fields, [by])
    for name, backwards in reversed(wanted.order):
        whole.sort(key=lambda each: str(getattr(each, name)), reverse=backwards)
    part = whole[wanted.offset :][: wanted.limit]
    return {key: part, "total_entries": len(whole)}


def _same(it: Any) -> Any:
    return it


USERS, ROLES = Resource.USER, Resource.ROLE
_ONE_USER, _ONE_ROLE = "/users/{username}", "/roles/{role_name}"
_FIELDS = names(f"{_USER} password roles")
_MASK: Final = names("update_mask")

OPERATIONS = [
    own("GET /users", get_users, USERS, query=paged(), query_kind=Paged, answer=_same),
    own("POST /users", post_user, USERS, body=_FIELDS, body_kind=UserBody, answer=USER),
    own(f"GET {_ONE_USER}", get_user, USERS, answer=USER),
    own(f"PATCH {_ONE_USER}", patch_user, USERS, body=_FIELDS, body_kind=UserPatch, answer=USER,
        query=_MASK, query_kind=MaskQuery),
    own(f"DELETE {_ONE_USER}", delete_user, USERS),
    own("GET /roles", get_roles, ROLES, query=paged(), query_kind=Paged, answer=_same),
    own("POST /roles", post_role, ROLES, body=names("name actions"), body_kind=RoleBody, answer=ROLE),
    own(f"GET {_ONE_ROLE}", get_role, ROLES, answer=ROLE),
    own(f"PATCH {_ONE_ROLE}", patch_role, ROLES, body=names("name actions"), body_kind=RoleBody, answer=ROLE,
        query=_MASK, query_kind=MaskQuery),
    own(f"DELETE {_ONE_ROLE}", delete_role, ROLES),
    own("GET /permissions", get_permissions, ROLES, query=names("limit offset", unless={"limit": "100"}),
        query_kind=PlainPage, answer=_same),
]  # fmt: skip
