"""Users, and the bounds of what is said of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tradewind.api.pagination import PlainPage
from tradewind.api.schemas.common import Answer, Body
from tradewind.domain import bounds

Username = Annotated[str, Meta(max_length=bounds.USERNAME)]
Usernames = Annotated[list[Username], Meta(max_length=10_000)]
RoleName = Annotated[str, Meta(max_length=64)]
RoleNames = Annotated[list[RoleName], Meta(max_length=1000)]
Address = Annotated[str, Meta(max_length=bounds.ADDRESS)]
PersonName = Annotated[str, Meta(max_length=bounds.PERSON_NAME)]
Password = Annotated[str, Meta(min_length=1, max_length=1024)]


class UserQuery(PlainPage, kw_only=True):
    """Which users to list. ``search``: it is part of the name, a first or last name, or the address, in
    whatever case.
    """

    search: Annotated[str, Meta(max_length=250)] | None = None


class UserResponse(Answer, kw_only=True):
    """Somebody who may log in, without the password. ``source``: ``database`` (a password is here),
    ``configuration`` (they cannot be changed here), ``oidc``, ``ldap`` or ``proxy``. ``roles``: without
    those of their groups.
    """

    username: str
    email: str
    first_name: str
    last_name: str
    active: bool
    source: str
    roles: list[str]
    last_login: datetime | None
    created_on: datetime | None


class UserCollectionResponse(Answer, kw_only=True):
    """Users by name."""

    users: list[UserResponse]
    total_entries: int


class UserBody(Body, kw_only=True):
    """A new user. Without a role they have ``Public``, which may nothing."""

    username: Annotated[str, Meta(min_length=1, max_length=bounds.USERNAME)]
    password: Password
    email: Address = ""
    first_name: PersonName = ""
    last_name: PersonName = ""
    roles: RoleNames | UnsetType = UNSET


class UserPatchBody(Body, kw_only=True):
    """What to change of a user: what is not sent stays. ``roles`` is the whole list."""

    password: Password | UnsetType = UNSET
    email: Address | UnsetType = UNSET
    first_name: PersonName | UnsetType = UNSET
    last_name: PersonName | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    roles: RoleNames | UnsetType = UNSET
