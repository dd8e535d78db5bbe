"""Computing with partition keys: where a key goes, what a key waits for, which moment it stands for.

Mappers and windows that plug-ins bring are computed by a ``Custom``, which only a process that runs people's
code has; ``plugin_of`` tells the others that they have to ask.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final, Protocol

from tradewind.domain.errors import BadRequest, TradewindError
from tradewind.domain.spec import partitions as kinds
from tradewind.domain.spec.partitions import Mapper, PluginMapper, Window
from tradewind.domain.timetables import zones

MOST_KEYS: Final = 1000
"""How many keys one key may be mapped to, unless the mapper says otherwise."""
UNITS: Final = ("hour", "day", "week", "month", "quarter", "year")


class InvalidPartitionKey(BadRequest):
    """A key does not suit the mapper that it comes to."""


Item = str | datetime
"""What makes up a window: a key, or a moment as the clock on the wall shows it."""


class Custom(Protocol):
    """Computes with the classes of plug-ins. Raises what they raise."""

    def downstream(self, mapper: PluginMapper, key: str) -> Iterable[str]:
        """The keys that a key is mapped to."""
        ...

    def expected(self, mapper: PluginMapper, key: str) -> frozenset[str]:
        """The keys upstream that a roll-up waits for."""
        ...

    def decoded(self, mapper: PluginMapper, key: str) -> Item:
        """What a key downstream stands for."""
        ...

    def encoded(self, mapper: PluginMapper, item: Item) -> str:
        """The key upstream that stands for an item."""
        ...

    def formatted(self, mapper: PluginMapper, item: Item) -> str:
        """The key downstream that stands for an item."""
        ...

    def date_of(self, mapper: PluginMapper, key: str) -> datetime | None:
        """The moment that a key downstream stands for."""
        ...

    def items(self, window: Window, key: Item) -> Iterable[Item]:
        """What makes up a window."""
        ...


class NeedsPlugin(TradewindError):
    """A part of a mapper is a plug-in's, and this process runs no code of plug-ins."""


class _NoPlugins:
    """Where there are none."""

    def __getattr__(self, name: str) -> Any:
        raise NeedsPlugin(f"Only the plug-in host computes {name} of a mapper or window of a plug-in.")


NO_PLUGINS: Final[Custom] = _NoPlugins()


def plugin_of(mapper: Mapper) -> str | None:
    """The name of a class of a plug-in that the mapper is made of, or None."""
    match mapper:
        case kinds.PluginMapper():
            return mapper.name
        case kinds.ProductMapper() | kinds.ChainMapper():
            return next((name for child in mapper.mappers if (name := plugin_of(child))), None)
        case kinds.RollupMapper():
            return mapper.window.name or plugin_of(mapper.upstream_mapper)
        case kinds.FanOutMapper():
            named = mapper.window.name or plugin_of(mapper.upstream_mapper)
            return named or plugin_of(mapper.downstream_mapper)
    return None


def is_rollup(mapper: Mapper) -> bool:
    """Whether a key downstream waits for several keys upstream."""
    return isinstance(mapper, kinds.RollupMapper) or (isinstance(mapper, PluginMapper) and mapper.rollup)


def carries(mapper: Mapper) -> bool:
    """Whether a run downstream may have its moment from the run upstream, where the key stands for none."""
    return isinstance(mapper, kinds.IdentityMapper) or (isinstance(mapper, PluginMapper) and mapper.carries)


def downstream(mapper: Mapper, key: str, custom: Custom = NO_PLUGINS) -> tuple[str, ...]:
    """The keys that a key is mapped to. Raises InvalidPartitionKey."""
    found = tuple(_downstream(mapper, key, custom))
    most = mapper.max_downstream_keys or MOST_KEYS
    if len(found) > most:
        raise InvalidPartitionKey(
            f"Partition key {key!r} is mapped to {len(found)} keys, and {most} are allowed."
        )
    return found


def _downstream(mapper: Mapper, key: str, custom: Custom) -> Iterable[str]:  # noqa: PLR0911 - a table
    match mapper:
        case PluginMapper():
            return custom.downstream(mapper, key)
        case kinds.StartOfMapper():
            return [_written(mapper, _start(mapper.unit, _read(mapper, key)))]
        case kinds.FixedKeyMapper():
            return [mapper.downstream_key]
        case kinds.AllowedKeyMapper():
            if key not in mapper.allowed_keys:
                allowed = ", ".join(mapper.allowed_keys)
                raise InvalidPartitionKey(f"Partition key {key!r} is not one of the allowed keys: {allowed}.")
            return [key]
        case kinds.ProductMapper():
            parts = zip(mapper.mappers, _parts(mapper, key), strict=True)
            return [mapper.delimiter.join(_one(child, part, custom) for child, part in parts)]
        case kinds.ChainMapper():
            return functools.reduce(
                lambda keys, child: [new for one in keys for new in downstream(child, one, custom)],
                mapper.mappers,
                [key],
            )
        case kinds.FanOutMapper():
            coarse = _decoded(mapper.upstream_mapper, _one(mapper.upstream_mapper, key, custom), custom)
            items = _items(mapper.window, coarse, custom)
            return [_formatted(mapper.downstream_mapper, item, custom) for item in items]
        case kinds.RollupMapper():
            return downstream(mapper.upstream_mapper, key, custom)
    return [key]


