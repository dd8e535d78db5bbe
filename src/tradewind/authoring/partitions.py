"""Partition mappers, windows and wait policies, as DAG files write them. The built-in ones hold their
arguments and give their ``spec()``; ``domain/partitions`` computes with that, also where a class of one's own
asks its base.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from tradewind.authoring import moments, partition_parts, plugin_names
from tradewind.authoring import partition_policies as policies
from tradewind.authoring.partition_windows import Window, text, unwall, wall
from tradewind.domain import partitions
from tradewind.domain.errors import InvalidValue
from tradewind.domain.spec import partitions as specs


class PartitionMapper:
    """Base of all mappers. Subclasses of your own must be registered by a plug-in (``partition_mappers``)."""

    is_rollup: ClassVar[bool] = False
    expected_decoded_type: ClassVar[type] = str
    wait_policy: policies.WaitPolicy | None = None

    def __init__(self, *, max_downstream_keys: int | None = None) -> None:
        if max_downstream_keys is not None and (
            not isinstance(max_downstream_keys, int) or max_downstream_keys < 1
        ):
            raise InvalidValue("max_downstream_keys", max_downstream_keys, "be a positive whole number")
        self.max_downstream_keys = max_downstream_keys

    def spec(self) -> specs.Mapper:
        """The mapper as data. Raises DagDefinitionError for a class of a DAG file."""
        policy = self.wait_policy
        asked = policies.is_own(policy)
        return specs.PluginMapper(
            name=plugin_names.name_of(self, "partition mapper", "partition_mappers"),
            data=self.serialize(),
            max_downstream_keys=self.max_downstream_keys,
            rollup=self.is_rollup,
            minimum=policy.minimum if policy is not None and not asked else None,
            asks_policy=asked,
            carries=type(self).carry_partition_date is not PartitionMapper.carry_partition_date,
        )

    def serialize(self) -> dict[str, Any]:
        """The arguments that build an equal mapper again."""
        most = self.max_downstream_keys
        return {} if most is None else {"max_downstream_keys": most}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> PartitionMapper:
        """An equal mapper from what ``serialize`` gave."""
        return cls(**data)

    def to_downstream(self, key: str) -> Any:
        """The key, or the keys, that a key is mapped to."""
        raise NotImplementedError(f"{type(self).__name__} defines no to_downstream().")

    def decode_downstream(self, downstream_key: str) -> Any:
        """What a key downstream stands for, as windows have it."""
        return downstream_key

    def encode_upstream(self, decoded: Any) -> str:
        """The key upstream that stands for an item of a window."""
        return str(decoded)

    def to_partition_date(self, downstream_key: str) -> datetime | None:
        """The moment that a key downstream stands for."""
        return None

    def carry_partition_date(self, source_partition_date: datetime | None) -> datetime | None:
        """The moment of a run downstream whose key stands for none, from that of the run upstream."""
        return None


def _custom() -> partitions.Custom:
    """What computes with parts of people's own."""
    from tradewind.authoring import (  # files that only name mappers need none
        plugin_partitions,
        plugin_reading,
    )

    return plugin_partitions.Live(plugin_reading.loaded())


class _BuiltIn(PartitionMapper):
    """One whose spec says everything. A subclass of one's own is a plug-in's."""

    def data(self) -> specs.Mapper:
        """The spec."""
        raise NotImplementedError

    def spec(self) -> specs.Mapper:
        """The mapper as data."""
        return self.data() if plugin_names.is_ours(self) else super().spec()

    def to_downstream(self, key: str) -> Any:
        """The key, or the keys, that a key is mapped to."""
        found = partitions.downstream(self.data(), key, _custom())
        return found[0] if len(found) == 1 else found

    def to_partition_date(self, downstream_key: str) -> datetime | None:
        """The moment that a key downstream stands for."""
        return partitions.date_of(self.data(), downstream_key, _custom())


