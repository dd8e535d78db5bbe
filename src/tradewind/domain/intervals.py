"""Spans of time that runs stand for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import msgspec

from tradewind.domain.errors import InvalidValue

MOST_RUNS: Final = 10_000
"""Runs that one backfill may have: they are made in one transaction, for which other writers wait."""


class DataInterval(msgspec.Struct, frozen=True):
    """The half-open span [start, end) of data that a run works on; both ends aware, UTC."""

    start: datetime
    end: datetime

    @classmethod
    def exact(cls, at: datetime) -> DataInterval:
        """An interval of length zero."""
        return cls(at, at)


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """When a timetable wants its next run.

    ``run_after`` is the earliest moment at which the run may be made; ``logical_date`` names it (what
    Airflow 1.x and 2.x call execution date). A timetable of a plug-in may give the run an id of its own, and
    a partition, which then stands in place of logical date and interval.
    """

    run_after: datetime
    logical_date: datetime
    data_interval: DataInterval
    run_id: str | None = None
    partition_key: str | None = None
    partition_date: datetime | None = None


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """What bounds a timetable: the DAG's start and end, and whether missed runs are made."""

    earliest: datetime | None
    latest: datetime | None
    catchup: bool


def require_aware(name: str, value: datetime) -> datetime:
    """The value in UTC. Raises InvalidValue for a datetime without time zone."""
    if value.tzinfo is None or value.utcoffset() is None:
        raise InvalidValue(name, value.isoformat(), "have a time zone (for example end with +00:00)")
    return value.astimezone(UTC)