def expected(mapper: Mapper, key: str, custom: Custom = NO_PLUGINS) -> frozenset[str] | None:
    """The keys upstream that make up a key downstream; None where one of them is enough."""
    if isinstance(mapper, PluginMapper) and mapper.rollup:
        return custom.expected(mapper, key)
    if not isinstance(mapper, kinds.RollupMapper):
        return None
    decoded = _decoded(mapper.upstream_mapper, key, custom)
    items = _items(mapper.window, decoded, custom)
    return frozenset(_encoded(mapper.upstream_mapper, item, custom) for item in items)


def satisfied(mapper: Mapper, key: str, arrived: Collection[str]) -> bool:
    """Whether enough of what a key downstream waits for has arrived."""
    return enough(mapper, expected(mapper, key), arrived)


def enough(mapper: Mapper, wanted: frozenset[str] | None, arrived: Collection[str]) -> bool:
    """Whether enough of ``wanted`` has arrived."""
    if wanted is None:
        return bool(arrived)
    matched = len(wanted & set(arrived))
    minimum = mapper.minimum if isinstance(mapper, kinds.RollupMapper | PluginMapper) else None
    if minimum is None:
        return matched == len(wanted)
    return matched >= (minimum if minimum > 0 else max(0, len(wanted) + minimum))


def date_of(  # noqa: PLR0911 - a table
    mapper: Mapper, key: str, custom: Custom = NO_PLUGINS
) -> datetime | None:
    """The moment (aware) that a key downstream stands for, or None. Raises InvalidPartitionKey."""
    match mapper:
        case PluginMapper():
            return custom.date_of(mapper, key)
        case kinds.StartOfMapper():
            return _start(mapper.unit, _parsed(mapper.output_format, key)).replace(tzinfo=_zone(mapper))
        case kinds.RollupMapper():
            return date_of(mapper.upstream_mapper, key, custom)
        case kinds.FanOutMapper():
            return date_of(mapper.downstream_mapper, key, custom)
        case kinds.ChainMapper():
            return date_of(mapper.mappers[-1], key, custom)
        case kinds.ProductMapper():
            parts = key.split(mapper.delimiter)
            if len(parts) != len(mapper.mappers):
                return None
            found = (date_of(child, part, custom) for child, part in zip(mapper.mappers, parts, strict=True))
            dates = [date for date in found if date is not None]
            return dates[0] if len(dates) == 1 else None
    return None


def _one(mapper: Mapper, key: str, custom: Custom) -> str:
    found = downstream(mapper, key, custom)
    if len(found) != 1:
        raise InvalidPartitionKey(
            f"Partition key {key!r} is mapped to {len(found)} keys where one is needed."
        )
    return found[0]


def _parts(mapper: kinds.ProductMapper, key: str) -> list[str]:
    parts = key.split(mapper.delimiter)
    if len(parts) != len(mapper.mappers):
        raise InvalidPartitionKey(
            f"Partition key {key!r} has {len(parts)} parts between {mapper.delimiter!r}; "
            f"{len(mapper.mappers)} are needed."
        )
    return parts


# --- moments and keys ------------------------------------------------------------------------------------


def _zone(mapper: kinds.StartOfMapper) -> tzinfo:
    return zones.zone(mapper.timezone)


