"""When runs are due: schedules as data in, moments out.

Nothing here knows a clock, a database or a DAG file: the caller gives ``now``, the last automated run's data
interval and the DAG's bounds (``Restriction``), and gets the next run or None.

Three layers, one idea each:

* ``cron`` and ``delta`` are *ticks*: a set of moments, asked for the next one after, or the last one before,
  a moment. Cron is read in the DAG's time zone. An expression with a fixed hour keeps its time on the wall (a
  time that the clocks skip moves on by the width of the gap; one that they show twice counts the second
  time); one that ticks in every hour matches the wall clock minute by minute, so its spacing stays even.
* ``interval`` and ``trigger`` turn ticks into runs: the data-interval meaning of Airflow 1.x and 2.x, the
  tick-is-the-run meaning of 3.x. ``special`` has the schedules without ticks.
* this module dispatches on the kind of ``TimetableSpec``.

A schedule that cannot be understood raises AirflowTimetableInvalid, which names the expression and the field.
Schedules on assets, and those that plug-ins compute, have no time of their own: ``next_run`` answers None.
"""

from tradewind.domain.timetables.defaults import (
    ScheduleDefaults,
    from_delta,
    from_expression,
    schedule_defaults,
)
from tradewind.domain.timetables.dispatch import (
    infer_manual,
    iter_between,
    moment_of_partition,
    next_run,
    partition,
    periodic,
    validate,
)
from tradewind.domain.timetables.names import describe, run_id, summary
from tradewind.domain.timetables.restriction import restriction

__all__ = [
    "ScheduleDefaults",
    "describe",
    "from_delta",
    "from_expression",
    "infer_manual",
    "iter_between",
    "moment_of_partition",
    "next_run",
    "partition",
    "periodic",
    "restriction",
    "run_id",
    "schedule_defaults",
    "summary",
    "validate",
]
