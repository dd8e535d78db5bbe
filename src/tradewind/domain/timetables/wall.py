"""Cron fields on a wall clock: naive local times, no time zone."""

from __future__ import annotations

import calendar
from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from tradewind.domain.timetables import fields as cron_fields

_DAY: Final = timedelta(days=1)
SEARCH_YEARS: Final = 50
"""How far a match is looked for; the rarest sensible one (29 February, fifth Monday) comes within 40."""


class WallClock:
    """Next and previous local time that matches. Immutable, but for a cache of months."""

    __slots__ = ("_days", "_times", "fields")

    def __init__(self, fields: cron_fields.Fields) -> None:
        self.fields = fields
        self._times = [
            hour * 3600 + minute * 60 + second
            for hour in fields.hours
            for minute in fields.minutes
            for second in fields.seconds
        ]
        self._days: dict[tuple[int, int], tuple[int, ...]] = {}

    def after(self, wall: datetime) -> datetime | None:
        """The first match later than ``wall``; None if there is none for fifty years."""
        index = bisect_right(self._times, _second_of_day(wall))
        if index < len(self._times) and wall.day in self._month(wall.year, wall.month):
            return _at(wall, self._times[index])
        day = self._next_day(wall)
        return None if day is None else _at(day, self._times[0])

    def before(self, wall: datetime) -> datetime | None:
        """The last match earlier than ``wall``; None if there is none for fifty years."""
        find = bisect_right if wall.microsecond else bisect_left
        index = find(self._times, _second_of_day(wall))
        if index and wall.day in self._month(wall.year, wall.month):
            return _at(wall, self._times[index - 1])
        day = self._previous_day(wall)
        return None if day is None else _at(day, self._times[-1])

    def _next_day(self, wall: datetime) -> datetime | None:
        year, month, day = wall.year, wall.month, wall.day
        for _ in range(SEARCH_YEARS * 12):
            days = self._month(year, month)
            index = bisect_right(days, day)
            if index < len(days):
                return datetime(year, month, days[index])  # noqa: DTZ001 - a wall clock has no zone
            year, month, day = (year, month + 1, 0) if month < 12 else (year + 1, 1, 0)
            if year > 9000:
                break
        return None

    def _previous_day(self, wall: datetime) -> datetime | None:
        year, month, day = wall.year, wall.month, wall.day
        for _ in range(SEARCH_YEARS * 12):
            days = self._month(year, month)
            index = bisect_left(days, day)
            if index:
                return datetime(year, month, days[index - 1])  # noqa: DTZ001 - a wall clock has no zone
            year, month, day = (year, month - 1, 32) if month > 1 else (year - 1, 12, 32)
            if year < 2:
                break
        return None

    def _month(self, year: int, month: int) -> tuple[int, ...]:
        """The matching days of a month, sorted."""
        found = self._days.get((year, month))
        if found is None:
            if len(self._days) > 2048:
                self._days.clear()
            found = self._days[year, month] = self._matching(year, month)
        return found

    def _matching(self, year: int, month: int) -> tuple[int, ...]:
        fields = self.fields
        if month not in fields.months or (fields.years is not None and year not in fields.years):
            return ()
        first, length = calendar.monthrange(year, month)
        first = (first + 1) % 7  # Sunday is 0
        if fields.nth:
            return _nth_days(fields.nth, first, length)
        by_date = fields.days is not None or fields.last_day
        by_weekday = fields.weekdays is not None
        if not by_date and not by_weekday:
            return tuple(range(1, length + 1))
        # As in every cron: restricted by date and by weekday means either of them.
        dates = (set(fields.days or ()) | ({length} if fields.last_day else set())) if by_date else set()
        weekdays = fields.weekdays or frozenset()
        return tuple(day for day in range(1, length + 1) if day in dates or (first + day - 1) % 7 in weekdays)


@lru_cache(maxsize=4096)
def clock(expression: str) -> WallClock:
    """The clock of an expression. Raises AirflowTimetableInvalid."""
    return WallClock(cron_fields.parse(expression))


def _nth_days(nth: tuple[tuple[int, int], ...], first: int, length: int) -> tuple[int, ...]:
    found: set[int] = set()
    for weekday, n in nth:
        days = range(1 + (weekday - first) % 7, length + 1, 7)
        if n == -1 or n <= len(days):
            found.add(days[-1 if n == -1 else n - 1])
    return tuple(sorted(found))


def _second_of_day(wall: datetime) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second


def _at(day: datetime, second: int) -> datetime:
    hour, rest = divmod(second, 3600)
    minute, second = divmod(rest, 60)
    return day.replace(hour=hour, minute=minute, second=second, microsecond=0, fold=0)