def _read(mapper: kinds.StartOfMapper, key: str) -> datetime:
    """The moment of a key upstream, in the mapper's zone."""
    try:
        moment = datetime.strptime(key, mapper.input_format)  # noqa: DTZ007 - it gets its zone below
    except ValueError as error:
        raise InvalidPartitionKey(
            f"Partition key {key!r} does not have the format {mapper.input_format!r}."
        ) from error
    zone = _zone(mapper)
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _written(mapper: kinds.StartOfMapper, moment: datetime) -> str:
    text = moment.strftime(mapper.output_format)
    return text.replace("{quarter}", str((moment.month - 1) // 3 + 1))


def decoded(mapper: Mapper, key: str) -> Item:
    """What a key downstream of a built-in mapper stands for. Raises InvalidPartitionKey."""
    return _parsed(mapper.output_format, key) if isinstance(mapper, kinds.StartOfMapper) else key


def _decoded(mapper: Mapper, key: str, custom: Custom) -> Item:
    return custom.decoded(mapper, key) if isinstance(mapper, PluginMapper) else decoded(mapper, key)


def encoded(mapper: Mapper, item: Item) -> str:
    """The key upstream of a built-in mapper that stands for an item."""
    if isinstance(mapper, kinds.StartOfMapper) and isinstance(item, datetime):
        return item.replace(tzinfo=_zone(mapper)).strftime(mapper.input_format)
    return str(item)


def _encoded(mapper: Mapper, item: Item, custom: Custom) -> str:
    return custom.encoded(mapper, item) if isinstance(mapper, PluginMapper) else encoded(mapper, item)


def _formatted(mapper: Mapper, item: Item, custom: Custom) -> str:
    if isinstance(mapper, PluginMapper):
        return custom.formatted(mapper, item)
    return formatted(mapper, item)


def formatted(mapper: Mapper, item: Item) -> str:
    """The key downstream of a built-in mapper that stands for an item."""
    if isinstance(mapper, kinds.StartOfMapper) and isinstance(item, datetime):
        return _written(mapper, item)
    return item.isoformat() if isinstance(item, datetime) else item


_DIRECTIVES: Final = {"%Y": r"(?P<Y>\d{4})", "{quarter}": "(?P<quarter>[1-4])"} | {
    f"%{letter}": rf"(?P<{letter}>\d{{2}})" for letter in "mdHMSVUW"
}
_PIECE: Final = re.compile(r"%.|\{quarter\}|.", re.DOTALL)


@functools.lru_cache(64)
def _pattern(text: str) -> re.Pattern[str] | None:
    """A format as a pattern; None where it has a directive that only ``strptime`` knows."""
    pieces = _PIECE.findall(text)
    if any(piece.startswith("%") and piece not in _DIRECTIVES for piece in pieces):
        return None
    try:
        return re.compile("".join(_DIRECTIVES.get(piece, re.escape(piece)) for piece in pieces))
    except re.error:  # a directive that comes twice
        return None


def _parsed(text: str, key: str) -> datetime:
    """What the clock on the wall shows at the moment (the beginning of the span) that a key names, as if in
    UTC.
    """
    pattern = _pattern(text)
    try:
        if pattern is None:
            return datetime.strptime(key, text).replace(tzinfo=UTC)
        found = pattern.fullmatch(key)
        if found is None or "Y" not in found.groupdict():
            raise ValueError(key)
        part = {name: int(value) for name, value in found.groupdict().items()}
        month = (part["quarter"] - 1) * 3 + 1 if "quarter" in part else part.get("m", 1)
        hour, minute, second = (part.get(name, 0) for name in "HMS")
        return datetime(part["Y"], month, part.get("d", 1), hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise InvalidPartitionKey(f"Partition key {key!r} does not have the format {text!r}.") from error


def _start(unit: str, moment: datetime) -> datetime:
    """The beginning of the unit that the moment lies in."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        return hour
    day = hour.replace(hour=0)
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


# --- windows ---------------------------------------------------------------------------------------------


def _months_later(start: datetime, months: int) -> datetime:
    total = start.month - 1 + months
    return start.replace(year=start.year + total // 12, month=total % 12 + 1)


_STEPS: Final[dict[str, tuple[int, Callable[[datetime, int], datetime]]]] = {
    "hour": (60, lambda start, n: start + timedelta(minutes=n)),
    "day": (24, lambda start, n: start + timedelta(hours=n)),
    "week": (7, lambda start, n: start + timedelta(days=n)),
    "quarter": (3, _months_later),
    "year": (12, _months_later),
}


def _items(window: Window, key: Item, custom: Custom) -> Iterable[Item]:
    return custom.items(window, key) if window.name else items(window, key)


def items(window: Window, key: Item) -> list[Item]:
    """What makes up a key downstream, by a built-in window. Raises InvalidPartitionKey."""
    if window.unit == "segments":
        return list(window.segments)
    if not isinstance(key, datetime):
        raise InvalidPartitionKey(f"Partition key {key!r} names no moment, which a {window.unit} needs.")
    if window.unit in ("month", "quarter", "year") and key.day != 1:
        raise InvalidPartitionKey(f"A {window.unit} begins on the first of a month, not on {key:%Y-%m-%d}.")
    if window.unit == "month":
        first = _months_later(key, -1) if window.backward else key
        days = (_months_later(first, 1) - first).days
        return [first + timedelta(days=day + window.backward) for day in range(days)]
    count, step = _STEPS[window.unit]
    first = step(key, 1 - count) if window.backward else key
    return [step(first, number) for number in range(count)]
