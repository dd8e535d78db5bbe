"""Groups of people who have roles together."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tradewind.api.schemas.common import Answer, Body

Roles = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=1000)]
Usernames = Annotated[list[Annotated[str, Meta(max_length=512)]], Meta(max_length=10_000)]


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
    roles: Roles | UnsetType = UNSET
    users: Usernames | UnsetType = UNSET


class GroupPatchBody(Body, kw_only=True):
    """The roles, and the users, that a group has from now on."""

    roles: Roles | UnsetType = UNSET
    users: Usernames | UnsetType = UNSET
