"""JSON schema (draft 2020-12, and the spellings of draft 7 that DAG files carry over) for params.

Written here rather than taken from a library because a value is checked on the way of every trigger and of
every task start, where importing a general validator would cost more than the task. Everything that
constrains a value is covered but ``unevaluated*``, dynamic and remote references: a schema that uses one of
those is refused, rather than half checked.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from tradewind.domain import formats
from tradewind.domain.errors import InvalidValue

Schema = Mapping[str, Any] | bool
_REFUSED: Final = frozenset({"unevaluatedItems", "unevaluatedProperties", "$dynamicRef", "$recursiveRef"})
_MAX_DEPTH: Final = 64
_MAX_SHOWN: Final = 200


class Problem(NamedTuple):
    """Why a value does not satisfy a schema: where (``$.address.zip``) and in which way."""

    path: str
    message: str

    def __str__(self) -> str:
        return self.message if self.path == "$" else f"{self.path}: {self.message}"


def problems(schema: Schema, value: Any) -> Iterator[Problem]:
    """Everything that is wrong with ``value``. Raises InvalidValue for a schema that cannot be used."""
    return _Check(schema).run(schema, value, "$", 0)


def first_problem(schema: Schema, value: Any) -> str | None:
    """The first thing that is wrong with ``value``, in words, or None."""
    found = next(problems(schema, value), None)
    return None if found is None else str(found)


def explain(schema: Schema, value: Any) -> str | None:
    """Why ``value`` is refused, with the value and the schema, each cut where it is long; None where it is
    not.
    """
    problem = first_problem(schema, value)
    if problem is None:
        return None
    return f"{problem} (value: {_shown(value)}; schema: {_shown(schema)})."


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def same(left: Any, right: Any) -> bool:
    """Equality as JSON sees it: ``true`` is not 1, 1.0 is 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "number": _number,
    "integer": lambda value: _number(value) and (isinstance(value, int) or value.is_integer()),
    "array": lambda value: isinstance(value, (list, tuple)),
    "object": lambda value: isinstance(value, Mapping),
}