class IdentityMapper(_BuiltIn):
    """The key as it is."""

    def data(self) -> specs.Mapper:
        return specs.IdentityMapper(max_downstream_keys=self.max_downstream_keys)

    def carry_partition_date(self, source_partition_date: datetime | None) -> datetime | None:
        """The same moment."""
        return source_partition_date


class _StartOfMapper(_BuiltIn):
    """A moment to the beginning of a unit."""

    expected_decoded_type: ClassVar[type] = datetime
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

    def data(self) -> specs.Mapper:
        return specs.StartOfMapper(
            unit=self.unit, timezone=self.timezone, input_format=self.input_format,
            output_format=self.output_format, max_downstream_keys=self.max_downstream_keys,
        )  # fmt: skip

    def serialize(self) -> dict[str, Any]:
        return {
            "timezone": self.timezone, "input_format": self.input_format,
            "output_format": self.output_format, **super().serialize(),
        }  # fmt: skip

    def decode_downstream(self, downstream_key: str) -> Any:
        return wall(partitions.decoded(self.data(), downstream_key))

    def encode_upstream(self, decoded: Any) -> str:
        return partitions.encoded(self.data(), unwall(decoded))

    def format(self, decoded: Any) -> str:
        """The key downstream that stands for a moment."""
        return partitions.formatted(self.data(), unwall(decoded))


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


class FixedKeyMapper(_BuiltIn):
    """Every key to the same one."""

    def __init__(self, downstream_key: str, *, max_downstream_keys: int | None = None) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.downstream_key = text("downstream_key of FixedKeyMapper", downstream_key)

    def serialize(self) -> dict[str, Any]:
        return {"downstream_key": self.downstream_key, **super().serialize()}

    def data(self) -> specs.Mapper:
        return specs.FixedKeyMapper(
            downstream_key=self.downstream_key, max_downstream_keys=self.max_downstream_keys
        )


class AllowedKeyMapper(_BuiltIn):
    """The key as it is, if it is one of these."""

    def __init__(self, allowed_keys: Iterable[str], *, max_downstream_keys: int | None = None) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.allowed_keys = [text("allowed_keys", key) for key in allowed_keys]

    def serialize(self) -> dict[str, Any]:
        return {"allowed_keys": self.allowed_keys, **super().serialize()}

    def data(self) -> specs.Mapper:
        return specs.AllowedKeyMapper(
            allowed_keys=tuple(self.allowed_keys), max_downstream_keys=self.max_downstream_keys
        )


class _Several(_BuiltIn):
    def __init__(self, *mappers: PartitionMapper, max_downstream_keys: int | None = None) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        if len(mappers) < 2:
            raise InvalidValue(f"mappers of {type(self).__name__}", mappers, "be at least two")
        self.mappers = [_mapper("mappers", mapper) for mapper in mappers]

    def serialize(self) -> dict[str, Any]:
        return {
            "mappers": [
                partition_parts.packed(mapper, "partition_mappers")
                for mapper in self.mappers
            ], **super().serialize()
        }  # fmt: skip

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> PartitionMapper:
        others = {name: value for name, value in data.items() if name != "mappers"}
        return cls(*(partition_parts.live(one, "partition_mappers") for one in data["mappers"]), **others)


class ProductMapper(_Several):
    """A key of several parts: a mapper for each."""

    def __init__(
        self, *mappers: PartitionMapper, delimiter: str = "|", max_downstream_keys: int | None = None
    ) -> None:
        super().__init__(*mappers, max_downstream_keys=max_downstream_keys)
        self.delimiter = text("delimiter", delimiter)

    def serialize(self) -> dict[str, Any]:
        return {"delimiter": self.delimiter, **super().serialize()}

    def data(self) -> specs.Mapper:
        return specs.ProductMapper(
            mappers=tuple(mapper.spec() for mapper in self.mappers), delimiter=self.delimiter,
            max_downstream_keys=self.max_downstream_keys,
        )  # fmt: skip


