"""Answers held against the structure (names, types, required, enums) of Airflow's API v2.

Where that document says ``oneOf``, ``schemas.json`` says ``anyOf``: two of its alternatives overlap.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from tradewind.domain import json_schema

_DOCUMENT = json.loads((Path(__file__).parent / "schemas.json").read_text())
OPERATIONS: dict[str, Any] = _DOCUMENT["operations"]
SCHEMAS: dict[str, Any] = _DOCUMENT["schemas"]
SEEN: set[str] = set()
"""Operations that were called."""


def call(
    client: httpx.Client, method: str, path: str, *, json: Any = None, params: Any = None, **ids: Any
) -> Any:
    """Send, check the shape, and give the body."""
    operation = f"{method} {path}"
    SEEN.add(operation)
    body = None if json is None else {"json": json}
    return matches(client.request(method, path.format(**ids), params=params, **(body or {})), operation)


def matches(answer: httpx.Response, operation: str) -> Any:
    """The body of an answer that has the right status and shape for ``METHOD /api/v2/path``."""
    expected = OPERATIONS[operation]["answers"]
    assert str(answer.status_code) in expected, f"{operation}: {answer.status_code} {answer.text[:500]}"
    schema = expected[str(answer.status_code)]
    if schema is None:
        assert answer.content == b""
        return None
    body = answer.json()
    if schema:
        check(schema, body, operation)
    return body


def check(schema: dict[str, Any], value: Any, what: str) -> None:
    """The value satisfies the schema, and has no field that the schema does not name."""
    problem = json_schema.first_problem({**schema, "$defs": SCHEMAS}, value)
    assert problem is None, f"{what}: {problem}"
    strange = list(_strange(schema, value))
    assert not strange, f"{what}: fields that Airflow does not have: {strange}"


def _strange(schema: dict[str, Any], value: Any) -> Any:
    schema = _fitting(schema, value)
    if isinstance(value, list):
        for part in value:
            yield from _strange(schema.get("items", {}), part)
    if isinstance(value, dict) and "properties" in schema and not schema.get("additionalProperties"):
        for name, part in value.items():
            if name not in schema["properties"]:
                yield name
            else:
                yield from _strange(schema["properties"][name], part)


def _fitting(schema: dict[str, Any], value: Any) -> dict[str, Any]:
    """The schema behind a reference, or the first alternative that the value satisfies."""
    if "$ref" in schema:
        return _fitting(SCHEMAS[schema["$ref"].rpartition("/")[2]], value)
    for alternative in schema.get("anyOf", ()):
        if json_schema.first_problem({**alternative, "$defs": SCHEMAS}, value) is None:
            return _fitting(alternative, value)
    return schema