class _Check:
    """One schema document with its root, against which references are resolved."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    def run(self, schema: Schema, value: Any, path: str, depth: int) -> Iterator[Problem]:
        if schema is True:
            return
        if schema is False:
            yield Problem(path, f"{_show(value)} is not allowed here")
            return
        if not isinstance(schema, Mapping):
            raise InvalidValue("A JSON schema", schema, "be an object, true or false")
        if depth > _MAX_DEPTH:
            raise InvalidValue("A JSON schema", path, "not refer to itself without end")
        for keyword, argument in schema.items():
            if keyword in _REFUSED:
                raise InvalidValue("A JSON schema", keyword, "use keywords that Tradewind can check")
            rule = _SIMPLE.get(keyword)
            if rule is not None:
                message = rule(argument, value)
                if message:
                    yield Problem(path, message)
            elif keyword in _NESTED:
                yield from _NESTED[keyword](self, argument, value, _At(schema, path, depth + 1))

    def passes(self, schema: Schema, value: Any, at: _At) -> bool:
        """Whether there is nothing wrong with ``value``."""
        return next(self.run(schema, value, at.path, at.depth), None) is None

    def resolve(self, reference: str) -> Schema:
        """The part of the document that ``#/...`` points at."""
        if not reference.startswith("#"):
            raise InvalidValue(
                "A JSON schema's $ref", reference, "start with '#': other documents are not fetched"
            )
        part: Any = self.root
        for step in reference[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(part, Mapping) or key not in part:
                raise InvalidValue("A JSON schema's $ref", reference, "point into the schema")
            part = part[key]
        return part  # type: ignore[no-any-return]


class _At(NamedTuple):
    """Where a nested keyword stands."""

    schema: Mapping[str, Any]
    path: str
    depth: int


# --- keywords that look at one value ---------------------------------------------------------------------


def _show(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _type(argument: Any, value: Any) -> str | None:
    names = [argument] if isinstance(argument, str) else argument
    for name in names:
        if name not in _TYPES:
            raise InvalidValue("A JSON schema's type", name, f"be one of {', '.join(_TYPES)}")
    if any(_TYPES[name](value) for name in names):
        return None
    return f"{_show(value)} is not of type {' or '.join(map(repr, names))}"


def _enum(argument: Any, value: Any) -> str | None:
    if any(same(value, choice) for choice in argument):
        return None
    return f"{_show(value)} is not one of {_show(list(argument))}"


def _const(argument: Any, value: Any) -> str | None:
    return None if same(value, argument) else f"{_show(argument)} was expected, got {_show(value)}"


def _pattern(argument: str, value: Any) -> str | None:
    if not isinstance(value, str) or _compiled(argument).search(value):
        return None
    return f"{_show(value)} does not match {argument!r}"


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise InvalidValue(
            "A JSON schema's pattern", pattern, f"be a regular expression ({error})"
        ) from error


def _format(argument: str, value: Any) -> str | None:
    if not isinstance(value, str) or formats.matches(argument, value):
        return None
    return f"{_show(value)} is not a {argument!r}"


def _multiple(argument: float, value: Any) -> str | None:
    if not _number(value):
        return None
    rest = math.remainder(value, argument)
    return None if math.isclose(rest, 0, abs_tol=1e-9) else f"{_show(value)} is not a multiple of {argument}"


def _bound(words: str, holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], str | None]:
    def check(argument: Any, value: Any) -> str | None:
        if not _number(value) or holds(value, argument):
            return None
        return f"{_show(value)} is {words} {argument}"

    return check


def _size(
    kinds: tuple[str, ...], words: str, holds: Callable[[int, int], bool]
) -> Callable[[Any, Any], str | None]:
    def check(argument: Any, value: Any) -> str | None:
        if not any(_TYPES[kind](value) for kind in kinds) or holds(len(value), argument):
            return None
        return f"{_show(value)} is {words} than {argument}"

    return check


def _unique(argument: bool, value: Any) -> str | None:
    if not argument or not isinstance(value, (list, tuple)):
        return None
    for index, item in enumerate(value):
        if any(same(item, earlier) for earlier in value[:index]):
            return f"{_show(item)} is there twice"
    return None


def _required(argument: Any, value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return None
    missing = [name for name in argument if name not in value]
    return f"{missing[0]!r} is a required property" if missing else None


_SIMPLE: Final[dict[str, Callable[[Any, Any], str | None]]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "format": _format,
    "multipleOf": _multiple,
    "minimum": _bound("less than the minimum of", lambda value, limit: value >= limit),
    "maximum": _bound("greater than the maximum of", lambda value, limit: value <= limit),
    "exclusiveMinimum": _bound("not greater than", lambda value, limit: value > limit),
    "exclusiveMaximum": _bound("not less than", lambda value, limit: value < limit),
    "minLength": _size(("string",), "shorter", lambda size, limit: size >= limit),
    "maxLength": _size(("string",), "longer", lambda size, limit: size <= limit),
    "minItems": _size(("array",), "shorter", lambda size, limit: size >= limit),
    "maxItems": _size(("array",), "longer", lambda size, limit: size <= limit),
    "minProperties": _size(("object",), "smaller", lambda size, limit: size >= limit),
    "maxProperties": _size(("object",), "larger", lambda size, limit: size <= limit),
    "uniqueItems": _unique,
    "required": _required,
}


# --- keywords that look inside ---------------------------------------------------------------------------


def _reference(check: _Check, argument: str, value: Any, at: _At) -> Iterator[Problem]:
    yield from check.run(check.resolve(argument), value, at.path, at.depth)


def _items(check: _Check, argument: Any, value: Any, at: _At) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)):
        return
    if isinstance(argument, list):  # draft 7's word for prefixItems
        yield from _prefix(check, argument, value, at)
        return
    for index in range(len(at.schema.get("prefixItems", ())), len(value)):
        yield from check.run(argument, value[index], f"{at.path}[{index}]", at.depth)


