"""``WeekDay``: days of the week as DAG files write them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any

from tradewind.domain.errors import InvalidValue


class WeekDay(IntEnum):
    """Monday is 1, Sunday 7 (ISO 8601)."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    @classmethod
    def get_weekday_number(cls, week_day_str: str) -> WeekDay:
        """The day of that English name. Raises InvalidValue."""
        found = cls.__members__.get(week_day_str.upper())
        if found is None:
            raise InvalidValue("A day of the week", week_day_str, f"be one of {', '.join(cls.__members__)}")
        return found

    @classmethod
    def convert(cls, day: str | WeekDay) -> int:
        """The ISO number of a day."""
        return int(cls.get_weekday_number(day) if isinstance(day, str) else day)

    @classmethod
    def validate_week_day(cls, week_day: Any) -> set[int]:
        """The ISO numbers of one day or of several. Raises InvalidValue."""
        if isinstance(week_day, (str, WeekDay)):
            return {cls.convert(week_day)}
        if not isinstance(week_day, Iterable):
            raise InvalidValue("Days of the week", week_day, "be a day, or a set or list of days")
        return {cls.convert(day) for day in week_day}
