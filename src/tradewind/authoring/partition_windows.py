"""Windows of partition keys, as DAG files write them; ``domain/partitions`` computes with what they say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from tradewind.authoring import plugin_names
from tradewind.domain import partitions
from tradewind.domain.errors import InvalidValue
from tradewind.domain.spec import partitions as specs


def text(name: str, value: Any) -> str:
    """The value, if it is text that is not empty. Raises InvalidValue."""
    if not isinstance(value, str) or not value:
        raise InvalidValue(name, value, "be text that is not empty")
    return value


def wall(item: Any) -> Any:
    """A moment as classes of one's own see it: what the clock on the wall shows, without a zone."""
    return item.replace(tzinfo=None) if isinstance(item, datetime) else item


def unwall(item: Any) -> Any:
    """The same as ``domain/partitions`` has it."""
    return item.replace(tzinfo=UTC) if isinstance(item, datetime) else item


class Window:
    """What one key downstream is made of. Subclasses of your own must be registered by a plug-in
    (``windows``).
    """

    class Direction(StrEnum):
        """Whether the span begins or ends with the key."""

        BACKWARD = "backward"
        FORWARD = "forward"

    expected_decoded_type: ClassVar[type] = str
    unit: ClassVar[str] = "plugin"

    def __init__(self, *, direction: Any = Direction.FORWARD) -> None:
        self.direction = self.Direction(direction)

    def spec(self) -> specs.Window:
        """The window as data. Raises DagDefinitionError for a class of a DAG file."""
        name = plugin_names.name_of(self, "window", "windows")
        return specs.Window(unit="plugin", name=name, data=self.serialize())

    def serialize(self) -> dict[str, Any]:
        """The arguments that build an equal window again."""
        return {"direction": self.direction.value}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Window:
        """An equal window from what ``serialize`` gave."""
        return cls(**data)

    def to_upstream(self, decoded_downstream: Any) -> Iterable[Any]:
        """The items that make up what a key downstream stands for."""
        raise NotImplementedError(f"{type(self).__name__} defines no to_upstream().")


class _BuiltInWindow(Window):
    expected_decoded_type: ClassVar[type] = datetime

    def data(self) -> specs.Window:
        """The spec."""
        return specs.Window(unit=self.unit, backward=self.direction is self.Direction.BACKWARD)

    def spec(self) -> specs.Window:
        """The window as data."""
        return self.data() if plugin_names.is_ours(self) else super().spec()

    def to_upstream(self, decoded_downstream: Any) -> Iterable[Any]:
        return [wall(item) for item in partitions.items(self.data(), unwall(decoded_downstream))]


class HourWindow(_BuiltInWindow):
    """The minutes of an hour."""

    unit = "hour"


class DayWindow(_BuiltInWindow):
    """The hours of a day: twenty-four, by the clock on the wall."""

    unit = "day"


class WeekWindow(_BuiltInWindow):
    """The days of a week."""

    unit = "week"


class MonthWindow(_BuiltInWindow):
    """The days of a month."""

    unit = "month"


class QuarterWindow(_BuiltInWindow):
    """The months of a quarter."""

    unit = "quarter"


class YearWindow(_BuiltInWindow):
    """The months of a year."""

    unit = "year"


class SegmentWindow(_BuiltInWindow):
    """The listed keys."""

    expected_decoded_type: ClassVar[type] = str
    unit = "segments"

    def __init__(self, segments: Iterable[str]) -> None:
        super().__init__()
        self.segments = sorted({text("a segment of SegmentWindow", one) for one in segments})
        if not self.segments:
            raise InvalidValue("segments of SegmentWindow", [], "name at least one key")

    def serialize(self) -> dict[str, Any]:
        return {"segments": list(self.segments)}

    def data(self) -> specs.Window:
        return specs.Window(unit=self.unit, segments=tuple(self.segments))