def _prefix(check: _Check, argument: list[Schema], value: Any, at: _At) -> Iterator[Problem]:
    if isinstance(value, (list, tuple)):
        for index, (schema, item) in enumerate(zip(argument, value, strict=False)):
            yield from check.run(schema, item, f"{at.path}[{index}]", at.depth)


def _additional_items(check: _Check, argument: Schema, value: Any, at: _At) -> Iterator[Problem]:
    prefix = at.schema.get("items")
    if isinstance(prefix, list) and isinstance(value, (list, tuple)):
        for index in range(len(prefix), len(value)):
            yield from check.run(argument, value[index], f"{at.path}[{index}]", at.depth)


def _contains(check: _Check, argument: Schema, value: Any, at: _At) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)):
        return
    count = sum(check.passes(argument, item, at) for item in value)
    if count < at.schema.get("minContains", 1):
        yield Problem(at.path, f"{_show(value)} does not contain what it must")
    if count > at.schema.get("maxContains", count):
        yield Problem(at.path, f"{_show(value)} contains too many of what it may")


def _properties(check: _Check, argument: Mapping[str, Schema], value: Any, at: _At) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        for name, schema in argument.items():
            if name in value:
                yield from check.run(schema, value[name], f"{at.path}.{name}", at.depth)


def _pattern_properties(
    check: _Check, argument: Mapping[str, Schema], value: Any, at: _At
) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        for pattern, schema in argument.items():
            for name in filter(_compiled(pattern).search, value):
                yield from check.run(schema, value[name], f"{at.path}.{name}", at.depth)


def _additional(check: _Check, argument: Schema, value: Any, at: _At) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        return
    patterns = [_compiled(pattern) for pattern in at.schema.get("patternProperties", ())]
    for name in value:
        if name in at.schema.get("properties", ()) or any(pattern.search(name) for pattern in patterns):
            continue
        if argument is False:
            yield Problem(at.path, f"there must be no property {name!r}")
        else:
            yield from check.run(argument, value[name], f"{at.path}.{name}", at.depth)


def _names(check: _Check, argument: Schema, value: Any, at: _At) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        for name in value:
            yield from check.run(argument, name, at.path, at.depth)


def _dependent(check: _Check, argument: Mapping[str, Any], value: Any, at: _At) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        return
    for name, needs in argument.items():
        if name not in value:
            continue
        schema = {"required": needs} if isinstance(needs, list) else needs
        yield from check.run(schema, value, at.path, at.depth)


def _all_of(check: _Check, argument: list[Schema], value: Any, at: _At) -> Iterator[Problem]:
    for schema in argument:
        yield from check.run(schema, value, at.path, at.depth)


def _any_of(check: _Check, argument: list[Schema], value: Any, at: _At) -> Iterator[Problem]:
    if not any(check.passes(schema, value, at) for schema in argument):
        yield Problem(at.path, f"{_show(value)} is none of what it may be (anyOf)")


def _one_of(check: _Check, argument: list[Schema], value: Any, at: _At) -> Iterator[Problem]:
    count = sum(check.passes(schema, value, at) for schema in argument)
    if count != 1:
        yield Problem(at.path, f"{_show(value)} satisfies {count} of the schemas of oneOf, not exactly one")


def _not(check: _Check, argument: Schema, value: Any, at: _At) -> Iterator[Problem]:
    if check.passes(argument, value, at):
        yield Problem(at.path, f"{_show(value)} is what it must not be (not)")


def _if(check: _Check, argument: Schema, value: Any, at: _At) -> Iterator[Problem]:
    branch = "then" if check.passes(argument, value, at) else "else"
    yield from check.run(at.schema.get(branch, True), value, at.path, at.depth)


_NESTED: Final[dict[str, Callable[[_Check, Any, Any, _At], Iterator[Problem]]]] = {
    "$ref": _reference,
    "items": _items,
    "prefixItems": _prefix,
    "additionalItems": _additional_items,
    "contains": _contains,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "dependentRequired": _dependent,
    "dependentSchemas": _dependent,
    "dependencies": _dependent,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
}
