"""Query strings and bodies as msgspec structs, and what is wrong with them in FastAPI's words.

Parsing is strict where JSON has types (bodies) and lenient where everything is text (query strings). A
field of type ``list`` or ``tuple`` may be repeated; dates may be given without time or zone (then UTC),
and a ``+`` that arrived as a blank is repaired, because few clients escape it.
"""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeVar, cast

import msgspec

from tradewind.api.problems import Problem, Unprocessable
from tradewind.domain import errors

S = TypeVar("S")

MOST_NESTING: Final = 100
"""Levels of lists and objects in a body."""
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[\]{}]")
_PATH: Final = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_FIELD: Final = re.compile(r"`([^`]+)`")
_LOST_PLUS: Final = re.compile(r"(T| )(\d\d:.*) (\d\d:?\d\d)$")
_KINDS: Final = (
    ("missing required field", "missing", "Field required"),
    ("contains unknown field", "extra_forbidden", "Extra inputs are not permitted"),
    ("Invalid enum value", "enum", ""),
    ("Invalid RFC3339", "datetime_parsing", ""),
    (
        "timezone component",
        "timezone_aware",
        "Input should have timezone info, for example end with +00:00 or Z",
    ),
    ("Expected `int` >=", "greater_than_equal", ""),
    ("Expected `float` >", "greater_than", ""),
    ("of length <=", "string_too_long", ""),
)


def may_be_left_out(kind: Any) -> bool:
    """Whether a request without a body is one: its type admits None."""
    return type(None) in typing.get_args(kind)


def from_body(raw: bytes, kind: type[S]) -> S:
    """The JSON body as ``kind``. Raises Unprocessable, and BadRequest for a key that is there twice."""
    if not raw and may_be_left_out(kind):
        raw = b"null"
    _check_depth(raw)
    try:
        found = _storable(msgspec.json.decode(raw, type=kind), "body")
    except msgspec.ValidationError as error:
        raise Unprocessable(_explain(str(error), "body", raw, kind)) from error
    except msgspec.DecodeError as error:
        where = "Field required" if not raw.strip() else f"JSON decode error: {error}"
        kind_of = "missing" if not raw.strip() else "json_invalid"
        raise Unprocessable(Problem(type=kind_of, loc=("body",), msg=where)) from error
    _check_keys(raw)
    return found


def _check_keys(raw: bytes) -> None:
    """Raises BadRequest for good JSON in which an object has a key twice: readers differ in which of them
    counts, so that what one of them checked is not what another one does.
    """
    json.loads(raw.decode(), object_pairs_hook=_once, parse_int=len, parse_float=len)


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) == len(pairs):
        return
    names = [name for name, _ in pairs]
    name = next(name for name in names if names.count(name) > 1)
    raise errors.BadRequest(
        f"The body has the key {errors.shorten(name)!r} twice in one object: leave one out."
    )


def _check_depth(raw: bytes) -> None:
    """Raises Unprocessable for JSON that is nested so deeply that whoever walks through it might stumble."""
    if raw.count(b"[") + raw.count(b"{") <= MOST_NESTING:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MOST_NESTING:
            msg = f"JSON decode error: nested more than {MOST_NESTING} levels deep"
            raise Unprocessable(Problem(type="json_invalid", loc=("body",), msg=msg))


def from_query(items: Iterable[tuple[str, str]], kind: type[S]) -> S:
    """The query string's pairs as ``kind``; names it does not know are ignored. Raises Unprocessable."""
    lists, dates, known = _fields(cast(Hashable, kind))
    values: dict[str, Any] = {}
    for name, text in items:
        if name not in known:
            continue
        value = _moment(name, text) if name in dates else text
        if name in lists:
            values.setdefault(name, []).append(value)
        else:
            values[name] = value
    try:
        return _storable(msgspec.convert(values, kind, strict=False), "query")
    except msgspec.ValidationError as error:
        raise Unprocessable(_explain(str(error), "query", values, kind)) from error


def _storable(found: S, where: str) -> S:
    """As it came. Raises Unprocessable for a text with a NUL, which no PostgreSQL column can hold, and for a
    moment that lies before the year 1 or after 9999 in UTC, in which all of them are kept.

    Free JSON (``conf``, an XCom's value) may have both: it is kept as JSON text, where a NUL is escaped.
    """
    for loc, value in _plain(found, (where,)):
        if isinstance(value, str) and "\0" in value:
            raise Unprocessable(
                Problem(type="value_error", loc=loc, msg="Leave out the NUL character", input=value)
            )
        if isinstance(value, datetime):
            try:
                value.astimezone(UTC)
            except OverflowError as error:
                msg = "Input should lie between the years 1 and 9999 in UTC"
                raise Unprocessable(
                    Problem(type="datetime_parsing", loc=loc, msg=msg, input=value.isoformat())
                ) from error
    return found


