"""What all schedules by time have in common: a set of moments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

MICROSECOND: Final = timedelta(microseconds=1)
FIRST: Final = datetime.min.replace(tzinfo=UTC)
LAST: Final = datetime.max.replace(tzinfo=UTC)
"""The edges of time: a ``datetime`` can say nothing beyond."""


class Ticks(Protocol):
    """A set of UTC moments, without beginning or end, or with."""

    def after(self, moment: datetime) -> datetime | None:
        """The first tick later than ``moment``, or None."""

    def before(self, moment: datetime) -> datetime | None:
        """The last tick earlier than ``moment``, or None."""


def at_or_after(ticks: Ticks, moment: datetime) -> datetime | None:
    """``moment`` itself if it is a tick, else the next one. The first moment of all is never one."""
    return ticks.after(shifted(moment, -MICROSECOND))


def at_or_before(ticks: Ticks, moment: datetime) -> datetime | None:
    """``moment`` itself if it is a tick, else the one before."""
    return ticks.before(shifted(moment, MICROSECOND))


def shifted(moment: datetime, by: timedelta) -> datetime:
    """``moment + by``, or the edge of time where that lies beyond it."""
    try:
        return moment + by
    except OverflowError:
        return LAST if by > timedelta() else FIRST


class Sayable:
    """Those of some ticks that a ``datetime`` can say: near the edges of time there are none."""

    __slots__ = ("_ticks",)

    def __init__(self, ticks: Ticks) -> None:
        self._ticks = ticks

    def after(self, moment: datetime) -> datetime | None:
        """The first tick later than ``moment``, or None."""
        try:
            return self._ticks.after(moment)
        except (OverflowError, ValueError):  # a year that is not between 1 and 9999 is a ValueError
            return None

    def before(self, moment: datetime) -> datetime | None:
        """The last tick earlier than ``moment``, or None."""
        try:
            return self._ticks.before(moment)
        except (OverflowError, ValueError):
            return None


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
