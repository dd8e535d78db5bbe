"""Ticks at a fixed distance from an anchor.

A timedelta is exact seconds. Calendar distances (years, months, days of a relativedelta) are counted on the
wall clock of the DAG's zone, so that a month after 10:00 is 10:00. All ticks are counted from the anchor, not
from each other: a month after 31 January is 28 February, and the one after that 31 March.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from tradewind.domain.errors import AirflowTimetableInvalid
from tradewind.domain.spec.timetable import Delta
from tradewind.domain.timetables import ticks, zones

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SAMPLES: Final = tuple(datetime(2024, 1, day, tzinfo=UTC) for day in range(1, 9))


class DeltaTicks:
    """``anchor + n * delta`` for every whole n, negative ones too."""

    __slots__ = ("_anchor", "_delta", "_period", "_tz")

    def __init__(self, delta: Delta, anchor: datetime, tz: tzinfo) -> None:
        self._delta, self._anchor, self._tz = delta, anchor, tz
        self._period = approximate(delta)

    def after(self, moment: datetime) -> datetime | None:
        """The first tick later than ``moment``."""
        n = self._guess(moment)
        while self._tick(n) > moment:
            n -= 1
        while self._tick(n) <= moment:
            n += 1
        return self._tick(n)

    def before(self, moment: datetime) -> datetime | None:
        """The last tick earlier than ``moment``."""
        n = self._guess(moment)
        while self._tick(n) < moment:
            n += 1
        while self._tick(n) >= moment:
            n -= 1
        return self._tick(n)

    def _guess(self, moment: datetime) -> int:
        return (moment - self._anchor) // self._period

    def _tick(self, n: int) -> datetime:
        return add(self._anchor, self._delta, n, self._tz)


class WeekdayTicks:
    """An anchor and what follows step by step: ``relativedelta(days=1, weekday=MO)`` is "the next Monday".

    Such steps have no length of their own, so that there is no way back before the anchor.
    """

    __slots__ = ("_anchor", "_delta", "_tz")

    def __init__(self, delta: Delta, anchor: datetime, tz: tzinfo) -> None:
        self._delta, self._anchor, self._tz = delta, anchor, tz

    def after(self, moment: datetime) -> datetime | None:
        """The first tick later than ``moment``."""
        return next(tick for tick in self._walk() if tick > moment)

    def before(self, moment: datetime) -> datetime | None:
        """The last tick earlier than ``moment``, or None."""
        found = None
        for tick in self._walk():
            if tick >= moment:
                break
            found = tick
        return found

    def _walk(self) -> Iterator[datetime]:
        tick = self._anchor
        while True:
            yield tick
            tick = add(tick, self._delta, 1, self._tz)


def ticks_from(anchor: datetime, delta: Delta, tz: tzinfo) -> ticks.Ticks:
    """The ticks at a distance of ``delta`` that go through ``anchor``."""
    kind = DeltaTicks if delta.weekday is None else WeekdayTicks
    return ticks.Sayable(kind(delta, anchor, tz))


def add(moment: datetime, delta: Delta, n: int, tz: tzinfo) -> datetime:
    """``moment`` and ``n`` times ``delta``, in UTC."""
    exact = timedelta(seconds=delta.seconds * n)
    if not is_calendar(delta):
        return moment + exact
    wall = moment.astimezone(tz).replace(tzinfo=None)
    months = wall.year * 12 + wall.month - 1 + (delta.years * 12 + delta.months) * n
    year, month = divmod(months, 12)
    day = min(wall.day, calendar.monthrange(year, month + 1)[1])
    wall = wall.replace(year=year, month=month + 1, day=day, fold=0) + timedelta(days=delta.days * n)
    if n and delta.weekday is not None:
        wall = _to_weekday(wall, delta.weekday, delta.weekday_n or 1)
    return zones.instant(wall, tz) + exact


def is_calendar(delta: Delta) -> bool:
    """It has parts whose length in seconds depends on where in the calendar they lie."""
    return bool(delta.days or delta.months or delta.years or delta.weekday is not None)


def approximate(delta: Delta) -> timedelta:
    """Roughly how long it is; a weekday alone counts as a week."""
    days = delta.days + delta.months * 30.436875 + delta.years * 365.2425
    if not days and delta.weekday is not None:
        days = 7.0
    return timedelta(days=days, seconds=delta.seconds)


def check(delta: Delta) -> None:
    """Raises AirflowTimetableInvalid for a delta that does not move forward from everywhere."""
    forward = all(add(moment, delta, 1, UTC) > moment for moment in _SAMPLES)
    if forward and approximate(delta) >= timedelta(microseconds=1):
        return
    raise AirflowTimetableInvalid(
        f"A schedule's interval must be positive, got {text(delta)!r}. Use for example timedelta(hours=1)."
    )


def text(delta: Delta) -> str:
    """For people: ``1 day, 2:00:00``, ``2 months``."""
    parts = [
        f"{value} {name}{'' if abs(value) == 1 else 's'}"
        for value, name in ((delta.years, "year"), (delta.months, "month"))
        if value
    ]
    if delta.weekday is not None:
        parts.append(f"on {calendar.day_name[delta.weekday]} {delta.weekday_n or 1}")
    rest = timedelta(days=delta.days, seconds=delta.seconds)
    if rest or not parts:
        parts.append(str(rest))
    return ", ".join(parts)


def _to_weekday(wall: datetime, weekday: int, n: int) -> datetime:
    """As dateutil's ``weekday(n)``: the nth such day at or after (n > 0), or at or before (n < 0)."""
    if n > 0:
        return wall + timedelta(days=(weekday - wall.weekday()) % 7 + 7 * (n - 1))
    return wall - timedelta(days=(wall.weekday() - weekday) % 7 + 7 * (-n - 1))
