"""§1.13 Values against JSON schemas."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tradewind.domain import json_schema
from tradewind.domain.errors import InvalidValue

GOOD: list[tuple[Any, Any]] = [
    (True, object),
    ({}, "anything"),
    ({"type": "integer"}, 1.0),
    ({"type": ["null", "string"]}, None),
    ({"type": "number"}, 1),
    ({"type": "array", "items": {"type": "integer"}}, (1, 2)),
    ({"enum": [1, "a", None]}, None),
    ({"const": {"a": [1]}}, {"a": [1.0]}),
    ({"minimum": 3}, "not a number"),
    ({"multipleOf": 0.1}, 0.3),
    ({"minLength": 2, "maxLength": 2}, "ab"),
    ({"pattern": "^a+$"}, "aaa"),
    ({"format": "date"}, "2024-02-29"),
    ({"format": "date-time"}, "2024-02-29T00:00:00Z"),
    ({"format": "time"}, "23:59:59"),
    ({"format": "duration"}, "P1DT2H"),
    ({"format": "duration"}, "P3W"),
    ({"format": "email"}, "a@example.com"),
    ({"format": "uuid"}, "0190a6c2-0000-7000-8000-000000000000"),
    ({"format": "ipv4"}, "127.0.0.1"),
    ({"format": "uri"}, "https://example.com/x?y=1"),
    ({"format": "multiline"}, "any\ntext"),
    ({"uniqueItems": True}, [1, True, "1"]),
    ({"required": ["a"], "properties": {"a": {"type": "integer"}}}, {"a": 1, "b": "x"}),
    (
        {"additionalProperties": False, "properties": {"a": {}}, "patternProperties": {"^x": {}}},
        {"a": 1, "xy": 2},
    ),
    ({"prefixItems": [{"type": "integer"}], "items": {"type": "string"}}, [1, "a", "b"]),
    ({"contains": {"const": 2}, "maxContains": 1}, [1, 2]),
    ({"anyOf": [{"type": "integer"}, {"minLength": 3}]}, "abc"),
    ({"oneOf": [{"multipleOf": 3}, {"multipleOf": 5}]}, 9),
    ({"not": {"type": "null"}}, 0),
    ({"if": {"minimum": 10}, "then": {"multipleOf": 10}, "else": {"maximum": 5}}, 20),
    ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, 1),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1, "b": 2}),
    ({"propertyNames": {"pattern": "^[a-z]+$"}}, {"abc": 1}),
]

BAD: list[tuple[Any, Any, str]] = [
    (False, 1, "not allowed"),
    ({"type": "integer"}, True, "not of type 'integer'"),
    ({"type": "integer"}, 1.5, "not of type"),
    ({"type": ["string", "null"]}, 1, "'string' or 'null'"),
    ({"type": "array", "items": {"type": "integer"}}, [1, "x"], r"\$\[1\]: 'x'"),
    ({"enum": [1, 2]}, True, "not one of"),
    ({"const": 1}, 2, "was expected"),
    ({"minimum": 3}, 2, "less than the minimum of 3"),
    ({"maximum": 3}, 4, "greater than the maximum of 3"),
    ({"exclusiveMinimum": 3}, 3, "not greater than 3"),
    ({"exclusiveMaximum": 3}, 3, "not less than 3"),
    ({"multipleOf": 3}, 4, "not a multiple"),
    ({"minLength": 2}, "a", "shorter than 2"),
    ({"maxLength": 2}, "abc", "longer than 2"),
    ({"pattern": "^a+$"}, "b", "does not match"),
    ({"format": "date"}, "2023-02-29", "not a 'date'"),
    ({"format": "date"}, "20240101", "not a 'date'"),
    ({"format": "date-time"}, "2024-01-01", "not a 'date-time'"),
    ({"format": "time"}, "25:00", "not a 'time'"),
    ({"format": "duration"}, "P", "not a 'duration'"),
    ({"format": "duration"}, "PT", "not a 'duration'"),
    ({"format": "ipv6"}, "::g", "not a 'ipv6'"),
    ({"uniqueItems": True}, [1, 1.0], "twice"),
    ({"minItems": 2}, [1], "shorter than 2"),
    ({"minProperties": 1}, {}, "smaller than 1"),
    ({"required": ["a"]}, {}, "'a' is a required property"),
    ({"properties": {"a": {"properties": {"b": {"type": "null"}}}}}, {"a": {"b": 1}}, r"\$\.a\.b: 1 is not"),
    ({"additionalProperties": False}, {"z": 1}, "no property 'z'"),
    ({"additionalProperties": {"type": "string"}}, {"z": 1}, "z"),
    ({"items": [{"type": "integer"}], "additionalItems": False}, [1, 2], "not allowed"),
    ({"contains": {"const": 2}}, [1], "does not contain"),
    ({"anyOf": [{"type": "integer"}, {"minLength": 3}]}, "ab", "anyOf"),
    ({"oneOf": [{"multipleOf": 3}, {"multipleOf": 5}]}, 15, "satisfies 2"),
    ({"not": {"type": "null"}}, None, "must not be"),
    ({"if": {"minimum": 10}, "then": {"multipleOf": 10}}, 11, "not a multiple"),
    ({"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}, "x", "not of type"),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "'b' is a required"),
    ({"dependencies": {"a": ["b"]}}, {"a": 1}, "'b' is a required"),
    ({"propertyNames": {"pattern": "^[a-z]+$"}}, {"ABC": 1}, "does not match"),
]

UNUSABLE: list[tuple[Any, Any, str]] = [
    ({"type": "int"}, 1, "be one of"),
    ({"pattern": "("}, "x", "regular expression"),
    ({"$ref": "#/nowhere"}, 1, "point into"),
    ({"$ref": "https://example.com/schema"}, 1, "not fetched"),
    ({"$ref": "#"}, 1, "without end"),
    ({"unevaluatedProperties": False}, {}, "can check"),
    ({"allOf": ["x"]}, 1, "be an object"),
]


@pytest.mark.parametrize(("schema", "value"), GOOD)
def test_good(schema: Any, value: Any) -> None:
    assert json_schema.first_problem(schema, value) is None


@pytest.mark.parametrize(("schema", "value", "words"), BAD)
def test_bad(schema: Any, value: Any, words: str) -> None:
    problem = json_schema.first_problem(schema, value)
    assert problem is not None
    assert re.search(words, problem), problem


@pytest.mark.parametrize(("schema", "value", "words"), UNUSABLE)
def test_schemas_that_cannot_be_used(schema: Any, value: Any, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        json_schema.first_problem(schema, value)


def test_long_values_are_cut() -> None:
    problem = json_schema.first_problem({"type": "integer"}, "x" * 10_000)
    assert problem is not None
    assert len(problem) < 200
