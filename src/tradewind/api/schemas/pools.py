"""Pools."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer, Body, Description, TeamName

PoolName = Annotated[str, Meta(max_length=256)]
Slots = Annotated[int, Meta(ge=-1)]
"""A number of slots; -1 means no limit."""


class PoolResponse(Answer, kw_only=True):
    """A pool and who holds its slots; -1 slots means no limit."""

    name: str
    slots: int
    description: str | None
    include_deferred: bool
    occupied_slots: int
    running_slots: int
    queued_slots: int
    scheduled_slots: int
    open_slots: int
    deferred_slots: int
    team_name: str | None = None


class PoolCollectionResponse(Answer, kw_only=True):
    """A page of pools."""

    pools: list[PoolResponse]
    total_entries: int


class PoolQuery(Paged, kw_only=True):
    """Which pools to list."""

    pool_name_pattern: str | None = None
    pool_name_prefix_pattern: str | None = None


class PoolBody(Body, kw_only=True):
    """A new pool."""

    name: PoolName
    slots: Slots
    description: Description | UnsetType | None = UNSET
    include_deferred: bool | UnsetType = UNSET
    team_name: TeamName | UnsetType | None = UNSET


class PoolPatchBody(Body, kw_only=True):
    """What to change of a pool."""

    pool: PoolName | UnsetType | None = UNSET
    slots: Slots | UnsetType | None = UNSET
    description: Description | UnsetType | None = UNSET
    include_deferred: bool | UnsetType | None = UNSET
    team_name: TeamName | UnsetType | None = UNSET
