"""Assets, events, aliases, and what waits for them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer, Aware, Body, JsonObject, Note, PartitionKey
from tradewind.domain import bounds


class AssetAliasResponse(Answer, kw_only=True):
    """An alias."""

    id: int
    name: str
    group: str


class AssetAliasCollectionResponse(Answer, kw_only=True):
    """A page of aliases."""

    asset_aliases: list[AssetAliasResponse]
    total_entries: int


class AliasQuery(Paged, kw_only=True):
    """Which aliases to list."""

    name_pattern: str | None = None
    name_prefix_pattern: str | None = None


class DagScheduleAssetReference(Answer, kw_only=True):
    """A DAG that waits for the asset."""

    dag_id: str
    created_at: datetime
    updated_at: datetime


class TaskAssetReference(Answer, kw_only=True):
    """A task that updates the asset, or reads it."""

    dag_id: str
    task_id: str
    created_at: datetime
    updated_at: datetime


class LastAssetEventResponse(Answer, kw_only=True):
    """The newest event."""

    id: int | None
    timestamp: datetime | None


class AssetWatcherResponse(Answer, kw_only=True):
    """What updates an asset from outside."""

    name: str
    trigger_id: int
    created_date: datetime


class AssetResponse(Answer, kw_only=True):
    """An asset and who mentions it."""

    id: int
    name: str
    uri: str
    group: str
    extra: Any
    created_at: datetime
    updated_at: datetime
    scheduled_dags: list[DagScheduleAssetReference]
    producing_tasks: list[TaskAssetReference]
    consuming_tasks: list[TaskAssetReference]
    aliases: list[AssetAliasResponse]
    watchers: list[AssetWatcherResponse] = msgspec.field(default_factory=list)
    last_asset_event: LastAssetEventResponse | None = None


class AssetCollectionResponse(Answer, kw_only=True):
    """A page of assets."""

    assets: list[AssetResponse]
    total_entries: int


class AssetQuery(Paged, kw_only=True):
    """Which assets to list."""

    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    uri_pattern: str | None = None
    uri_prefix_pattern: str | None = None
    dag_ids: tuple[str, ...] = ()
    only_active: bool = True


class DagRunAssetReference(Answer, kw_only=True):
    """A run that an event made."""

    run_id: str
    dag_id: str
    logical_date: datetime | None
    start_date: datetime
    end_date: datetime | None
    state: str
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    partition_key: str | None
    triggering: bool = True


class AssetEventResponse(Answer, kw_only=True):
    """An update of an asset."""

    id: int
    asset_id: int
    uri: str | None
    name: str | None
    group: str | None
    extra: Any
    source_task_id: str | None
    source_dag_id: str | None
    source_run_id: str | None
    source_map_index: int
    created_dagruns: list[DagRunAssetReference]
    timestamp: datetime
    partition_key: str | None


class AssetEventCollectionResponse(Answer, kw_only=True):
    """A page of events."""

    asset_events: list[AssetEventResponse]
    total_entries: int


class AssetEventQuery(Paged, kw_only=True):
    """Which events to list."""

    asset_id: int | None = None
    source_dag_id: str | None = None
    source_task_id: str | None = None
    source_run_id: str | None = None
    source_map_index: int | None = None
    name_pattern: str | None = None
    name_prefix_pattern: str | None = None
    timestamp_gte: datetime | None = None
    timestamp_gt: datetime | None = None
    timestamp_lte: datetime | None = None
    timestamp_lt: datetime | None = None


class CreateAssetEventsBody(Body, kw_only=True):
    """Somebody outside updated an asset."""

    asset_id: int
    partition_key: Annotated[str, Meta(min_length=1, max_length=bounds.PARTITION_KEY)] | None = None
    extra: JsonObject = msgspec.field(default_factory=dict)
    access_control: JsonObject | None = None


class MaterializeAssetBody(Body, kw_only=True):
    """The run that shall update an asset."""

    dag_run_id: str | None = None
    data_interval_start: Aware | None = None
    data_interval_end: Aware | None = None
    logical_date: Aware | None = None
    run_after: Aware | None = None
    conf: JsonObject | None = None
    note: Note | None = None
    partition_key: PartitionKey | None = None


class QueuedEventResponse(Answer, kw_only=True):
    """An update that a DAG has not been run for yet."""

    dag_id: str
    asset_id: int
    created_at: datetime
    dag_display_name: str


class QueuedEventCollectionResponse(Answer, kw_only=True):
    """All that waits."""

    queued_events: list[QueuedEventResponse]
    total_entries: int


class BeforeQuery(msgspec.Struct, kw_only=True):
    """Only what was asked for before a moment."""

    before: datetime | None = None
