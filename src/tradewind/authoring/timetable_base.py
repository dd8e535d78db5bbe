"""The base of timetables, and what those of one's own take and give, with Airflow's names and signatures of
2.x and 3.x.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tradewind.authoring import plugin_names
from tradewind.domain.errors import AirflowTimetableInvalid
from tradewind.domain.intervals import DataInterval
from tradewind.domain.spec import timetable as specs
from tradewind.domain.states import DagRunType


class DagRunInfo(NamedTuple):
    """What a timetable answers: when the next run is made, and for which span or partition."""

    run_after: Any
    data_interval: Any
    partition_date: Any = None
    partition_key: str | None = None

    @classmethod
    def exact(cls, at: Any) -> DagRunInfo:
        """A run at ``at`` for a span of length zero."""
        return cls(run_after=at, data_interval=DataInterval(at, at))

    @classmethod
    def interval(cls, start: Any, end: Any) -> DagRunInfo:
        """A run for [start, end), made at its end."""
        return cls(run_after=end, data_interval=DataInterval(start, end))

    @property
    def logical_date(self) -> Any:
        """The start of the span, which names the run; None for a partition."""
        return self.data_interval.start if self.data_interval else None


class TimeRestriction(NamedTuple):
    """What bounds a timetable: no run before ``earliest`` or after ``latest``."""

    earliest: Any
    latest: Any
    catchup: bool


class Timetable:
    """Base of all timetables. Subclasses of your own must be registered by a plug-in."""

    description: str = ""
    periodic: bool = True
    can_be_scheduled: bool = True
    run_ordering: tuple[str, ...] = ("data_interval_end", "logical_date")
    active_runs_limit: int | None = None
    asset_condition: Any = None
    partitioned: bool = False
    partitioned_at_runtime: bool = False

    def spec(self) -> specs.TimetableSpec:
        """The timetable as data. Raises AirflowTimetableInvalid for a class of a DAG file."""
        name = plugin_names.name_of(self, "timetable", "timetables", AirflowTimetableInvalid)
        self.validate()
        return specs.PluginTimetable(
            name=name,
            data=self.serialize(),
            description=str(self.description),
            summary=str(self.summary),
            periodic=bool(self.periodic),
            scheduled=bool(self.can_be_scheduled),
            active_runs_limit=self._limit(),
            infers=is_own(self, "infer_manual_data_interval"),
            names=is_own(self, "generate_run_id"),
            run_ordering=self._ordering(),
        )

    def _limit(self) -> int | None:
        limit = self.active_runs_limit
        if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
            raise AirflowTimetableInvalid(
                f"active_runs_limit of timetable {type(self).__name__} must be a whole number of at least 1, "
                f"or None, got {limit!r}."
            )
        return limit

    def _ordering(self) -> tuple[str, ...]:
        names = self.run_ordering
        if isinstance(names, str) or not all(isinstance(name, str) for name in names):
            raise AirflowTimetableInvalid(
                f"run_ordering of timetable {type(self).__name__} must be a list of attributes of runs, "
                f"got {names!r}."
            )
        return tuple(names)

    def serialize(self) -> dict[str, Any]:
        """The arguments that build an equal timetable again."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """An equal timetable from what ``serialize`` gave."""
        return cls(**data)

    def validate(self) -> None:
        """Raises AirflowTimetableInvalid for arguments that cannot be."""

    @property
    def summary(self) -> str:
        """A short word for lists."""
        return type(self).__name__

    def next_dagrun_info(self, *, last_automated_data_interval: Any, restriction: TimeRestriction) -> Any:
        """When the next run is made, and for which span; None: no more."""
        raise NotImplementedError(f"{type(self).__name__} defines no next_dagrun_info().")

    def next_dagrun_info_v2(
        self, *, last_dagrun_info: DagRunInfo | None, restriction: TimeRestriction
    ) -> Any:
        """The same, told of the whole last run (3.2)."""
        last = last_dagrun_info.data_interval if last_dagrun_info is not None else None
        return self.next_dagrun_info(last_automated_data_interval=last, restriction=restriction)

    def infer_manual_data_interval(self, *, run_after: Any) -> Any:
        """The span of a run that is asked for by hand."""
        return DataInterval(run_after, run_after)

    def generate_run_id(
        self, *, run_type: DagRunType, run_after: Any = None, data_interval: Any = None, **extra: Any
    ) -> str:
        """The id of a run; 2.x calls the moment ``logical_date``."""
        moment = run_after if run_after is not None else extra["logical_date"]
        return run_type.generate_run_id(suffix=moment.isoformat())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timetable) and self.spec() == other.spec()

    def __hash__(self) -> int:
        return hash(type(self))


def is_own(timetable: Timetable, method: str) -> bool:
    """Whether the class defines the method itself: neither the base nor a built-in timetable does."""
    defined = next(cls for cls in type(timetable).__mro__ if method in vars(cls))
    return not defined.__module__.startswith("tradewind.")
