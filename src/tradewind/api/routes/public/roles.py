"""Roles: those that are built in are shown, others are made, given other permissions, and deleted."""

from __future__ import annotations

from collections.abc import Iterable

from tradewind.api import managing_people
from tradewind.api.door import OWN, Call, Door
from tradewind.api.schemas import roles as schemas
from tradewind.auth import managing, roles
from tradewind.auth.permissions import Resource
from tradewind.store.queries import roles as store

door = Door("Role", prefix=OWN)
ONE = "/roles/{role_name}"


@door.get("/roles", Resource.ROLE, answer=schemas.RoleCollectionResponse)
def get_roles(call: Call) -> schemas.RoleCollectionResponse:
    """List roles with what they may."""
    found = _shown(call, managing.role_names(call.tx))
    return schemas.RoleCollectionResponse(roles=found, total_entries=len(found))


@door.post("/roles", Resource.ROLE, body=schemas.RoleBody, answer=schemas.RoleResponse, status=201)
def post_role(call: Call) -> schemas.RoleResponse:
    """Make a role."""
    managing_people.make_role(call, call.body.name, _pairs(call.body.permissions or ()))
    return _shown(call, [call.body.name])[0]


@door.get(ONE, Resource.ROLE, answer=schemas.RoleResponse)
def get_role(call: Call) -> schemas.RoleResponse:
    """Show a role with what it may."""
    return _shown(call, managing.check_roles(call.tx, [call.path["role_name"]]))[0]


@door.patch(ONE, Resource.ROLE, body=schemas.RolePatchBody, answer=schemas.RoleResponse)
def patch_role(call: Call) -> schemas.RoleResponse:
    """Have a role that is not built in may exactly this, besides what DAG files grant it."""
    managing_people.set_permissions(call, _pairs(call.body.permissions))
    return _shown(call, [call.path["role_name"]])[0]


@door.delete(ONE, Resource.ROLE)
def delete_role(call: Call) -> None:
    """Delete a role that is not built in and that nobody has."""
    managing_people.delete_role(call)


def _pairs(given: Iterable[schemas.PermissionBody]) -> list[roles.Pair]:
    """Raises InvalidValue for words that Airflow does not have either."""
    return [roles.check_pair(one.action, one.resource) for one in given]


def _shown(call: Call, names: list[str]) -> list[schemas.RoleResponse]:
    granted, by_files = (store.permissions(call.tx, names, by_files=which) for which in (False, True))
    return [
        schemas.RoleResponse(
            name=name,
            built_in=name in roles.BUILT_IN,
            permissions=_permissions({*roles.BUILT_IN.get(name, ()), *granted.get(name, ())}),
            permissions_of_dag_files=_permissions(by_files.get(name, ())),
        )
        for name in names
    ]


def _permissions(pairs: Iterable[roles.Pair]) -> list[schemas.PermissionBody]:
    return [schemas.PermissionBody(action=action, resource=resource) for action, resource in sorted(pairs)]
