"""Schedules as data. ``domain/timetables`` computes with them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from tradewind.domain.spec.partitions import IdentityMapper, Mapper


class _Timetable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """Base of all; the tag names the kind in JSON."""


class NullTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="null"):
    """No schedule: runs only when asked for."""


class OnceTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="once"):
    """``@once``: one run, at the start date."""


class ContinuousTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="continuous"):
    """``@continuous``: the next run as soon as the last one ended."""


class CronDataIntervalTimetable(
    _Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="cron_data_interval"
):
    """Cron as in Airflow 1.x and 2.x: the run for [tick, next tick) is made at the next tick."""

    expression: str
    timezone: str = "UTC"


class CronTriggerTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="cron_trigger"):
    """Cron as in Airflow 3.x: the run is made at the tick and named after it.

    ``interval`` (seconds) is the length of the data interval that ends at the tick. ``run_immediately``:
    True, False, a number of seconds, or None for a tenth of the period but at least five minutes.
    Several ``expressions`` make a MultipleCronTriggerTimetable.
    """

    expressions: tuple[str, ...]
    timezone: str = "UTC"
    interval: float = 0.0
    run_immediately: bool | float | None = False


class Delta(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A timedelta (``seconds``) or a relativedelta (calendar fields besides)."""

    seconds: float = 0.0
    days: int = 0
    months: int = 0
    years: int = 0
    weekday: int | None = None
    """Monday is 0; used with ``weekday_n``, as dateutil's ``relativedelta(weekday=MO(n))``."""
    weekday_n: int | None = None


class DeltaDataIntervalTimetable(
    _Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="delta_data_interval"
):
    """A run for each [t, t + delta), made at its end (Airflow 1.x and 2.x)."""

    delta: Delta
    timezone: str = "UTC"


class DeltaTriggerTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="delta_trigger"):
    """A run each ``delta``, named after the moment it is made (Airflow 3.x)."""

    delta: Delta
    timezone: str = "UTC"
    interval: float = 0.0


class EventsTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="events"):
    """Runs at listed moments."""

    event_dates: tuple[datetime, ...]
    restrict_to_events: bool = False
    description: str = ""


class AssetTriggeredTimetable(
    _Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="asset_triggered"
):
    """Runs when assets were updated; ``condition`` is a JSON expression over assets."""

    condition: dict[str, object]


class PartitionedAssetTimetable(
    _Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="partitioned_asset"
):
    """A run for each partition key downstream, when enough of what it is made of was updated.

    ``mappers`` gives the mapper of single assets (leaves of the condition); the others have
    ``default_mapper``.
    """

    condition: dict[str, object]
    default_mapper: Mapper = IdentityMapper()
    mappers: tuple[tuple[dict[str, object], Mapper], ...] = ()


class CronPartitionTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="cron_partition"):
    """A run at each tick, for the partition that the tick ``run_offset`` ticks later (earlier) names."""

    expression: str
    timezone: str = "UTC"
    run_offset: int = 0
    run_immediately: bool | float | None = False
    key_format: str = "%Y-%m-%dT%H:%M:%S"


class PartitionedAtRuntimeTimetable(
    _Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="partitioned_at_runtime"
):
    """No schedule; its tasks say which partitions they updated."""


class AssetOrTimeTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="asset_or_time"):
    """Runs on time and on assets."""

    timetable: TimeBased
    condition: dict[str, object]


class PluginTimetable(_Timetable, frozen=True, kw_only=True, omit_defaults=True, tag="plugin"):
    """A timetable class registered by a plug-in; computed in the plug-in host, never in the scheduler.

    What does not depend on a run was read when the DAG file was: ``summary``, ``periodic`` (can be
    backfilled), ``scheduled`` (makes runs on its own), ``active_runs_limit``. ``infers`` and ``names``: the
    class has its own ``infer_manual_data_interval``, its own ``generate_run_id``. ``run_ordering``: by which
    attributes of runs, least first, lists of them are in order.
    """

    name: str
    data: dict[str, object] = {}
    description: str = ""
    summary: str = ""
    periodic: bool = True
    scheduled: bool = True
    active_runs_limit: int | None = None
    infers: bool = False
    names: bool = False
    run_ordering: tuple[str, ...] = ("data_interval_end", "logical_date")


TimeBased = (
    NullTimetable
    | OnceTimetable
    | ContinuousTimetable
    | CronDataIntervalTimetable
    | CronTriggerTimetable
    | DeltaDataIntervalTimetable
    | DeltaTriggerTimetable
    | EventsTimetable
    | CronPartitionTimetable
    | PartitionedAtRuntimeTimetable
)
TimetableSpec = (
    TimeBased | AssetTriggeredTimetable | PartitionedAssetTimetable | AssetOrTimeTimetable | PluginTimetable
)
