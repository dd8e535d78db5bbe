"""Backfills."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from tradewind.api.pagination import Paged
from tradewind.api.schemas.common import Answer, Aware, Body, JsonObject

Reprocess = Literal["failed", "completed", "none"]


class BackfillResponse(Answer, kw_only=True):
    """One backfill."""

    id: int
    dag_id: str
    from_date: datetime
    to_date: datetime
    dag_run_conf: JsonObject | None
    is_paused: bool
    reprocess_behavior: Reprocess
    max_active_runs: int
    created_at: datetime
    completed_at: datetime | None
    updated_at: datetime
    dag_display_name: str


class BackfillCollectionResponse(Answer, kw_only=True):
    """A page of backfills."""

    backfills: list[BackfillResponse]
    total_entries: int


class BackfillPostBody(Body, kw_only=True):
    """Ask for a backfill. ``run_on_latest_version`` null: as the DAG says, else true."""

    dag_id: str
    from_date: Aware
    to_date: Aware
    run_backwards: bool = False
    dag_run_conf: JsonObject | None = None
    reprocess_behavior: Reprocess = "none"
    max_active_runs: Annotated[int, Meta(ge=1)] = 10
    run_on_latest_version: bool | None = None


class DryRunBackfillResponse(Answer, kw_only=True):
    """One run that a backfill would have."""

    logical_date: datetime | None
    partition_key: str | None = None
    partition_date: datetime | None = None


class DryRunBackfillCollectionResponse(Answer, kw_only=True):
    """The runs that a backfill would have."""

    backfills: list[DryRunBackfillResponse]
    total_entries: int


class BackfillQuery(Paged, kw_only=True):
    """Which backfills to list; without ``dag_id`` those of all DAGs."""

    dag_id: str | None = None
