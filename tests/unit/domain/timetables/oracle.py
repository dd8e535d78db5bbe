"""The slow truth about cron: every minute is looked at.

Written from the definition, not from the code under test. Moments are found by walking UTC minutes (an
expression that ticks in every hour) or the minutes of a wall clock (one with fixed hours).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def matches(expression: str, wall: datetime) -> bool:
    minute, hour, day, month, weekday = expression.split()
    if not (
        _field(minute, wall.minute, 0, 59)
        and _field(hour, wall.hour, 0, 23)
        and _field(month, wall.month, 1, 12)
    ):
        return False
    by_day = _field(day, wall.day, 1, 31)
    cron_weekday = wall.isoweekday() % 7
    by_weekday = _field(weekday, cron_weekday, 0, 7) or (cron_weekday == 0 and _field(weekday, 7, 0, 7))
    if day == "*" or weekday == "*":
        return by_day and by_weekday
    return by_day or by_weekday


def _field(text: str, value: int, low: int, high: int) -> bool:
    for item in text.split(","):
        span, _, step = item.partition("/")
        if span == "*":
            first, last = low, high
        elif "-" in span:
            first, last = (int(part) for part in span.split("-"))
        else:
            first = last = int(span)
        if first <= value <= last and (value - first) % int(step or 1) == 0:
            return True
    return False


def ticks(expression: str, tz: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """All ticks in (start, end), UTC, in order; ``start`` and ``end`` are whole UTC minutes."""
    every_hour = all(_field(expression.split()[1], hour, 0, 23) for hour in range(24))
    found = _by_moment(expression, tz, start, end) if every_hour else _by_wall(expression, tz, start, end)
    return sorted(tick for tick in found if start < tick < end)


def _by_moment(expression: str, tz: ZoneInfo, start: datetime, end: datetime) -> set[datetime]:
    found = set()
    moment = start
    while moment < end:
        if matches(expression, moment.astimezone(tz).replace(tzinfo=None)):
            found.add(moment)
        moment += MINUTE
    return found


def _by_wall(expression: str, tz: ZoneInfo, start: datetime, end: datetime) -> set[datetime]:
    found = set()
    wall = start.replace(tzinfo=None) - timedelta(days=2)
    while wall < end.replace(tzinfo=None) + timedelta(days=2):
        if matches(expression, wall):
            found.add(shown_at(wall, tz))
        wall += MINUTE
    return found


def shown_at(wall: datetime, tz: ZoneInfo) -> datetime:
    """The last moment at which the clock shows ``wall``; a skipped time is counted on from before the gap."""
    guess = wall.replace(tzinfo=UTC)
    shown = [
        moment
        for quarter in range(-15 * 4, 15 * 4 + 1)
        if (moment := guess + timedelta(minutes=15 * quarter)).astimezone(tz).replace(tzinfo=None) == wall
    ]
    if shown:
        return max(shown)
    return shown_at(wall - timedelta(hours=24), tz) + timedelta(hours=24)
