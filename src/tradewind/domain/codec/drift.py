"""Is a new version only the old one, seen later?

A start date of "now", or a text with the current time, makes a file give another spec at each parse.
Two versions are taken as the same when they differ only in times, and each of these has moved by just the
time that passed between the two parses. The first version then stays, with its times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?"  # a date and a time of day
    r"|(?<![\d.])1\d{9}(?:\.\d+)?(?![\d.])"  # seconds since 1970
)
_EPOCH_FROM: Final = 1_000_000_000


def same_but_for_the_clock(old: bytes, new: bytes, *, passed: float, slack: float = 5.0) -> bool:
    """True if ``new`` differs from ``old`` only in times that moved by ``passed`` seconds, ± ``slack``."""
    if old == new:
        return True
    moves = _moves(msgspec.json.decode(old), msgspec.json.decode(new))
    return all(move is not None and abs(move - passed) <= slack for move in moves)


def _moves(old: Any, new: Any) -> Iterator[float | None]:
    """For each difference: how many seconds a time moved, or None if something else differs."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key in old:
            yield from _moves(old[key], new[key])
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for before, after in zip(old, new, strict=True):
            yield from _moves(before, after)
    elif isinstance(old, str) and isinstance(new, str):
        yield from _text_moves(old, new)
    elif old != new:
        yield _number_move(old, new)


def _text_moves(old: str, new: str) -> Iterator[float | None]:
    if old == new:
        return
    before, after = _TIME.findall(old), _TIME.findall(new)
    if not before or len(before) != len(after) or _TIME.split(old) != _TIME.split(new):
        yield None
        return
    for first, second in zip(before, after, strict=True):
        start, end = _seconds(first), _seconds(second)
        yield None if start is None or end is None else end - start


def _number_move(old: Any, new: Any) -> float | None:
    numbers = (int, float)
    if type(old) in numbers and type(new) in numbers and min(old, new) > _EPOCH_FROM:
        return float(new) - float(old)
    return None


def _seconds(text: str) -> float | None:
    if text[4] != "-":
        return float(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
