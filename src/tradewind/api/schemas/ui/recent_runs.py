"""The newest runs of DAGs, as bars."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from tradewind.api.schemas.common import Answer
from tradewind.domain.states import DagRunState, DagRunType

MOST_DAGS = 200
MOST_RUNS = 100


class UIRecentRunsQuery(msgspec.Struct, kw_only=True):
    """Of which DAGs, and how many of each."""

    dag_id: Annotated[list[str], Meta(max_length=MOST_DAGS)] = []
    limit: Annotated[int, Meta(ge=1, le=MOST_RUNS)] = 14


class UIRecentRun(Answer, kw_only=True):
    """One bar."""

    run_id: str
    state: DagRunState
    run_type: DagRunType
    run_after: datetime
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    """Seconds; of a running one until now."""


class UIRecentRunsOfDag(Answer, kw_only=True):
    """The bars of one DAG, newest first."""

    dag_id: str
    runs: list[UIRecentRun]


class UIRecentRuns(Answer, kw_only=True):
    """Of the DAGs that were asked for and have runs, in that order."""

    dags: list[UIRecentRunsOfDag]
