"""Cron ticks as moments: wall clock times of a time zone, turned into UTC.

Where the zone's offset does not change nearby, one step on the wall clock is the answer. Near a change, wall
times and moments are not in the same order (a skipped time moves behind the gap, a repeated one comes
twice), so every wall time that could give the answer is tried: a moment lies between ``wall - highest
offset`` and ``wall - lowest offset``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final

from tradewind.domain.timetables import ticks, wall, zones

_NEARBY: Final = timedelta(hours=26)
"""Wide enough for the widest change there was: Samoa skipped a day."""
_FIRST_WALL: Final = ticks.FIRST.replace(tzinfo=None)
_LAST_WALL: Final = ticks.LAST.replace(tzinfo=None)
_SAYABLE: Final = (ticks.FIRST + timedelta(days=1), ticks.LAST - timedelta(days=1))
"""Between these every zone's clock shows a year that there is."""


class CronTicks:
    """The ticks of one expression in one zone."""

    __slots__ = ("_clock", "_fixed", "_moments", "_offsets_by_day", "_tz")

    def __init__(self, expression: str, tz: tzinfo) -> None:
        self._clock = wall.clock(expression)
        self._tz = tz
        self._fixed = tz.utcoffset(None) if isinstance(tz, timezone) else None
        self._offsets_by_day: dict[int, tuple[timedelta, timedelta]] = {}
        self._moments = zones.moments if self._clock.fields.every_hour else _one_moment

    def after(self, moment: datetime) -> datetime | None:
        """The first tick later than ``moment``; None if there is none for fifty years."""
        if self._fixed is not None:
            found = self._clock.after(moment.replace(tzinfo=None) + self._fixed)
            return None if found is None else (found - self._fixed).replace(tzinfo=UTC)
        low, _ = self._offsets(moment)
        best: datetime | None = None
        for local in self._walls_after(moment.replace(tzinfo=None), low):
            if best is not None and (local - self._offsets(best)[1]).replace(tzinfo=UTC) >= best:
                break
            for tick in self._moments(local, self._tz):
                if tick > moment and (best is None or tick < best):
                    best = tick
            if best is not None and self._calm(best):
                break
        return best

    def before(self, moment: datetime) -> datetime | None:
        """The last tick earlier than ``moment``; None if there is none for fifty years."""
        if self._fixed is not None:
            found = self._clock.before(moment.replace(tzinfo=None) + self._fixed)
            return None if found is None else (found - self._fixed).replace(tzinfo=UTC)
        _, high = self._offsets(moment)
        best: datetime | None = None
        for local in self._walls_before(moment.replace(tzinfo=None), high):
            if best is not None and (local - self._offsets(best)[0]).replace(tzinfo=UTC) <= best:
                break
            for tick in self._moments(local, self._tz):
                if tick < moment and (best is None or tick > best):
                    best = tick
            if best is not None and self._calm(best):
                break
        return best

    def _walls_after(self, moment: datetime, offset: timedelta) -> Iterator[datetime]:
        """The matches later than a moment looks on a clock with that offset; all from the first wall time on
        where that would lie before it, none where it would lie behind the last.
        """
        try:
            found = self._clock.after(moment + offset)
        except OverflowError:
            if offset > timedelta():
                return
            found = self._clock.before(_FIRST_WALL + ticks.MICROSECOND) or self._clock.after(_FIRST_WALL)
        while found is not None:
            yield found
            found = self._clock.after(found)

    def _walls_before(self, moment: datetime, offset: timedelta) -> Iterator[datetime]:
        """As ``_walls_after``, the other way."""
        try:
            found = self._clock.before(moment + offset)
        except OverflowError:
            if offset < timedelta():
                return
            found = self._clock.before(_LAST_WALL)
        while found is not None:
            yield found
            found = self._clock.before(found)

    def _calm(self, moment: datetime) -> bool:
        low, high = self._offsets(moment)
        return low == high

    def _offsets(self, moment: datetime) -> tuple[timedelta, timedelta]:
        """Lowest and highest UTC offset around a moment's day."""
        day = moment.toordinal()
        found = self._offsets_by_day.get(day)
        if found is None:
            if len(self._offsets_by_day) > 1024:
                self._offsets_by_day.clear()
            found = self._offsets_by_day[day] = self._measure(moment)
        return found

    def _measure(self, moment: datetime) -> tuple[timedelta, timedelta]:
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        samples = (ticks.shifted(midnight, by) for by in (-_NEARBY, _NEARBY, timedelta(days=1) + _NEARBY))
        sayable = [min(max(sample, _SAYABLE[0]), _SAYABLE[1]) for sample in samples]
        offsets = [sample.astimezone(self._tz).utcoffset() or timedelta() for sample in sayable]
        return min(offsets), max(offsets)


def _one_moment(local: datetime, tz: tzinfo) -> tuple[datetime, ...]:
    return (zones.instant(local, tz),)


@lru_cache(maxsize=4096)
def cron_ticks(expressions: tuple[str, ...], zone_name: str) -> ticks.Ticks:
    """The ticks of one or several expressions. Raises AirflowTimetableInvalid."""
    tz = zones.zone(zone_name)
    parts = [ticks.Sayable(CronTicks(expression, tz)) for expression in expressions]
    return parts[0] if len(parts) == 1 else ticks.Union(parts)
