"""``airflow.utils.dates``: what DAG files of 1.x and 2.x compute their dates with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tradewind.authoring import timezone
from tradewind.domain.errors import AirflowException, InvalidValue

cron_presets: Final[dict[str, str]] = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}
_UNITS: Final = {"days": 86_400.0, "hours": 3_600.0, "minutes": 60.0, "seconds": 1.0}


def normalised(schedule: Any) -> Any:
    """The cron expression of a preset, None for ``@once``; any other schedule as it is."""
    if not isinstance(schedule, str):
        return schedule
    return None if schedule == "@once" else cron_presets.get(schedule, schedule)


def days_ago(n: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> datetime:
    """Midnight (or the given time of day) ``n`` days ago, in UTC.

    A start date that moves with the clock: as in Airflow it works, though a fixed date is the better choice.
    """
    today = timezone.utcnow().replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    return today - timedelta(days=n)


def date_range(
    start_date: datetime,
    end_date: datetime | None = None,
    num: int | None = None,
    delta: str | timedelta | Any = None,
) -> list[datetime]:
    """The dates from ``start_date``: up to ``end_date``, or ``num`` of them (backwards if negative).

    ``delta`` is a timedelta, a relativedelta or a cron expression. Raises InvalidValue, AirflowException.
    """
    if not delta:
        return []
    if end_date is not None and num is not None:
        raise AirflowException("date_range takes either end_date or num, not both.")
    if end_date is not None and start_date > end_date:
        raise InvalidValue("date_range's start_date", start_date.isoformat(), "not lie after its end_date")
    if end_date is None and num is None:
        end_date = timezone.utcnow()
    start = start_date if start_date.tzinfo else start_date.replace(tzinfo=UTC)
    stop = end_date.replace(tzinfo=UTC) if end_date is not None and not end_date.tzinfo else end_date
    ticks = (
        _cron(start, delta, (num or 1) < 0)
        if isinstance(delta, str)
        else _steps(start, delta, (num or 1) < 0)
    )
    found: list[datetime] = []
    for tick in ticks:
        if (stop is not None and tick > stop) or (num is not None and len(found) >= abs(num)):
            break
        found.append(tick)
    return sorted(found)


def _steps(start: datetime, delta: Any, backwards: bool) -> Iterable[datetime]:
    tick = start
    while True:
        yield tick
        following = tick - delta if backwards else tick + delta
        if following == tick:
            raise InvalidValue("date_range's delta", str(delta), "be longer than nothing")
        tick = following


def _cron(start: datetime, expression: str, backwards: bool) -> Iterable[datetime]:
    from croniter import croniter  # only for cron expressions

    ticks = croniter(cron_presets.get(expression, expression), start)
    if croniter.match(cron_presets.get(expression, expression), start):
        yield start
    while True:
        yield ticks.get_prev(datetime) if backwards else ticks.get_next(datetime)


def round_time(dt: datetime, delta: str | timedelta | Any, start_date: datetime | None = None) -> datetime:
    """The tick of ``delta`` (from ``start_date`` on) nearest to ``dt``; for cron the one before."""
    start = start_date or datetime.min.replace(tzinfo=dt.tzinfo)
    if isinstance(delta, str):
        return _round_cron(dt, delta, start)
    if dt <= start:
        return start
    steps = int((dt - start) / delta) if isinstance(delta, timedelta) else 0
    before = start + steps * delta
    while before + delta <= dt:
        before += delta
    return before if dt - before <= before + delta - dt else before + delta


def _round_cron(dt: datetime, expression: str, start: datetime) -> datetime:
    from croniter import croniter  # only for cron expressions

    ticks = croniter(cron_presets.get(expression, expression), dt)
    previous = ticks.get_prev(datetime)
    return start if previous < start else previous


def infer_time_unit(time_seconds_arr: Iterable[float]) -> str:
    """The unit in which these durations read best: days, hours, minutes or seconds."""
    longest = max(time_seconds_arr, default=0)
    if longest <= 2 * 60:
        return "seconds"
    if longest <= 2 * 60 * 60:
        return "minutes"
    return "hours" if longest <= 24 * 60 * 60 else "days"


def scale_time_units(time_seconds_arr: Iterable[float], unit: str) -> list[float]:
    """Durations in seconds, in another unit."""
    scale = _UNITS.get(unit, 1.0)
    return [seconds / scale for seconds in time_seconds_arr]


def parse_execution_date(execution_date_str: str) -> Any:
    """The date written in the text, as an aware pendulum datetime."""
    return timezone.parse(execution_date_str)


def datetime_to_nano(datetime: Any) -> int | None:
    """Nanoseconds since 1970."""
    if not datetime:
        return None
    aware = datetime if datetime.tzinfo else datetime.replace(tzinfo=timezone.system_timezone())
    return int(aware.timestamp() * 1_000_000) * 1_000
