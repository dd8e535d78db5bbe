"""Words for schedules and runs."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from tradewind.domain.spec import timetable as kinds
from tradewind.domain.spec.timetable import TimetableSpec
from tradewind.domain.timetables import delta, fields


def run_id(run_type: str, run_after_or_logical: datetime, suffix: str | None = None) -> str:
    """``scheduled__2025-01-31T00:00:00+00:00``, and ``_suffix`` where that does not name the run.

    Airflow 3.x writes the moment from which on the run may start; callers append a random suffix where the
    run has no logical date.
    """
    moment = run_after_or_logical.astimezone(UTC).isoformat()
    return f"{run_type}__{moment}_{suffix}" if suffix else f"{run_type}__{moment}"


def summary(t: TimetableSpec) -> str:
    """The schedule in a word, for a table's column."""
    return _WORDS[type(t)][0](t)


def describe(t: TimetableSpec) -> str:
    """The schedule in a sentence. Raises AirflowTimetableInvalid for a cron expression that is none."""
    return _WORDS[type(t)][1](t)


def cron_words(expression: str) -> str:
    """A cron expression in English. Raises AirflowTimetableInvalid."""
    parsed = fields.parse(expression)
    return ", ".join(part for part in (_time_words(parsed), _day_words(parsed), _month_words(parsed)) if part)


def _events_words(t: kinds.EventsTimetable) -> str:
    if not t.event_dates:
        return "No events"
    first, last = min(t.event_dates), max(t.event_dates)
    return f"{len(t.event_dates)} events between {first:%Y-%m-%d} and {last:%Y-%m-%d}"


def _time_words(f: fields.Fields) -> str:
    if len(f.seconds) > 1:
        return f"At {len(f.seconds)} seconds of each matching minute"
    if len(f.hours) * len(f.minutes) <= 4:
        times = [f"{hour:02}:{minute:02}" for hour in f.hours for minute in f.minutes]
        return f"At {_join(times)}"
    return _minute_words(f.minutes) + _hour_words(f.hours)


def _minute_words(minutes: Sequence[int]) -> str:
    step = _step(minutes, 60)
    if step == 1:
        return "Every minute"
    if step and len(minutes) > 1:
        return f"Every {step} minutes"
    plural = "s" if len(minutes) > 1 else ""
    return f"At minute{plural} {_join([str(minute) for minute in minutes])} past the hour"


def _hour_words(hours: Sequence[int]) -> str:
    if len(hours) == 24:
        return ""
    step = _step(hours, 24)
    if step and step > 1:
        return f", every {step} hours"
    if hours[-1] - hours[0] == len(hours) - 1 and len(hours) > 1:
        return f", between {hours[0]:02}:00 and {hours[-1]:02}:59"
    return f", in the hours {_join([f'{hour:02}' for hour in hours])}"


def _day_words(f: fields.Fields) -> str:
    if f.nth:
        return "on " + _join([_nth_words(day, n) for day, n in f.nth])
    parts = []
    if f.days or f.last_day:
        days = [f"day {day}" for day in sorted(f.days or ())] + (["the last day"] if f.last_day else [])
        parts.append(f"on {_join(days)} of the month")
    if f.weekdays is not None:
        parts.append("on " + _join([_weekday(day) for day in sorted(f.weekdays)]))
    return " or ".join(parts)


def _month_words(f: fields.Fields) -> str:
    months = sorted(f.months)
    step = _step([month - 1 for month in months], 12)
    words = ""
    if step and step > 1 and len(months) > 1:
        words = f"every {step} months"
    elif len(months) < 12:
        words = "in " + _join([calendar.month_name[month] for month in months])
    if f.years is not None:
        words += (" " if words else "") + "in " + _join([str(year) for year in sorted(f.years)])
    return words


def _nth_words(weekday: int, n: int) -> str:
    order = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}[n]
    return f"the {order} {_weekday(weekday)} of the month"


def _weekday(cron_day: int) -> str:
    return calendar.day_name[(cron_day - 1) % 7]


def _step(values: Sequence[int], size: int) -> int | None:
    """The even step with which the values fill 0 … size - 1, or None."""
    if len(values) == 1:
        return None
    step = values[1] - values[0]
    return step if list(values) == list(range(0, size, step)) else None


def _join(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def _always(words: str) -> Callable[[Any], str]:
    return lambda _: words


def _several(t: kinds.CronTriggerTimetable) -> str:
    return "; ".join(dict.fromkeys(cron_words(expression) for expression in t.expressions))


_DELTA = (lambda t: delta.text(t.delta), lambda t: f"Every {delta.text(t.delta)}")

_WORDS: Final[dict[type, tuple[Callable[[Any], str], Callable[[Any], str]]]] = {
    kinds.NullTimetable: (_always("None"), _always("Never on its own, only when asked for")),
    kinds.OnceTimetable: (_always("@once"), _always("Once, as soon as possible")),
    kinds.ContinuousTimetable: (_always("@continuous"), _always("As often as possible, one run at a time")),
    kinds.CronDataIntervalTimetable: (lambda t: t.expression, lambda t: cron_words(t.expression)),
    kinds.CronTriggerTimetable: (lambda t: ", ".join(t.expressions), _several),
    kinds.DeltaDataIntervalTimetable: _DELTA,
    kinds.DeltaTriggerTimetable: _DELTA,
    kinds.EventsTimetable: (
        lambda t: t.description or f"{len(t.event_dates)} events",
        lambda t: t.description or _events_words(t),
    ),
    kinds.CronPartitionTimetable: (lambda t: t.expression, lambda t: cron_words(t.expression)),
    kinds.PartitionedAtRuntimeTimetable: (
        _always("PartitionedAtRuntime"),
        _always("Never on its own; its tasks name the partitions"),
    ),
    kinds.PartitionedAssetTimetable: (
        _always("Partitioned Asset"),
        _always("When partitions of assets are updated"),
    ),
    kinds.AssetTriggeredTimetable: (_always("Asset"), _always("When assets are updated")),
    kinds.AssetOrTimeTimetable: (
        lambda t: f"Asset or {summary(t.timetable)}",
        lambda t: f"When assets are updated, or: {describe(t.timetable)}",
    ),
    kinds.PluginTimetable: (
        lambda t: t.summary or t.description or t.name,
        lambda t: t.description or f"By the plug-in timetable {t.name}",
    ),
}
