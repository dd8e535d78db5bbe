"""The list of assets, and the partitions of one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tradewind.api.schemas.common import Answer
from tradewind.domain.states import DagRunState

_Limit = Annotated[int, Meta(ge=1, le=200)]
_Offset = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class UIAssetsQuery(msgspec.Struct, kw_only=True):
    """Which assets that some DAG mentions: those whose name, URI or group hold ``q``."""

    q: Annotated[str, Meta(max_length=500)] = ""
    order_by: Literal["name", "-name", "uri", "-uri", "group", "-group"] = "name"
    limit: _Limit = 100
    offset: _Offset = 0


class UIAsset(Answer, kw_only=True):
    """An asset in one line."""

    id: int
    name: str
    uri: str
    group: str
    producers: list[str]
    """DAGs with a task that updates it."""
    consumers: list[str]
    """DAGs that are scheduled by it, or have a task that reads it."""
    events: int
    last_event: datetime | None


class UIAssets(Answer, kw_only=True):
    """One page."""

    assets: list[UIAsset]
    total: int


class UIPartitionsQuery(msgspec.Struct, kw_only=True):
    """Which part of the list."""

    limit: _Limit = 100
    offset: _Offset = 0


class UIPartitionTarget(Answer, kw_only=True):
    """What a partition became for a DAG that waits for it."""

    dag_id: str
    dag_display_name: str
    partition_key: str
    """Of the DAG's run: the DAG's mapper made it of the asset's."""
    waits: bool
    """Something of it is not there yet."""
    run_id: str | None
    state: DagRunState | None


class UIPartition(Answer, kw_only=True):
    """A partition of an asset: the events that named it."""

    partition_key: str
    events: int
    last_event: datetime
    targets: list[UIPartitionTarget]


class UIPartitions(Answer, kw_only=True):
    """That of the newest event first."""

    partitions: list[UIPartition]
    total: int
