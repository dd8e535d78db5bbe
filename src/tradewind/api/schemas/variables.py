"""Variables."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer, Body, Description, TeamName


class VariableResponse(Answer, kw_only=True):
    """A variable. The value of one whose key tells a secret, and such parts of JSON, are ``***``."""

    key: str
    value: str | None
    description: str | None
    is_encrypted: bool
    team_name: str | None = None


class VariableCollectionResponse(Answer, kw_only=True):
    """A page of variables."""

    variables: list[VariableResponse]
    total_entries: int


class VariableQuery(Paged, kw_only=True):
    """Which variables to list."""

    variable_key_pattern: str | None = None
    variable_key_prefix_pattern: str | None = None


class VariableBody(Body, kw_only=True):
    """A variable, or what to change of one. A value that is no text is kept as its JSON."""

    key: Annotated[str, Meta(max_length=250)]
    value: Any
    description: Description | UnsetType | None = UNSET
    team_name: TeamName | UnsetType | None = UNSET
