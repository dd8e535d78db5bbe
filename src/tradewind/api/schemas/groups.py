"""Groups of people who have roles together."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tradewind.api.schemas.common import Answer, Body
from tradewind.api.schemas.users import RoleNames, Usernames


class GroupResponse(Answer, kw_only=True):
    """A group, the roles that it gives, and who is in it."""

    name: str
    roles: list[str]
    users: list[str]


class GroupCollectionResponse(Answer, kw_only=True):
    """All groups."""

    groups: list[GroupResponse]
    total_entries: int


class GroupBody(Body, kw_only=True):
    """A new group."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    roles: RoleNames | UnsetType = UNSET
    users: Usernames | UnsetType = UNSET


class GroupPatchBody(Body, kw_only=True):
    """The roles, and the users, that a group has from now on."""

    roles: RoleNames | UnsetType = UNSET
    users: Usernames | UnsetType = UNSET
