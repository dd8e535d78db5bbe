"""Any value of a DAG file as JSON for people to look at: the same value gives the same JSON in every process.

Memory addresses are left out, sets are sorted, callables become their names, long texts are cut.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from enum import Enum
from typing import Any, Final

USER_MODULE_PREFIX: Final = "tradewind_dag_"
"""DAG files are imported under names that begin so; such names mean nothing to people."""

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_MAX_DEPTH = 12


def plain(value: Any, limit: int = 4096, depth: int = 0) -> Any:  # noqa: PLR0911 - one line a kind
    """``value`` as JSON; texts longer than ``limit`` characters are cut."""
    if value is None or isinstance(value, (bool, int)) or type(value) is float:
        return _number(value)
    if isinstance(value, Enum):
        return plain(value.value, limit, depth + 1)
    if isinstance(value, str):
        return cut(str(value), limit)
    if depth >= _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): plain(part, limit, depth + 1) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part, limit, depth + 1) for part in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(part, limit, depth + 1) for part in value), key=repr)
    return cut(_text(value), limit)


def _number(value: Any) -> Any:
    """JSON has no infinity and no "not a number"."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _text(value: Any) -> str:
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (timedelta, tzinfo)):
        return str(value)
    if hasattr(type(value), "iter_references"):
        return _ADDRESS.sub("", str(value))
    if callable(value):
        return f"<callable {name_of(value)}>"
    if isinstance(value, (bytes, bytearray)):
        return f"<{len(value)} bytes>"
    return _ADDRESS.sub("", _described(value))


def _described(value: Any) -> str:
    cls = type(value)
    if getattr(cls, "__repr__", None) is object.__repr__ and getattr(cls, "__str__", None) is object.__str__:
        return f"<{name_of(cls)} object>"
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a user's __str__ may raise anything; the DAG is still good
        return f"<{name_of(cls)} object, whose text cannot be made: {type(error).__name__}>"


def cut(text: str, limit: int) -> str:
    """The text, or its first ``limit`` characters and a note how long it was."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… (cut, {len(text)} characters)"


def name_of(thing: Any) -> str:
    """The qualified name of a class or callable, without the made-up module name of a DAG file."""
    while hasattr(thing, "func") and hasattr(thing, "keywords"):  # functools.partial
        thing = thing.func
    named = thing if hasattr(thing, "__qualname__") else type(thing)
    module = str(getattr(named, "__module__", "") or "")
    hidden = module in {"", "builtins", "__main__"} or module.startswith(USER_MODULE_PREFIX)
    return str(named.__qualname__) if hidden else f"{module}.{named.__qualname__}"


def module_of(cls: type) -> str:
    """The module of a class; empty for one that a DAG file defines."""
    return "" if cls.__module__.startswith((USER_MODULE_PREFIX, "__main__")) else cls.__module__
