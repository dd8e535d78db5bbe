"""Partition mappers, windows and wait policies, as DAG files write them. Each only holds its arguments and
gives its ``spec()``; ``domain/partitions`` computes with that.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

from tradewind.authoring import moments
from tradewind.domain.errors import InvalidValue
from tradewind.domain.spec import partitions as specs


class PartitionMapper:
    """Base of all mappers. Mappers of one's own cannot cross to the scheduler and are refused."""

    is_rollup: ClassVar[bool] = False
    temporal: ClassVar[bool] = False

    def __init__(self, *, max_downstream_keys: int | None = None) -> None:
        if max_downstream_keys is not None and (
            not isinstance(max_downstream_keys, int) or max_downstream_keys < 1
        ):
            raise InvalidValue("max_downstream_keys", max_downstream_keys, "be a positive whole number")
        self.max_downstream_keys = max_downstream_keys

    def spec(self) -> specs.Mapper:
        """The mapper as data. Raises InvalidValue for a class of one's own."""
        raise InvalidValue(
            "partition mapper", type(self).__name__, "be one of Airflow's own classes, or be built of them"
        )


class IdentityMapper(PartitionMapper):
    """The key as it is."""

    def spec(self) -> specs.Mapper:
        return specs.IdentityMapper(max_downstream_keys=self.max_downstream_keys)


class _StartOfMapper(PartitionMapper):
    """A moment to the beginning of a unit."""

    temporal: ClassVar[bool] = True
    unit: ClassVar[str]
    default_output_format: ClassVar[str]

    def __init__(
        self,
        *,
        timezone: Any = "UTC",
        input_format: str = "%Y-%m-%dT%H:%M:%S",
        output_format: str | None = None,
        max_downstream_keys: int | None = None,
    ) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.timezone = moments.timezone_name(moments.timezone_of(timezone))
        self.input_format, self.output_format = input_format, output_format or self.default_output_format

    def spec(self) -> specs.Mapper:
        return specs.StartOfMapper(
            unit=self.unit, timezone=self.timezone, input_format=self.input_format,
            output_format=self.output_format, max_downstream_keys=self.max_downstream_keys,
        )  # fmt: skip


class StartOfHourMapper(_StartOfMapper):
    """To the hour."""

    unit, default_output_format = "hour", "%Y-%m-%dT%H"


class StartOfDayMapper(_StartOfMapper):
    """To the day."""

    unit, default_output_format = "day", "%Y-%m-%d"


class StartOfWeekMapper(_StartOfMapper):
    """To the Monday."""

    unit, default_output_format = "week", "%Y-%m-%d (W%V)"


class StartOfMonthMapper(_StartOfMapper):
    """To the month."""

    unit, default_output_format = "month", "%Y-%m"


class StartOfQuarterMapper(_StartOfMapper):
    """To the quarter."""

    unit, default_output_format = "quarter", "%Y-Q{quarter}"


class StartOfYearMapper(_StartOfMapper):
    """To the year."""

    unit, default_output_format = "year", "%Y"


class FixedKeyMapper(PartitionMapper):
    """Every key to the same one."""

    def __init__(self, downstream_key: str, *, max_downstream_keys: int | None = None) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.downstream_key = _text("downstream_key of FixedKeyMapper", downstream_key)

    def spec(self) -> specs.Mapper:
        return specs.FixedKeyMapper(
            downstream_key=self.downstream_key, max_downstream_keys=self.max_downstream_keys
        )


class AllowedKeyMapper(PartitionMapper):
    """The key as it is, if it is one of these."""

    def __init__(self, allowed_keys: Iterable[str], *, max_downstream_keys: int | None = None) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.allowed_keys = [_text("allowed_keys", key) for key in allowed_keys]

    def spec(self) -> specs.Mapper:
        return specs.AllowedKeyMapper(
            allowed_keys=tuple(self.allowed_keys), max_downstream_keys=self.max_downstream_keys
        )


class _Several(PartitionMapper):
    def __init__(self, *mappers: PartitionMapper, max_downstream_keys: int | None = None) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        if len(mappers) < 2:
            raise InvalidValue(f"mappers of {type(self).__name__}", mappers, "be at least two")
        self.mappers = [_mapper("mappers", mapper) for mapper in mappers]


class ProductMapper(_Several):
    """A key of several parts: a mapper for each."""

    def __init__(
        self, *mappers: PartitionMapper, delimiter: str = "|", max_downstream_keys: int | None = None
    ) -> None:
        super().__init__(*mappers, max_downstream_keys=max_downstream_keys)
        self.delimiter = _text("delimiter", delimiter)

    def spec(self) -> specs.Mapper:
        return specs.ProductMapper(
            mappers=tuple(mapper.spec() for mapper in self.mappers), delimiter=self.delimiter,
            max_downstream_keys=self.max_downstream_keys,
        )  # fmt: skip


class ChainMapper(_Several):
    """One mapper after the other."""

    def spec(self) -> specs.Mapper:
        return specs.ChainMapper(
            mappers=tuple(mapper.spec() for mapper in self.mappers),
            max_downstream_keys=self.max_downstream_keys,
        )


