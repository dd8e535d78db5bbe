"""The state stores of tasks and assets."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tradewind.api.pagination import PlainPage
from tradewind.api.schemas.common import Answer, Body

MapIndex = Annotated[int, Meta(ge=-1, le=2**31 - 1)]


class TaskStateQuery(msgspec.Struct, kw_only=True):
    """Which instance of the task."""

    map_index: MapIndex = -1


class TaskStateListQuery(PlainPage, kw_only=True):
    """Which instance of the task, and which page."""

    map_index: MapIndex = -1


class TaskStateClearQuery(TaskStateQuery, kw_only=True):
    """Which instance of the task, or all."""

    all_map_indices: bool = False


class TaskStateStoreResponse(Answer, kw_only=True):
    """A value that a task keeps between its tries."""

    key: str
    value: Any
    updated_at: datetime
    expires_at: datetime | None


class TaskStateStoreCollectionResponse(Answer, kw_only=True):
    """A page of values."""

    task_state_store: list[TaskStateStoreResponse]
    total_entries: int


class TaskStateStoreBody(Body, kw_only=True):
    """A value, and how long it is kept: until then, as configured, or (null) for good."""

    value: Any
    expires_at: str | None = "default"


class TaskStateStorePatchBody(Body, kw_only=True):
    """A new value; it is kept as long as the old one."""

    value: Any


class AssetStateStoreLastUpdatedBy(Answer, kw_only=True):
    """Who wrote a value."""

    kind: Literal["task", "watcher", "api"]
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None


class AssetStateStoreResponse(Answer, kw_only=True):
    """A value that is kept about an asset."""

    key: str
    value: Any
    updated_at: datetime
    last_updated_by: AssetStateStoreLastUpdatedBy | None = None


class AssetStateStoreCollectionResponse(Answer, kw_only=True):
    """A page of values."""

    asset_state_store: list[AssetStateStoreResponse]
    total_entries: int


class AssetStateStoreBody(Body, kw_only=True):
    """A value."""

    value: Any