class ChainMapper(_Several):
    """One mapper after the other."""

    def data(self) -> specs.Mapper:
        return specs.ChainMapper(
            mappers=tuple(mapper.spec() for mapper in self.mappers),
            max_downstream_keys=self.max_downstream_keys,
        )


# --- roll-up and fan-out ---------------------------------------------------------------------------------


def _matching(mapper: PartitionMapper, window: Window) -> None:
    if mapper.expected_decoded_type is not window.expected_decoded_type:
        kinds = {datetime: "moments", str: "plain text"}
        needed = window.expected_decoded_type
        wanted = f"keys that are {kinds.get(needed, needed.__name__)}"
        raise InvalidValue(
            f"upstream_mapper of a {type(window).__name__}", type(mapper).__name__, f"give {wanted}"
        )


class _OfWindow(_BuiltIn):
    """One that is made of a window and of mappers."""

    parts: ClassVar[dict[str, str]] = {"upstream_mapper": "partition_mappers", "window": "windows"}

    def serialize(self) -> dict[str, Any]:
        told = {
            name: partition_parts.packed(getattr(self, name), listed) for name, listed in self.parts.items()
        }
        return {**told, **super().serialize()}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> PartitionMapper:
        parts = {name: partition_parts.live(data[name], listed) for name, listed in cls.parts.items()}
        return cls(**{**data, **parts})


class RollupMapper(_OfWindow):
    """Many keys to one, which waits for those of its window."""

    def serialize(self) -> dict[str, Any]:
        return {"wait_policy": {"minimum": policies.minimum_of(self.wait_policy)}, **super().serialize()}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> PartitionMapper:
        policy = data["wait_policy"]
        if isinstance(policy, dict):
            least = policy["minimum"]
            policy = policies.WaitForAll() if least is None else policies.MinimumCount(least)
        return super().deserialize({**data, "wait_policy": policy})

    is_rollup: ClassVar[bool] = True

    def __init__(
        self,
        *,
        upstream_mapper: PartitionMapper,
        window: Window,
        wait_policy: policies.WaitPolicy | None = None,
        max_downstream_keys: int | None = None,
    ) -> None:
        super().__init__(max_downstream_keys=max_downstream_keys)
        self.upstream_mapper, self.window = _mapper("upstream_mapper", upstream_mapper), window
        self.wait_policy: policies.WaitPolicy = wait_policy or policies.WaitForAll()
        _matching(upstream_mapper, window)

    def to_upstream(self, downstream_key: str) -> frozenset[str]:
        """The keys upstream that make up a key downstream."""
        return partitions.expected(self.data(), downstream_key, _custom()) or frozenset()

    def data(self) -> specs.Mapper:
        return specs.RollupMapper(
            upstream_mapper=self.upstream_mapper.spec(), window=self.window.spec(),
            minimum=policies.minimum_of(self.wait_policy), max_downstream_keys=self.max_downstream_keys,
        )  # fmt: skip


_FINER: dict[str, type[PartitionMapper]] = {
    "day": StartOfHourMapper,
    "week": StartOfDayMapper,
    "month": StartOfDayMapper,
    "quarter": StartOfMonthMapper,
    "year": StartOfMonthMapper,
}


class FanOutMapper(_OfWindow):
    """One key to all keys of a window."""

    parts: ClassVar[dict[str, str]] = {**_OfWindow.parts, "downstream_mapper": "partition_mappers"}

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

    def data(self) -> specs.Mapper:
        return specs.FanOutMapper(
            upstream_mapper=self.upstream_mapper.spec(), window=self.window.spec(),
            downstream_mapper=self.downstream_mapper.spec(), max_downstream_keys=self.max_downstream_keys,
        )  # fmt: skip


def _mapper(name: str, value: Any) -> PartitionMapper:
    if not isinstance(value, PartitionMapper):
        raise InvalidValue(name, value, "be a partition mapper")
    return value
