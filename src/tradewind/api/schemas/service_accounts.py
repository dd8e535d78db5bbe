"""Service accounts and their tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from tradewind.api.schemas.common import Answer, Body
from tradewind.domain import bounds

AccountName = Annotated[str, Meta(min_length=1, max_length=100)]


class ServiceAccountResponse(Answer, kw_only=True):
    """A name under which a program uses the API."""

    name: str
    description: str
    created_on: datetime


class ServiceAccountCollectionResponse(Answer, kw_only=True):
    """All service accounts."""

    service_accounts: list[ServiceAccountResponse]
    total_entries: int


class ServiceAccountBody(Body, kw_only=True):
    """A new service account."""

    name: AccountName
    description: Annotated[str, Meta(max_length=bounds.DESCRIPTION_OF_ACCOUNT)] = ""


class TokenQuery(Body, kw_only=True):
    """Whose tokens to list; without it, those of all."""

    account: str | None = None


class TokenResponse(Answer, kw_only=True):
    """A token, without what it is."""

    id: int
    account: str
    scopes: list[str]
    created_on: datetime
    expires_on: datetime
    last_used_on: datetime | None


class TokenCollectionResponse(Answer, kw_only=True):
    """Tokens."""

    tokens: list[TokenResponse]
    total_entries: int


class TokenBody(Body, kw_only=True):
    """A new token: a scope is the name of a role, or such as ``can_read:DAGs``."""

    account: AccountName
    scopes: Annotated[list[Annotated[str, Meta(max_length=500)]], Meta(min_length=1, max_length=100)]
    expires: Annotated[str, Meta(max_length=20)] = "30d"
    """How long it is good: 30d, 12h, … at most 366d."""


class NewTokenResponse(Answer, kw_only=True):
    """A new token, which is not shown again."""

    token: str
    id: int
    account: str
    scopes: list[str]
    expires_on: datetime