# --- windows ---------------------------------------------------------------------------------------------


class Window:
    """What one key downstream is made of."""

    class Direction(StrEnum):
        """Whether the span begins or ends with the key."""

        BACKWARD = "backward"
        FORWARD = "forward"

    temporal: ClassVar[bool] = True
    unit: ClassVar[str] = ""

    def __init__(self, *, direction: Any = Direction.FORWARD) -> None:
        self.direction = self.Direction(direction)

    def spec(self) -> specs.Window:
        """The window as data. Raises InvalidValue for a class of one's own."""
        if not self.unit:
            raise InvalidValue("window", type(self).__name__, "be one of Airflow's own classes")
        return specs.Window(unit=self.unit, backward=self.direction is self.Direction.BACKWARD)


class HourWindow(Window):
    """The minutes of an hour."""

    unit = "hour"


class DayWindow(Window):
    """The hours of a day: twenty-four, by the clock on the wall."""

    unit = "day"


class WeekWindow(Window):
    """The days of a week."""

    unit = "week"


class MonthWindow(Window):
    """The days of a month."""

    unit = "month"


class QuarterWindow(Window):
    """The months of a quarter."""

    unit = "quarter"


class YearWindow(Window):
    """The months of a year."""

    unit = "year"


class SegmentWindow(Window):
    """The listed keys."""

    temporal: ClassVar[bool] = False
    unit = "segments"

    def __init__(self, segments: Iterable[str]) -> None:
        super().__init__()
        self.segments = sorted({_text("a segment of SegmentWindow", one) for one in segments})
        if not self.segments:
            raise InvalidValue("segments of SegmentWindow", [], "name at least one key")

    def spec(self) -> specs.Window:
        return specs.Window(unit=self.unit, segments=tuple(self.segments))


# --- roll-up and fan-out ---------------------------------------------------------------------------------


class WaitPolicy:
    """When a roll-up has enough."""

    minimum: int | None = None


class WaitForAll(WaitPolicy):
    """When every key of the window is there."""


class MinimumCount(WaitPolicy):
    """When ``n`` keys are there; with a negative ``n`` when at most ``-n`` are missing."""

    def __init__(self, n: int) -> None:
        if not isinstance(n, int) or n == 0:
            raise InvalidValue("n of MinimumCount", n, "be a whole number other than 0")
        self.n = self.minimum = n


def _matching(mapper: PartitionMapper, window: Window) -> None:
    if mapper.temporal != window.temporal:
        wanted = "keys that are moments" if window.temporal else "keys that are plain text"
        raise InvalidValue(
            f"upstream_mapper of a {type(window).__name__}", type(mapper).__name__, f"give {wanted}"
        )


class RollupMapper(PartitionMapper):
    """Many keys to one, which waits for those of its window."""

    is_rollup: ClassVar[bool] = True

    def __init__(
        self,
        *,
        upstream_mapper: PartitionMapper,
        window: Window,
        wait_policy: WaitPolicy | None = None,
        max_downstream_keys: int | None = None,
    ) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.upstream_mapper, self.window = _mapper("upstream_mapper", upstream_mapper), window
        self.wait_policy = wait_policy or WaitForAll()
        _matching(upstream_mapper, window)

    def spec(self) -> specs.Mapper:
        return specs.RollupMapper(
            upstream_mapper=self.upstream_mapper.spec(), window=self.window.spec(),
            minimum=self.wait_policy.minimum, max_downstream_keys=self.max_downstream_keys,
        )  # fmt: skip


_FINER: dict[str, type[PartitionMapper]] = {
    "day": StartOfHourMapper,
    "week": StartOfDayMapper,
    "month": StartOfDayMapper,
    "quarter": StartOfMonthMapper,
    "year": StartOfMonthMapper,
}


class FanOutMapper(PartitionMapper):
    """One key to all keys of a window."""

    def __init__(
        self,
        *,
        upstream_mapper: PartitionMapper,
        window: Window,
        downstream_mapper: PartitionMapper | None = None,
        max_downstream_keys: int | None = None,
    ) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.upstream_mapper, self.window = _mapper("upstream_mapper", upstream_mapper), window
        _matching(upstream_mapper, window)
        if downstream_mapper is None and window.unit not in _FINER:
            raise InvalidValue("downstream_mapper", None, f"be given for a {type(window).__name__}")
        self.downstream_mapper = downstream_mapper or _FINER[window.unit]()

    def spec(self) -> specs.Mapper:
        return specs.FanOutMapper(
            upstream_mapper=self.upstream_mapper.spec(), window=self.window.spec(),
            downstream_mapper=self.downstream_mapper.spec(), max_downstream_keys=self.max_downstream_keys,
        )  # fmt: skip


def _mapper(name: str, value: Any) -> PartitionMapper:
    if not isinstance(value, PartitionMapper):
        raise InvalidValue(name, value, "be a partition mapper")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidValue(name, value, "be text that is not empty")
    return value