def _plain(found: Any, loc: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each value of a struct and of those within it, with its place, but for free JSON."""
    for name in _typed(cast(Hashable, type(found))):
        value = getattr(found, name)
        if isinstance(value, (list, tuple)):
            for index, part in enumerate(value):
                yield (*loc, name), part
                yield from _plain(part, (*loc, name, index))
        else:
            yield (*loc, name), value
            yield from _plain(value, (*loc, name))


@cache
def _typed(kind: Any) -> tuple[str, ...]:
    hints = typing.get_type_hints(kind, include_extras=False) if hasattr(kind, "__struct_fields__") else {}
    return tuple(name for name, hint in hints.items() if hint is not Any)


def moment(text: str) -> datetime:
    """An ISO date or time, UTC where it names no zone. Raises ValueError."""
    value = datetime.fromisoformat(_LOST_PLUS.sub(r"\1\2+\3", text.strip()))
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def moment_in_body(name: str, text: str) -> datetime:
    """The time in a field that may hold other text too. Raises Unprocessable."""
    return _checked_moment("body", name, text)


def _moment(name: str, text: str) -> datetime | None:
    return _checked_moment("query", name, text) if text else None


def _checked_moment(where: str, name: str, text: str) -> datetime:
    try:
        return moment(text)
    except (ValueError, OverflowError) as error:
        raise Unprocessable(
            Problem(
                type="datetime_parsing", loc=(where, name), input=text,
                msg="Input should be a date and time, for example 2026-01-31T12:00:00Z",
            )
        ) from error  # fmt: skip


@cache
def _fields(kind: Any) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    hints = {name: str(hint) for name, hint in typing.get_type_hints(kind, include_extras=False).items()}
    lists = frozenset(name for name, hint in hints.items() if "list[" in hint or "tuple[" in hint)
    dates = frozenset(name for name, hint in hints.items() if "datetime" in hint)
    return lists, dates, frozenset(hints)


def _explain(message: str, where: str, given: Any, expected: Any) -> Problem:
    """msgspec's message (``Expected `str`, got `int` - at `$.conf` ``) as FastAPI's problem."""
    found = _PATH.search(message)
    steps = _STEP.findall(found["path"]) if found else []
    loc: list[str | int] = [
        where,
        *(name or (int(index) if index.isdigit() else index) for name, index in steps),
    ]
    text = message[: found.start()] if found else message
    for phrase, kind, words in _KINDS:
        if phrase in text:
            choices = _choices(expected, loc[1:]) if kind == "enum" else []
            said = f"Input should be one of {', '.join(choices)}" if choices else words or text
            if kind in {"missing", "extra_forbidden"} and (field := _FIELD.findall(text)):
                loc.append(field[-1])
            return Problem(type=kind, loc=tuple(loc), msg=said, input=_input(given, loc[1:]))
    return Problem(type="value_error", loc=tuple(loc), msg=text, input=_input(given, loc[1:]))


def _choices(kind: Any, steps: Iterable[str | int]) -> list[str]:
    """The values that are allowed at that place; none where it holds no enum."""
    places = _each(msgspec.inspect.type_info(kind))
    for step in steps:
        below: list[Any] = []
        for place in places:
            if isinstance(place, msgspec.inspect.StructType):
                below += [field.type for field in place.fields if field.encode_name == step]
            elif isinstance(place, (msgspec.inspect.ListType, msgspec.inspect.VarTupleType)):
                below.append(place.item_type)
        places = [each for one in below for each in _each(one)]
    enums = [place for place in places if isinstance(place, msgspec.inspect.EnumType)]
    literals = [place for place in places if isinstance(place, msgspec.inspect.LiteralType)]
    return [str(member.value) for one in enums for member in one.cls] + [
        str(value) for one in literals for value in one.values
    ]


def _each(place: Any) -> list[Any]:
    return list(place.types) if isinstance(place, msgspec.inspect.UnionType) else [place]


def _input(given: Any, steps: list[str | int]) -> Any:
    """The offending value, as far as it can be found."""
    try:
        value = msgspec.json.decode(given) if isinstance(given, bytes) else given
    except msgspec.DecodeError:
        return None
    for step in steps:
        try:
            value = value[step]
        except (LookupError, TypeError):
            break
    return value if len(str(value)) <= 500 else None
