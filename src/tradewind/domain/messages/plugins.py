"""Between the scheduler and the plug-in host."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class AskTimetable(msgspec.Struct, frozen=True, kw_only=True):
    """When is the next run of a DAG whose timetable a plug-in brings? Times are aware UTC."""

    ticket: int
    dag_id: str
    name: str
    """Module and class of the timetable."""
    data: dict[str, Any] = {}
    """What its ``serialize`` gave."""
    last_start: datetime | None = None
    last_end: datetime | None = None
    """Data interval of the newest automated run."""
    last_run_after: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    catchup: bool = False


class TimetableSays(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. Without ``run_after``: no further run. ``error`` says why there is no answer."""

    ticket: int
    run_after: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    error: str = ""
