"""Schedules: what DAG files give as ``schedule``, ``schedule_interval`` or ``timetable``, made a timetable
spec.

The timetable classes here are Airflow's by name; each only holds its arguments and gives its ``spec()``.
Computing with them is the business of ``domain/timetables``.
"""

from __future__ import annotations

from datetime import timedelta, tzinfo
from typing import Any

from tradewind.authoring import defaults, moments
from tradewind.authoring.plain import USER_MODULE_PREFIX
from tradewind.domain import timetables
from tradewind.domain.errors import AirflowTimetableInvalid
from tradewind.domain.intervals import DataInterval as _Interval
from tradewind.domain.intervals import Restriction, RunInfo
from tradewind.domain.spec import timetable as specs
from tradewind.domain.timetables import fields
from tradewind.domain.timetables.defaults import ScheduleDefaults, as_delta
from tradewind.runtime.clock import SystemClock


class Timetable:
    """Base of all timetables. Subclasses of your own must be registered by a plug-in."""

    description: str = ""
    periodic: bool = True
    can_be_scheduled: bool = True
    run_ordering: tuple[str, ...] = ("data_interval_end", "execution_date")
    active_runs_limit: int | None = None
    asset_condition: Any = None

    def spec(self) -> specs.TimetableSpec:
        """The timetable as data."""
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        if name.startswith(USER_MODULE_PREFIX):
            raise AirflowTimetableInvalid(
                f"Timetable {type(self).__qualname__} is defined in a DAG file, which the scheduler never "
                "imports. Move the class to a file in the plugins folder, and list it there in "
                "timetables = [...] of an AirflowPlugin."
            )
        return specs.PluginTimetable(name=name, data=self.serialize(), description=self.description)

    def serialize(self) -> dict[str, Any]:
        """The arguments that build an equal timetable again."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """An equal timetable from what ``serialize`` gave."""
        return cls(**data)

    @property
    def summary(self) -> str:
        """A short word for lists."""
        return type(self).__name__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timetable) and self.spec() == other.spec()

    def __hash__(self) -> int:
        return hash(type(self))


class _BuiltIn(Timetable):
    """One whose spec says everything. A subclass that answers for itself is a plug-in's."""

    def data(self) -> specs.TimetableSpec:
        """The spec."""
        raise NotImplementedError

    def spec(self) -> specs.TimetableSpec:
        """The timetable as data."""
        own = any(getattr(type(self), name, None) is not getattr(_BuiltIn, name, None) for name in _ASKED)
        return super().spec() if own else self.data()

    def next_dagrun_info(
        self, *, last_automated_data_interval: Any, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """When the next run is made, and for which span; None: no more."""
        bounds = Restriction(
            earliest=restriction.earliest, latest=restriction.latest, catchup=restriction.catchup
        )
        last = last_automated_data_interval
        found = timetables.next_run(
            self.data(), last=None if last is None else _Interval(last.start, last.end), restriction=bounds,
            now=SystemClock().now(),
        )  # fmt: skip
        if found is None:
            return None
        return DagRunInfo(run_after=found.run_after, data_interval=found.data_interval)

    def infer_manual_data_interval(self, *, run_after: Any) -> Any:
        """The span of a run that is asked for by hand."""
        return timetables.infer_manual(self.data(), run_after)


_ASKED = ("next_dagrun_info", "next_dagrun_info_v2", "infer_manual_data_interval", "generate_run_id")
"""What timetables of one's own answer."""


class NullTimetable(_BuiltIn):
    """No schedule."""

    description = "Never, external triggers only"
    can_be_scheduled = False

    def data(self) -> specs.TimetableSpec:
        return specs.NullTimetable()


class OnceTimetable(_BuiltIn):
    """One run."""

    description = "Once, as soon as possible"

    def data(self) -> specs.TimetableSpec:
        return specs.OnceTimetable()


class ContinuousTimetable(_BuiltIn):
    """A run as soon as the last one ended."""

    description = "As frequently as possible, but only one run at a time."
    active_runs_limit = 1

    def data(self) -> specs.TimetableSpec:
        return specs.ContinuousTimetable()


class CronDataIntervalTimetable(_BuiltIn):
    """Runs for the spans between the ticks of a cron expression, each made when its span ends."""

    def __init__(self, cron: str, timezone: str | tzinfo = "UTC") -> None:
        self._cron, self._zone = fields.normalize(cron), moments.timezone_name(moments.timezone_of(timezone))

    def serialize(self) -> dict[str, Any]:
        return {"cron": self._cron, "timezone": self._zone}

    def data(self) -> specs.TimetableSpec:
        return specs.CronDataIntervalTimetable(expression=self._cron, timezone=self._zone)


class CronTriggerTimetable(_BuiltIn):
    """Runs at the ticks of a cron expression."""

    def __init__(
        self,
        *crons: str,
        cron: str | None = None,
        timezone: str | tzinfo = "UTC",
        interval: Any = timedelta(),
        run_immediately: bool | timedelta | None = False,
    ) -> None:
        given = crons if cron is None else (cron, *crons)
        if not given:
            raise AirflowTimetableInvalid(
                f"{type(self).__name__} needs a cron expression, such as '0 6 * * *'."
            )
        self._crons = tuple(fields.normalize(one) for one in given)
        self._zone = moments.timezone_name(moments.timezone_of(timezone))
        self._interval = as_delta(interval)
        self._immediately = run_immediately

    def serialize(self) -> dict[str, Any]:
        return {"cron": self._crons[0], "timezone": self._zone}

    def data(self) -> specs.TimetableSpec:
        soon = self._immediately
        return specs.CronTriggerTimetable(
            expressions=self._crons,
            timezone=self._zone,
            interval=self._interval.seconds,
            run_immediately=soon.total_seconds() if isinstance(soon, timedelta) else soon,
        )


class MultipleCronTriggerTimetable(CronTriggerTimetable):
    """Runs at the ticks of several cron expressions."""


class DeltaDataIntervalTimetable(_BuiltIn):
    """Runs for spans of equal length, each made when its span ends."""

    def __init__(self, delta: Any) -> None:
        self._delta = as_delta(delta)

    def data(self) -> specs.TimetableSpec:
        return specs.DeltaDataIntervalTimetable(delta=self._delta)


class DeltaTriggerTimetable(_BuiltIn):
    """Runs at equal distances."""

    def __init__(self, delta: Any, *, interval: Any = timedelta()) -> None:
        self._delta, self._interval = as_delta(delta), as_delta(interval)

    def data(self) -> specs.TimetableSpec:
        return specs.DeltaTriggerTimetable(delta=self._delta, interval=self._interval.seconds)


class EventsTimetable(_BuiltIn):
    """Runs at listed moments."""

    def __init__(
        self,
        event_dates: Any,
        restrict_to_events: bool = False,
        presorted: bool = False,
        description: str | None = None,
    ) -> None:
        zone = moments.timezone_of("UTC")
        dates = [moments.to_datetime("event_dates", date, zone) for date in event_dates]
        self._dates = tuple(sorted(date for date in dates if date is not None))
        self._restrict = restrict_to_events
        self.description = description or f"{len(self._dates)} events"

    def data(self) -> specs.TimetableSpec:
        return specs.EventsTimetable(
            event_dates=self._dates, restrict_to_events=self._restrict, description=self.description
        )


class AssetTriggeredTimetable(_BuiltIn):
    """Runs when assets were updated."""

    description = "Triggered by assets"

    def __init__(self, assets: Any) -> None:
        self.asset_condition = condition_of(assets)

    def data(self) -> specs.TimetableSpec:
        return specs.AssetTriggeredTimetable(condition=self.asset_condition.as_expression())


_NOT_OF_TIMES = (
    specs.AssetTriggeredTimetable,
    specs.PartitionedAssetTimetable,
    specs.AssetOrTimeTimetable,
    specs.PluginTimetable,
)


class AssetOrTimeSchedule(_BuiltIn):
    """Runs on time and when assets were updated."""

    description = "Triggered by assets or a timetable"

    def __init__(self, *, timetable: Timetable, assets: Any = None, datasets: Any = None) -> None:
        self.timetable = timetable
        self.asset_condition = condition_of(assets if assets is not None else datasets)

    def data(self) -> specs.TimetableSpec:
        inner = self.timetable.spec()
        if isinstance(inner, _NOT_OF_TIMES):
            raise AirflowTimetableInvalid(
                f"AssetOrTimeSchedule needs a timetable of times, got {self.timetable!r}."
            )
        return specs.AssetOrTimeTimetable(timetable=inner, condition=self.asset_condition.as_expression())


class PartitionedAssetTimetable(_BuiltIn):
    """A run for each partition of assets, when enough of what it is made of was updated."""

    description = "Triggered by partitions of assets"

    def __init__(
        self, *, assets: Any, partition_mapper_config: Any = None, default_partition_mapper: Any = None
    ) -> None:
        self.asset_condition = condition_of(assets)
        self.partition_mapper_config = dict(partition_mapper_config or {})
        self.default_partition_mapper = default_partition_mapper

    def data(self) -> specs.TimetableSpec:
        more = {}
        if self.default_partition_mapper is not None:
            more["default_mapper"] = self.default_partition_mapper.spec()
        config = self.partition_mapper_config.items()
        mappers = ((condition_of(asset).as_expression(), mapper.spec()) for asset, mapper in config)
        return specs.PartitionedAssetTimetable(
            condition=self.asset_condition.as_expression(), mappers=tuple(mappers), **more
        )


class CronPartitionTimetable(CronTriggerTimetable):
    """Runs at the ticks of a cron expression, each for the partition that a tick names."""

    def __init__(
        self,
        cron: str,
        *,
        timezone: str | tzinfo = "UTC",
        run_offset: int | None = None,
        run_immediately: bool | timedelta | None = False,
        key_format: str = "%Y-%m-%dT%H:%M:%S",
    ) -> None:
        super().__init__(cron, timezone=timezone, run_immediately=run_immediately)
        if run_offset is not None and not isinstance(run_offset, int):
            raise AirflowTimetableInvalid(f"run_offset must be a whole number of ticks, got {run_offset!r}.")
        self._offset, self._format = run_offset or 0, key_format

    def data(self) -> specs.TimetableSpec:
        soon = self._immediately
        return specs.CronPartitionTimetable(
            expression=self._crons[0],
            timezone=self._zone,
            run_offset=self._offset,
            run_immediately=soon.total_seconds() if isinstance(soon, timedelta) else soon,
            key_format=self._format,
        )


class PartitionedAtRuntime(_BuiltIn):
    """No schedule; the tasks say which partitions they updated."""

    description = "Never, partition key(s) set at runtime"
    can_be_scheduled = False
    partitioned_at_runtime = True

    def data(self) -> specs.TimetableSpec:
        return specs.PartitionedAtRuntimeTimetable()


class DagRunInfo:
    """What a custom timetable answers: when the next run is made, and for which span."""

    __slots__ = ("data_interval", "run_after")

    def __init__(self, *, run_after: Any, data_interval: Any) -> None:
        self.run_after, self.data_interval = run_after, data_interval

    @classmethod
    def exact(cls, at: Any) -> DagRunInfo:
        """A run at ``at`` for a span of length zero."""
        return cls(run_after=at, data_interval=_Interval(at, at))

    @classmethod
    def interval(cls, start: Any, end: Any) -> DagRunInfo:
        """A run for [start, end), made at its end."""
        return cls(run_after=end, data_interval=_Interval(start, end))

    @property
    def logical_date(self) -> Any:
        """The start of the span, which names the run."""
        return self.data_interval.start

    def info(self) -> RunInfo:
        """The same as the domain has it."""
        return RunInfo(
            run_after=self.run_after, logical_date=self.logical_date, data_interval=self.data_interval
        )


class TimeRestriction:
    """What bounds a custom timetable."""

    __slots__ = ("catchup", "earliest", "latest")

    def __init__(self, earliest: Any, latest: Any, catchup: bool) -> None:
        self.earliest, self.latest, self.catchup = earliest, latest, catchup


def age_defaults(old_age: bool) -> ScheduleDefaults:
    """What holds for a DAG of that age, with the switches of this process's configuration."""
    known = defaults.current()
    return timetables.schedule_defaults(
        legacy=old_age,
        create_cron_data_intervals=known.cron_intervals,
        create_delta_data_intervals=known.delta_intervals,
        catchup_by_default=known.catchup,
    )


def timetable_of(schedule: Any, *, zone: tzinfo, age: ScheduleDefaults) -> specs.TimetableSpec:
    """The spec of whatever a DAG file gave as its schedule. Raises AirflowTimetableInvalid."""
    name = moments.timezone_name(zone)
    if schedule is None or isinstance(schedule, str):
        return timetables.from_expression(schedule, data_intervals=age.cron_data_intervals, timezone=name)
    if isinstance(schedule, Timetable):
        spec = schedule.spec()
        timetables.validate(spec)
        return spec
    if is_delta(schedule):
        return timetables.from_delta(schedule, data_intervals=age.delta_data_intervals, timezone=name)
    if isinstance(schedule, (list, tuple, set, frozenset)) or hasattr(schedule, "as_expression"):
        return specs.AssetTriggeredTimetable(condition=condition_of(schedule).as_expression())
    raise AirflowTimetableInvalid(
        f"schedule cannot be {schedule!r} ({type(schedule).__name__}): use None, a cron expression, a preset "
        f"such as '@daily', a timedelta, a timetable, an asset or a list of assets."
    )


def create_timetable(interval: Any, timezone: str | tzinfo = "UTC") -> Any:
    """The timetable of a schedule as Airflow 2.x understood it: an object, or the data of one. Raises
    AirflowTimetableInvalid.
    """
    if isinstance(interval, Timetable):
        return interval
    zone = moments.timezone_of(timezone)
    spec = timetable_of(interval, zone=zone, age=age_defaults(old_age=True))
    known = {
        specs.NullTimetable: NullTimetable, specs.OnceTimetable: OnceTimetable,
        specs.ContinuousTimetable: ContinuousTimetable,
    }  # fmt: skip
    if isinstance(spec, specs.CronDataIntervalTimetable):
        return CronDataIntervalTimetable(spec.expression, spec.timezone)
    if isinstance(spec, specs.DeltaDataIntervalTimetable):
        return DeltaDataIntervalTimetable(interval)
    if isinstance(spec, specs.AssetTriggeredTimetable):
        return AssetTriggeredTimetable(interval)
    return known[type(spec)]() if type(spec) in known else spec


def is_delta(value: object) -> bool:
    """Is it a timedelta, or dateutil's relativedelta?"""
    return isinstance(value, timedelta) or type(value).__name__ == "relativedelta"


def assets_of(schedule: Any) -> list[Any]:
    """The assets that a DAG's schedule waits for."""
    if isinstance(schedule, Timetable):
        found = schedule.asset_condition
    elif isinstance(schedule, (list, tuple, set, frozenset)) or hasattr(schedule, "as_expression"):
        found = condition_of(schedule)
    else:
        return []
    return [] if found is None else list(found.iter_assets())


def condition_of(schedule: Any) -> Any:
    """The asset condition of an asset, an expression of assets, or a list (which means all of them)."""
    from tradewind.authoring import assets  # only DAGs that wait for assets need it

    return assets.condition(schedule)
