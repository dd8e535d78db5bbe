"""Time zones by name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from tradewind.domain.errors import AirflowTimetableInvalid

_FIXED = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})")
_UTC_NAMES = frozenset({"", "UTC", "utc", "Z", "GMT", "Etc/UTC", "+00:00"})


@lru_cache(maxsize=1024)
def zone(name: str) -> tzinfo:
    """The zone of an IANA name (``Europe/Zurich``) or a fixed offset (``+05:30``).

    UTC and fixed offsets come as ``datetime.timezone``. Raises AirflowTimetableInvalid for unknown names.
    """
    if name in _UTC_NAMES:
        return UTC
    fixed = _FIXED.fullmatch(name)
    if fixed:
        offset = timedelta(hours=int(fixed[2]), minutes=int(fixed[3]))
        return timezone(offset if fixed[1] == "+" else -offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown, malformed, or a folder of the tz database
        raise AirflowTimetableInvalid(
            f"Time zone {name!r} is not known. Use an IANA name such as 'Europe/Zurich', or 'UTC'."
        ) from error


def instant(wall: datetime, tz: tzinfo) -> datetime:
    """The UTC moment at which clocks in ``tz`` show the naive ``wall``.

    Shown twice: the second time. Never shown: as far behind the gap's start as ``wall`` is.
    """
    first = wall.replace(tzinfo=tz).astimezone(UTC)
    second = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    return max(first, second)


def moments(wall: datetime, tz: tzinfo) -> tuple[datetime, ...]:
    """Every UTC moment at which clocks in ``tz`` show the naive ``wall``: none, one or two, in order."""
    first = wall.replace(tzinfo=tz).astimezone(UTC)
    second = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    if first == second:
        return (first,)
    return (first, second) if first < second else ()
