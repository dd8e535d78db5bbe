"""Structs as plain JSON values, each value in exactly one form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from typing import Any, Final

import msgspec

from tradewind.domain.errors import InvalidValue

_ADDRESS: Final = re.compile(r" at 0x[0-9a-fA-F]{4,}")
_LARGEST_INT: Final = 2**63 - 1


def plain(value: Any) -> Any:
    """The value as str, int, float, bool, None, list, dict. Raises InvalidValue for what JSON cannot hold."""
    kind = type(value)
    convert = _BY_TYPE.get(kind) or _find(kind)
    if convert is None:
        raise InvalidValue("A value of a DAG", repr(value), "be JSON: text, number, boolean, list or object")
    return convert(value)


def _struct(value: msgspec.Struct) -> dict[str, Any]:
    """Fields that differ from their defaults, with the tag that names the kind."""
    found: dict[str, Any] = {}
    kind = type(value)
    for name, default, is_float in _fields(kind):
        field = getattr(value, name)
        if field == default:
            continue
        found[name] = _float(field) if is_float and type(field) is int else plain(field)
    config = kind.__struct_config__
    if config.tag_field is not None:
        found[config.tag_field] = config.tag
    return found


_MISSING: Final = object()


@lru_cache(maxsize=256)
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any, bool], ...]:
    """(name, default, is it a number with a fraction) of each field."""
    return tuple(
        (field.encode_name, _default(field), field.type in (float, float | None))
        for field in msgspec.structs.fields(kind)
    )


def _default(field: msgspec.structs.FieldInfo) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return _MISSING


def _text(value: str) -> str:
    """Addresses of objects in memory change with each process, and would make each parse a new version."""
    if " at 0x" in value:
        value = _ADDRESS.sub(" at 0x…", value)
    if value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode()  # lone surrogates cannot be written


def _int(value: int) -> int | str:
    return value if -_LARGEST_INT <= value <= _LARGEST_INT else str(value)


def _float(value: float) -> float | str:
    if not math.isfinite(value):
        return str(float(value))
    return float(value) + 0.0  # no minus zero


def _moment(value: datetime) -> str:
    if value.tzinfo is None or value.utcoffset() is None:
        raise InvalidValue(
            "A time in a DAG", value.isoformat(), "have a time zone (for example end with +00:00)"
        )
    utc = value.astimezone(UTC)
    spec = "microseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def _mapping(value: dict[Any, Any]) -> dict[str, Any]:
    return {_text(key if isinstance(key, str) else str(key)): plain(item) for key, item in value.items()}


def _list(value: Any) -> list[Any]:
    return [plain(item) for item in value]


def _set(value: Any) -> list[Any]:
    return sorted((plain(item) for item in value), key=lambda item: (str(type(item)), str(item)))


def _find(kind: type) -> Callable[[Any], Any] | None:
    """The converter of a base class, remembered for the class itself."""
    for base, convert in _BY_BASE:
        if issubclass(kind, base):
            _BY_TYPE[kind] = convert
            return convert
    return None


def _same(value: Any) -> Any:
    return value


_BY_TYPE: dict[type, Callable[[Any], Any]] = {
    type(None): _same,
    bool: _same,
    str: _text,
    int: _int,
    float: _float,
    dict: _mapping,
    list: _list,
    tuple: _list,
    datetime: _moment,
}

_BY_BASE: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    (msgspec.Struct, _struct),
    (Enum, lambda value: plain(value.value)),
    (str, lambda value: _text(str(value))),
    (int, lambda value: _int(int(value))),
    (float, _float),
    (dict, _mapping),
    (list, _list),
    (tuple, _list),
    (set, _set),
    (frozenset, _set),
    (datetime, _moment),
    (timedelta, lambda value: _float(value.total_seconds())),
)
