"""What all schedules by time have in common: a set of moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

MICROSECOND: Final = timedelta(microseconds=1)


class Ticks(Protocol):
    """A set of UTC moments, without beginning or end, or with."""

    def after(self, moment: datetime) -> datetime | None:
        """The first tick later than ``moment``, or None."""

    def before(self, moment: datetime) -> datetime | None:
        """The last tick earlier than ``moment``, or None."""


def at_or_after(ticks: Ticks, moment: datetime) -> datetime | None:
    """``moment`` itself if it is a tick, else the next one."""
    return ticks.after(moment - MICROSECOND)


def at_or_before(ticks: Ticks, moment: datetime) -> datetime | None:
    """``moment`` itself if it is a tick, else the one before."""
    return ticks.before(moment + MICROSECOND)


class Union:
    """Several sets of ticks taken as one."""

    __slots__ = ("_parts",)

    def __init__(self, parts: Sequence[Ticks]) -> None:
        self._parts = tuple(parts)

    def after(self, moment: datetime) -> datetime | None:
        """The first tick of any part later than ``moment``, or None."""
        return min((tick for part in self._parts if (tick := part.after(moment))), default=None)

    def before(self, moment: datetime) -> datetime | None:
        """The last tick of any part earlier than ``moment``, or None."""
        return max((tick for part in self._parts if (tick := part.before(moment))), default=None)


class Listed:
    """Ticks written out, in order."""

    __slots__ = ("_moments",)

    def __init__(self, moments: Sequence[datetime]) -> None:
        self._moments = tuple(sorted(set(moments)))

    def after(self, moment: datetime) -> datetime | None:
        """The first one later than ``moment``, or None."""
        return next((tick for tick in self._moments if tick > moment), None)

    def before(self, moment: datetime) -> datetime | None:
        """The last one earlier than ``moment``, or None."""
        return next((tick for tick in reversed(self._moments) if tick < moment), None)
