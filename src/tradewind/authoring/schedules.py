"""Schedules: what DAG files give as ``schedule``, ``schedule_interval`` or ``timetable``, made a timetable
spec.

The timetable classes here are Airflow's by name; each only holds its arguments and gives its ``spec()``.
Computing with them is the business of ``domain/timetables``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import msgspec

from tradewind.authoring import defaults, moments
from tradewind.authoring.timetable_base import DagRunInfo, TimeRestriction, Timetable, is_own
from tradewind.domain import timetables
from tradewind.domain.errors import AirflowTimetableInvalid
from tradewind.domain.intervals import DataInterval as _Interval
from tradewind.domain.intervals import Restriction
from tradewind.domain.spec import timetable as specs
from tradewind.domain.timetables import fields
from tradewind.domain.timetables.defaults import ScheduleDefaults, as_delta
from tradewind.runtime.clock import SystemClock


class _BuiltIn(Timetable):
    """One whose spec says everything. A subclass that answers for itself is a plug-in's."""

    def data(self) -> specs.TimetableSpec:
        """The spec."""
        raise NotImplementedError

    def spec(self) -> specs.TimetableSpec:
        """The timetable as data."""
        own = any(is_own(self, name) for name in _ASKED)
        return super().spec() if own else self.data()

    def next_dagrun_info(
        self, *, last_automated_data_interval: Any, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """When the next run is made, and for which span; None: no more."""
        bounds = Restriction(
            earliest=_plain(restriction.earliest),
            latest=_plain(restriction.latest),
            catchup=restriction.catchup,
        )
        last = last_automated_data_interval
        span = None if last is None else _Interval(_plain(last.start), _plain(last.end))
        found = timetables.next_run(self.data(), last=span, restriction=bounds, now=SystemClock().now())
        if found is None:
            return None
        key, date = timetables.partition(self.data(), found.run_after) or (None, None)
        return DagRunInfo(found.run_after, found.data_interval, partition_key=key, partition_date=date)

    def next_dagrun_info_v2(
        self, *, last_dagrun_info: DagRunInfo | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The same; a run for a partition counts from its moment, for it has no span."""
        last = last_dagrun_info
        span = (last.data_interval or _Interval.exact(last.run_after)) if last is not None else None
        return self.next_dagrun_info(last_automated_data_interval=span, restriction=restriction)

    def infer_manual_data_interval(self, *, run_after: Any) -> Any:
        """The span of a run that is asked for by hand."""
        return timetables.infer_manual(self.data(), _plain(run_after))


def _plain(moment: Any) -> Any:
    """Timetables of one's own compute with pendulum's dates; the domain with plain ones, in UTC."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment.timestamp(), UTC).replace(microsecond=moment.microsecond)


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
        soon = self._immediately
        return {
            "crons": list(self._crons), "timezone": self._zone, "interval": self._interval.seconds,
            "run_immediately": soon.total_seconds() if isinstance(soon, timedelta) else soon,
        }  # fmt: skip

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        soon = _soon(data["run_immediately"])
        more: dict[str, Any] = {"run_immediately": soon} if soon is not False else {}
        if data["interval"]:
            more["interval"] = timedelta(seconds=data["interval"])
        return cls(*data["crons"], timezone=data["timezone"], **more)

    def data(self) -> specs.TimetableSpec:
        soon = self._immediately
        return specs.CronTriggerTimetable(
            expressions=self._crons,
            timezone=self._zone,
            interval=self._interval.seconds,
            run_immediately=soon.total_seconds() if isinstance(soon, timedelta) else soon,
        )


def _soon(value: Any) -> Any:
    """``run_immediately`` out of data."""
    return value if value is None or isinstance(value, bool) else timedelta(seconds=value)


class MultipleCronTriggerTimetable(CronTriggerTimetable):
    """Runs at the ticks of several cron expressions."""


class DeltaDataIntervalTimetable(_BuiltIn):
    """Runs for spans of equal length, each made when its span ends."""

    def __init__(self, delta: Any) -> None:
        self._delta = as_delta(delta)

    def serialize(self) -> dict[str, Any]:
        return {"delta": msgspec.to_builtins(self._delta)}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        return cls(msgspec.convert(data["delta"], specs.Delta))

    def data(self) -> specs.TimetableSpec:
        return specs.DeltaDataIntervalTimetable(delta=self._delta)


class DeltaTriggerTimetable(_BuiltIn):
    """Runs at equal distances."""

    def __init__(self, delta: Any, *, interval: Any = timedelta()) -> None:
        self._delta, self._interval = as_delta(delta), as_delta(interval)

    def serialize(self) -> dict[str, Any]:
        return {"delta": msgspec.to_builtins(self._delta), "interval": self._interval.seconds}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        more = {"interval": timedelta(seconds=data["interval"])} if data["interval"] else {}
        return cls(msgspec.convert(data["delta"], specs.Delta), **more)

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

    def serialize(self) -> dict[str, Any]:
        return {
            "event_dates": [date.isoformat() for date in self._dates],
            "restrict_to_events": self._restrict, "description": self.description,
        }  # fmt: skip

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        return cls(**{**data, "event_dates": [datetime.fromisoformat(one) for one in data["event_dates"]]})

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

    def serialize(self) -> dict[str, Any]:
        return {**super().serialize(), "run_offset": self._offset, "key_format": self._format}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        return cls(
            data["crons"][0],
            timezone=data["timezone"],
            run_immediately=_soon(data["run_immediately"]),
            run_offset=data["run_offset"],
            key_format=data["key_format"],
        )

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
    if _is_list(schedule) or hasattr(schedule, "as_expression"):
        _check_assets(schedule)
        return specs.AssetTriggeredTimetable(condition=condition_of(schedule).as_expression())
    raise AirflowTimetableInvalid(
        f"schedule cannot be {schedule!r} ({type(schedule).__name__}): use None, a cron expression, a preset "
        f"such as '@daily', a timedelta, a timetable, an asset or a list of assets."
    )


def _check_assets(schedule: Any) -> None:
    """Raises AirflowTimetableInvalid for text among assets, which would be waited for in vain."""
    text = next((one for one in schedule if isinstance(one, str)), None) if _is_list(schedule) else None
    if text is not None:
        raise AirflowTimetableInvalid(
            f"schedule has {text!r} among its assets: write Asset({text!r}), or, for one that another file "
            f"defines, Asset.ref(name={text!r}). A cron expression stands alone, without a list."
        )


def _is_list(schedule: Any) -> bool:
    return isinstance(schedule, (list, tuple, set, frozenset))


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
