"""Time zone helpers that DAG files import as ``airflow.utils.timezone`` and ``airflow.sdk.timezone``.

Results of ``parse``, ``convert_to_utc`` and ``coerce_datetime`` are pendulum datetimes, as in Airflow;
pendulum is loaded by the first call that needs it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from tradewind.authoring import moments
from tradewind.runtime.clock import SystemClock

utc = dt.UTC


def utcnow() -> dt.datetime:
    """This moment, aware, in UTC."""
    return SystemClock().now()


def utc_epoch() -> dt.datetime:
    """The first moment of 1970, aware, in UTC."""
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def system_timezone() -> dt.tzinfo:
    """The time zone that ``[core] default_timezone`` names."""
    from tradewind.config.compat import conf  # only few DAG files ask

    return moments.timezone_of(conf.get("core", "default_timezone", fallback="utc"))


def datetime(*args: Any, **kwargs: Any) -> dt.datetime:
    """A datetime that is aware: in UTC unless ``tzinfo`` says otherwise."""
    kwargs.setdefault("tzinfo", dt.UTC)
    return dt.datetime(*args, **kwargs)  # noqa: DTZ001 - tzinfo was just set


def is_localized(value: dt.datetime) -> bool:
    """Whether the datetime is aware."""
    return value.utcoffset() is not None


def is_naive(value: dt.datetime) -> bool:
    """Whether the datetime has no time zone."""
    return value.utcoffset() is None


def make_aware(value: dt.datetime | None, timezone: dt.tzinfo | str | None = None) -> dt.datetime | None:
    """A naive datetime made aware (default: the configured time zone). Raises ValueError for an aware one."""
    if value is None:
        return None
    if is_localized(value):
        raise ValueError(f"make_aware expects a naive datetime, got {value!r}")
    zone = system_timezone() if timezone is None else moments.timezone_of(timezone)
    localize = getattr(zone, "localize", None)  # pytz zones are only right through it
    return localize(value) if localize is not None else value.replace(tzinfo=zone)


def make_naive(value: dt.datetime, timezone: dt.tzinfo | str | None = None) -> dt.datetime:
    """The wall time in ``timezone`` (default: the configured one). Raises ValueError for a naive datetime."""
    if is_naive(value):
        raise ValueError(f"make_naive expects an aware datetime, got {value!r}")
    zone = system_timezone() if timezone is None else moments.timezone_of(timezone)
    return value.astimezone(zone).replace(tzinfo=None)


def coerce_datetime(value: dt.datetime | None, tz: dt.tzinfo | None = None) -> Any:
    """The datetime as an aware pendulum datetime; naive ones are taken as UTC, or as in ``tz``."""
    if value is None:
        return None
    import pendulum  # see the module's docstring

    aware = value if is_localized(value) else value.replace(tzinfo=dt.UTC if tz is None else tz)
    found = pendulum.instance(aware)
    return found if tz is None else found.in_timezone(tz)  # type: ignore[arg-type]


def convert_to_utc(value: dt.datetime | None) -> Any:
    """The same moment in UTC; naive datetimes are taken in the configured time zone."""
    if value is None:
        return None
    import pendulum  # see the module's docstring

    aware = value if is_localized(value) else value.replace(tzinfo=system_timezone())
    return pendulum.instance(aware.astimezone(dt.UTC))


def parse(string: str, timezone: dt.tzinfo | str | None = None, *, strict: bool = False) -> Any:
    """The date written in ``string``, as a pendulum datetime; without offset it is in ``timezone``."""
    import pendulum  # see the module's docstring

    zone = system_timezone() if timezone is None else timezone
    return pendulum.parse(string, tz=zone, strict=strict)


def from_timestamp(timestamp: float, tz: dt.tzinfo | str = dt.UTC) -> Any:
    """The moment that many seconds after 1970, as a pendulum datetime."""
    import pendulum  # see the module's docstring

    zone = local_timezone() if tz == "local" else tz
    return pendulum.from_timestamp(timestamp, tz=zone)  # type: ignore[arg-type]


def parse_timezone(name: str | int) -> Any:
    """The time zone of that name, or that many seconds east of UTC, as pendulum's."""
    import pendulum  # see the module's docstring

    return pendulum.timezone(name)


def local_timezone() -> Any:
    """The machine's own time zone, as pendulum's."""
    import pendulum  # see the module's docstring

    return pendulum.tz.local_timezone()


def td_format(value: dt.timedelta | float | int | None) -> str | None:
    """A duration in words: ``1d:2h:3M:4s``; ``<1s`` for less than a second, None for none."""
    if not value:
        return None
    seconds = value.total_seconds() if isinstance(value, dt.timedelta) else float(value)
    if seconds < 1:
        return "<1s"
    parts = []
    rest = int(seconds)
    for unit, length in (
        ("y", 31_536_000),
        ("m", 2_592_000),
        ("d", 86_400),
        ("h", 3_600),
        ("M", 60),
        ("s", 1),
    ):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count}{unit}")
    return ":".join(parts)


def __getattr__(name: str) -> Any:
    if name == "TIMEZONE":
        return system_timezone()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
