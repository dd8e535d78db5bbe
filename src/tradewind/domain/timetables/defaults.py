"""From what an author wrote to a TimetableSpec, with the defaults of the file's age.

===========================  =====================  ============  =====================================
What                         ``schedule_interval``  ``schedule``  ``[scheduler]`` switch that overrides
===========================  =====================  ============  =====================================
cron string or preset        data interval          trigger       ``create_cron_data_intervals``
timedelta, relativedelta     data interval          trigger       ``create_delta_data_intervals``
catch-up                     on                     off           ``catchup_by_default``
``max_active_tasks`` counts  all runs of the DAG    each run
===========================  =====================  ============  =====================================
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from tradewind.domain.errors import AirflowTimetableInvalid
from tradewind.domain.spec import timetable as kinds
from tradewind.domain.spec.timetable import Delta, TimetableSpec
from tradewind.domain.timetables import delta as deltas
from tradewind.domain.timetables import dispatch, fields


class ScheduleDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for a DAG that does not say it itself."""

    cron_data_intervals: bool
    delta_data_intervals: bool
    catchup: bool
    max_active_tasks_scope: str
    """``dag`` or ``run``, see DagSpec."""


def schedule_defaults(
    *,
    legacy: bool,
    create_cron_data_intervals: bool | None = None,
    create_delta_data_intervals: bool | None = None,
    catchup_by_default: bool | None = None,
) -> ScheduleDefaults:
    """The defaults by age. ``legacy``: the DAG was written with ``schedule_interval`` (1.x, 2.x).

    The other arguments are the switches of ``[scheduler]``; None means that nobody set them.
    """

    def pick(switch: bool | None) -> bool:
        return legacy if switch is None else switch

    return ScheduleDefaults(
        cron_data_intervals=pick(create_cron_data_intervals),
        delta_data_intervals=pick(create_delta_data_intervals),
        catchup=pick(catchup_by_default),
        max_active_tasks_scope="dag" if legacy else "run",
    )


def from_expression(expr: str | None, *, data_intervals: bool, timezone: str = "UTC") -> TimetableSpec:
    """The schedule that a string (or None) means. Raises AirflowTimetableInvalid."""
    word = "" if expr is None else expr.strip().lower()
    if expr is None or word in {"none", "@none"}:
        return kinds.NullTimetable()
    if word == "@once":
        return kinds.OnceTimetable()
    if word == "@continuous":
        return kinds.ContinuousTimetable()
    expression = fields.normalize(expr)
    spec: TimetableSpec
    if data_intervals:
        spec = kinds.CronDataIntervalTimetable(expression=expression, timezone=timezone)
    else:
        spec = kinds.CronTriggerTimetable(expressions=(expression,), timezone=timezone)
    dispatch.validate(spec)
    return spec


def from_delta(value: Any, *, data_intervals: bool, timezone: str = "UTC") -> TimetableSpec:
    """The schedule that a timedelta or a dateutil relativedelta means. Raises AirflowTimetableInvalid."""
    delta = as_delta(value)
    deltas.check(delta)
    if data_intervals:
        return kinds.DeltaDataIntervalTimetable(delta=delta, timezone=timezone)
    return kinds.DeltaTriggerTimetable(delta=delta, timezone=timezone)


def as_delta(value: Any) -> Delta:
    """A timedelta or relativedelta as data. Raises AirflowTimetableInvalid for anything else."""
    if isinstance(value, Delta):
        return value
    if isinstance(value, timedelta):
        return Delta(seconds=value.total_seconds())
    if not all(hasattr(value, name) for name in ("years", "months", "leapdays")):
        raise AirflowTimetableInvalid(
            f"A schedule cannot be made of {value!r}; use a timedelta or a relativedelta."
        )
    absolute = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    fixed = [name for name in absolute if getattr(value, name) is not None]
    if fixed or value.leapdays:
        raise AirflowTimetableInvalid(
            f"A schedule's relativedelta may not set {', '.join(fixed or ['leapdays'])}; "
            "use a cron expression for that."
        )
    seconds = value.hours * 3600 + value.minutes * 60 + value.seconds + value.microseconds / 1e6
    weekday = value.weekday
    return Delta(
        seconds=float(seconds),
        days=value.days,
        months=value.months,
        years=value.years,
        weekday=None if weekday is None else weekday.weekday,
        weekday_n=None if weekday is None else weekday.n,
    )
