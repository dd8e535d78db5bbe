"""Dates and durations as DAG files write them, made exact: aware UTC datetimes, seconds, names of time
zones.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

from tradewind.domain.errors import InvalidValue


def timezone_of(name: object) -> tzinfo:
    """The time zone of that name (or the tzinfo itself). Raises InvalidValue."""
    if isinstance(name, tzinfo):
        return name
    if not isinstance(name, str):
        raise InvalidValue("timezone", name, "be a time zone or the name of one, such as 'Europe/Berlin'")
    if name.upper() in {"UTC", "Z", "GMT"}:
        return UTC
    if name.lower() == "system":
        return datetime.now().astimezone().tzinfo or UTC  # asks for the machine's own zone
    return _zone(name)


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # needs tzdata; most DAGs are in UTC

    if name[:1] in "+-" and len(name) == 6:
        offset = timedelta(hours=int(name[1:3]), minutes=int(name[4:6]))
        return timezone(-offset if name[0] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        rule = "be the name of a time zone, such as 'Europe/Berlin' or 'UTC'"
        raise InvalidValue("timezone", name, rule) from error


def timezone_name(zone: tzinfo | None) -> str:
    """The IANA name of a time zone of zoneinfo, pendulum, pytz or dateutil; ``+HH:MM`` for a fixed offset."""
    if zone is None:
        return "UTC"
    for attribute in ("key", "zone", "name"):
        name = getattr(zone, attribute, None)
        if isinstance(name, str) and name:
            return "UTC" if name in {"UTC", "Z", "GMT"} else name
    offset = zone.utcoffset(None)
    return _fixed_name(offset) if offset is not None else _dateutil_name(zone)


def _fixed_name(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    if seconds == 0:
        return "UTC"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}:{minutes:02d}"


def _dateutil_name(zone: tzinfo) -> str:
    """``dateutil.tz.gettz`` keeps only the file that it read."""
    filename = str(getattr(zone, "_filename", ""))
    for mark in ("zoneinfo/", "zoneinfo\\"):
        if mark in filename:
            return filename.split(mark, 1)[1]
    return filename or "UTC"


def zone_of(value: object) -> tzinfo | None:
    """The time zone of an aware datetime; None for anything else."""
    return value.tzinfo if isinstance(value, datetime) else None


def to_datetime(name: str, value: Any, zone: tzinfo) -> datetime | None:
    """``value`` (datetime, date, ISO text or None) as an aware UTC datetime; naive ones are in ``zone``.

    Raises InvalidValue with ``name`` for anything else.
    """
    if value is None:
        return None
    if isinstance(value, str):
        value = _parse(name, value)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - made aware below
    if not isinstance(value, datetime):
        raise InvalidValue(name, value, "be a datetime, for example pendulum.datetime(2024, 1, 1, tz='UTC')")
    return _exact(value if value.tzinfo is not None else _in_zone(value, zone))


def _in_zone(value: datetime, zone: tzinfo) -> datetime:
    localize = getattr(zone, "localize", None)  # pytz zones are only right through it
    return localize(value) if localize is not None else value.replace(tzinfo=zone)


def _exact(value: datetime) -> datetime:
    """A plain datetime in UTC (pendulum's is a subclass, which the codec does not know)."""
    u = value.astimezone(UTC)
    return datetime(u.year, u.month, u.day, u.hour, u.minute, u.second, u.microsecond, tzinfo=UTC)


def _parse(name: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    from dateutil import parser  # only for dates in unusual spellings

    try:
        return parser.parse(text)
    except (ValueError, OverflowError) as error:
        raise InvalidValue(name, text, "be a date such as 2024-01-31 or 2024-01-31T08:00:00+00:00") from error


def to_timedelta(name: str, value: Any) -> timedelta | None:
    """``value`` (timedelta, seconds or None) as a timedelta. Raises InvalidValue."""
    if value is None or isinstance(value, timedelta):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return timedelta(seconds=value)
    raise InvalidValue(name, value, "be a timedelta, for example timedelta(minutes=5)")


def seconds(value: timedelta | None) -> float | None:
    """A duration as a spec keeps it."""
    return None if value is None else value.total_seconds()
