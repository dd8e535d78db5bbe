"""A cron expression, read.

Five fields (minute, hour, day of month, month, day of week), optionally second and year behind them. The
plain syntax is read here; rarer forms (``L``, ``5#2``, ``22-2`` …) are handed to croniter, which is imported
only then: it costs 60 ms.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from tradewind.domain.errors import AirflowTimetableInvalid, did_you_mean, shorten

PRESETS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}
_OTHER_WORDS: Final = frozenset({"@midnight", "@annually"})

_NAMES: Final = ("minute", "hour", "day of month", "month", "day of week", "second", "year")
_BOUNDS: Final = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7), (0, 59), (1970, 2099))
_MONTHS: Final = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_DAYS: Final = {name: n for n, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_WORDS: Final[dict[int, dict[str, int]]] = {3: _MONTHS, 4: _DAYS}

_ITEM = re.compile(r"(\*|\w+)(?:-(\w+))?(?:/(\d+))?")
_EVERY: Final[tuple[frozenset[int], ...]] = tuple(frozenset(range(low, high + 1)) for low, high in _BOUNDS)


class Fields(msgspec.Struct, frozen=True, kw_only=True):
    """What each field allows. None: the field is a bare ``*`` (for days that differs from "all of them")."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int] | None
    last_day: bool
    """``L`` in the day of month."""
    months: frozenset[int]
    weekdays: frozenset[int] | None
    """Sunday is 0."""
    nth: tuple[tuple[int, int], ...]
    """(weekday, n) of ``5#2``; n is -1 for the last one."""
    seconds: tuple[int, ...]
    years: frozenset[int] | None

    @property
    def every_hour(self) -> bool:
        """It ticks in each of the 24 hours."""
        return len(self.hours) == 24


@lru_cache(maxsize=4096)
def parse(expression: str) -> Fields:
    """The expression's fields. Raises AirflowTimetableInvalid naming expression and field."""
    parts = _split(expression)
    values = [_plain(index, part) for index, part in enumerate(parts)]
    if any(value is _RARE for value in values):
        return _rare(expression, parts)
    sets = [value if isinstance(value, frozenset) else None for value in values]
    return _build(sets, last_day=False, nth=())


def normalize(expression: str) -> str:
    """Presets become their five fields; anything else keeps its words, with single blanks."""
    text = " ".join(expression.split())
    return PRESETS.get(text.lower(), text)


def _split(expression: str) -> list[str]:
    text = normalize(expression)
    if text.startswith("@"):
        if text.lower() not in _OTHER_WORDS:
            known = [*PRESETS, *_OTHER_WORDS, "@once", "@continuous"]
            raise AirflowTimetableInvalid(
                f"Schedule {shorten(expression)!r} is not known.{did_you_mean(text, known)} "
                "Use a preset such as @daily, or five cron fields such as '0 0 * * *'."
            )
        text = {"@midnight": "0 0 * * *", "@annually": "0 0 1 1 *"}[text.lower()]
    parts = text.lower().split(" ")
    if not 5 <= len(parts) <= 7 or not parts[0]:
        count = 0 if not parts[0] else len(parts)
        raise AirflowTimetableInvalid(
            f"Cron expression {shorten(expression)!r} has {count} field(s); it needs five: "
            "minute, hour, day of month, month, day of week (optionally second and year behind them)."
        )
    for index, part in enumerate(parts):
        if part[:1] in {"h", "r"} and part[1:2] in {"", "(", "/"}:
            raise _invalid(expression, index, part, "hashed (H) and random (R) fields are not supported")
    return parts


_RARE: Final = object()


def _plain(index: int, text: str) -> object:
    """A set of values, None for a bare star, or _RARE for what croniter must read."""
    if text in {"*", "?"}:
        return None
    found: set[int] = set()
    for item in text.split(","):
        values = _item(index, item)
        if values is None:
            return _RARE
        found.update(values)
    if index == 4 and 7 in found:
        found = (found - {7}) | {0}
    return frozenset(found)


def _item(index: int, item: str) -> range | None:
    low, high = _BOUNDS[index]
    match = _ITEM.fullmatch(item)
    if match is None:
        return None
    first, second, step = match.groups()
    by = 1 if step is None else int(step)
    if first == "*":
        high = 6 if index == 4 else high
        return None if second or by < 1 else range(low, high + 1, by)
    start = _number(index, first)
    stop = start if second is None else _number(index, second)
    if start is None or stop is None or by < 1 or (step and second is None):
        return None
    return range(start, stop + 1, by) if low <= start <= stop <= high else None


def _number(index: int, word: str) -> int | None:
    return int(word) if word.isdigit() else _WORDS.get(index, {}).get(word)


def _rare(expression: str, parts: list[str]) -> Fields:
    from croniter import croniter  # heavy (dateutil); most schedules never need it

    try:
        expanded, nth = croniter.expand(" ".join(parts))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise _blame(expression, parts, error) from error
    sets: list[frozenset[int] | None] = []
    for index, values in enumerate(expanded):
        if index == 2 and any(part.endswith("w") for part in parts[2].split(",")):
            raise _invalid(expression, index, parts[index], "the nearest weekday (W) is not supported")
        numbers = frozenset(value for value in values if isinstance(value, int))
        sets.append(None if "*" in values else numbers)
    days = [
        (int(day), -1 if str(n) == "l" else int(n)) for day, ns in nth.items() if str(day) != "*" for n in ns
    ]
    return _build(sets, last_day="l" in expanded[2], nth=tuple(sorted(days)))


def _blame(expression: str, parts: list[str], error: Exception) -> AirflowTimetableInvalid:
    """Which field is it? Each is tried alone among stars."""
    from croniter import croniter  # see above

    for index, part in enumerate(parts):
        alone = ["*"] * max(5, index + 1)
        alone[index] = part
        try:
            croniter.expand(" ".join(alone))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            low, high = _BOUNDS[index]
            return _invalid(expression, index, part, f"use values from {low} to {high}")
    return AirflowTimetableInvalid(f"Cron expression {shorten(expression)!r} is not valid: {error}.")


def _invalid(expression: str, index: int, part: str, why: str) -> AirflowTimetableInvalid:
    return AirflowTimetableInvalid(
        f"Cron expression {shorten(expression)!r} is not valid: its {_NAMES[index]} field "
        f"(number {index + 1}) is {shorten(part)!r}; {why}."
    )


def _build(sets: list[frozenset[int] | None], *, last_day: bool, nth: tuple[tuple[int, int], ...]) -> Fields:
    def at(index: int) -> frozenset[int]:
        value = sets[index]
        return _EVERY[index] if value is None else value

    seconds = at(5) if len(sets) > 5 else frozenset({0})
    return Fields(
        minutes=tuple(sorted(at(0))),
        hours=tuple(sorted(at(1))),
        days=sets[2],
        last_day=last_day,
        months=at(3),
        weekdays=sets[4],
        nth=nth,
        seconds=tuple(sorted(seconds)),
        years=sets[6] if len(sets) > 6 else None,
    )
