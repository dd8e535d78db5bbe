"""Roles and what they may do."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from tradewind.api.schemas.common import Answer, Body


class PermissionBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """An action (``can_read``) and what it is done to (``DAGs``, ``DAG:etl``, ``Connections``)."""

    action: Annotated[str, Meta(max_length=20)]
    resource: Annotated[str, Meta(max_length=300)]


Permissions = Annotated[list[PermissionBody], Meta(max_length=10_000)]


class RoleResponse(Answer, kw_only=True):
    """A role. ``permissions``: what is built in, or an administrator granted; ``permissions_of_dag_files``:
    what ``access_control`` of DAGs grants besides, which follows their files.
    """

    name: str
    built_in: bool
    permissions: list[PermissionBody]
    permissions_of_dag_files: list[PermissionBody]


class RoleCollectionResponse(Answer, kw_only=True):
    """All roles, those that are built in first."""

    roles: list[RoleResponse]
    total_entries: int


class RoleBody(Body, kw_only=True):
    """A new role, and what it may."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    permissions: Permissions | UnsetType = UNSET


class RolePatchBody(Body, kw_only=True):
    """All that the role may from now on, besides what DAG files grant it."""

    permissions: Permissions
