"""The grid: runs as columns, tasks and groups as rows. Columns and cells are asked for apart, so that only
what is in view is read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tradewind.api.schemas.common import Answer, Body
from tradewind.domain.states import DagRunState, DagRunTriggeredBy, DagRunType, TaskInstanceState

MOST_COLUMNS = 200
NO_STATE = "no_status"
"""Stands for "no state yet" where states are keys."""

_Names = list[Annotated[str, Meta(max_length=250)]]


class UIGridRunsQuery(msgspec.Struct, kw_only=True):
    """Which columns: the newest, or those older than the run ``before``."""

    limit: Annotated[int, Meta(ge=1, le=MOST_COLUMNS)] = 25
    before: str | None = None
    state: list[DagRunState] = []
    run_type: list[DagRunType] = []


class UIGridRun(Answer, kw_only=True):
    """One column."""

    run_id: str
    state: DagRunState
    run_type: DagRunType
    run_after: datetime
    logical_date: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    """Seconds; of a running one until now."""
    row_version: int
    """Rises whenever something of the run changes: with the same number its cells are as they were."""
    version_number: int | None
    """Of the DAG, when the run was made."""
    has_note: bool
    triggered_by: DagRunTriggeredBy | None
    triggering_user_name: str | None
    backfill_id: int | None
    partition_key: str | None
    missed_deadline: bool


class UIGridRuns(Answer, kw_only=True):
    """Columns, newest first."""

    dag_id: str
    runs: list[UIGridRun]
    more: bool
    """There are older ones: ask with the last ``run_id`` as ``before``."""


class UIGridCellsBody(Body, kw_only=True):
    """Which cells: these rows of these runs. Groups are those of ``version_number``, or of the newest."""

    run_ids: Annotated[_Names, Meta(max_length=100)]
    task_ids: Annotated[_Names, Meta(max_length=200)] = msgspec.field(default_factory=list)
    group_ids: Annotated[_Names, Meta(max_length=200)] = msgspec.field(default_factory=list)
    version_number: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None


class UIGridCell(Answer, kw_only=True, omit_defaults=True):
    """One cell. What is not said is as for most: one task instance in its first try."""

    state: TaskInstanceState | None
    """Of several: the one that stands for all of them."""
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    """Where it is several task instances: how many by state; ``no_status`` for those without one yet."""
    mapped: bool = False
    try_number: int = 1


class UIGridColumn(Answer, kw_only=True):
    """The cells of one run, in the order of the rows that were asked for; null where the run has none."""

    run_id: str
    state: DagRunState
    row_version: int
    tasks: list[UIGridCell | None]
    groups: list[UIGridCell | None]


class UIGridCells(Answer, kw_only=True):
    """The cells of those of the runs that are there."""

    dag_id: str
    runs: list[UIGridColumn]


class UITaskSummary(Answer, kw_only=True, omit_defaults=True):
    """One task in one run: its instance, or all of its mapped ones together."""

    task_id: str
    state: TaskInstanceState | None
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    """As in a cell: where it is several."""
    mapped: bool = False
    try_number: int = 0
    """The highest."""
    scheduled_when: datetime | None = None
    queued_when: datetime | None = None
    """The earliest."""
    start_date: datetime | None = None
    """The earliest."""
    end_date: datetime | None = None
    """The latest; None while one of them has not ended."""


class UITaskSummaries(Answer, kw_only=True):
    """Every task of a run, by task id."""

    dag_id: str
    run_id: str
    state: DagRunState
    run_after: datetime
    start_date: datetime | None
    end_date: datetime | None
    version_number: int | None
    row_version: int
    tasks: list[UITaskSummary]
