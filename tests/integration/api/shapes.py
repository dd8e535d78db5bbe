"""Answers held against the structure (names, types, required, enums) of Airflow's API, v2 and v1.

Where v2's document says ``oneOf``, ``schemas.json`` says ``anyOf``: two of its alternatives overlap. v1's
document calls next to nothing required, but Airflow sends every field; so does ``v1_schemas.json``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx

from tradewind.domain import json_schema

_PARAMETER = re.compile(r"\{\w+\}|~")


class Document:
    """One age of the API."""

    def __init__(self, file: str) -> None:
        document = json.loads((Path(__file__).parent / file).read_text())
        self.operations: dict[str, Any] = document["operations"]
        self.schemas: dict[str, Any] = document["schemas"]
        self._by_form = {form(operation): operation for operation in self.operations}

    def known_as(self, operation: str) -> str:
        """The document's name for ``METHOD /path``, whatever the path's parameters are called."""
        return self._by_form[form(operation)]

    def matches(self, answer: httpx.Response, operation: str) -> Any:
        """The body of an answer that has the right status and shape."""
        expected = self.operations[operation]["answers"]
        assert str(answer.status_code) in expected, f"{operation}: {answer.status_code} {answer.text[:500]}"
        schema = expected[str(answer.status_code)]
        if schema is None:
            assert answer.content == b""
            return None
        body = answer.json()
        if schema:
            self._check(schema, body, operation)
        return body

    def _check(self, schema: dict[str, Any], value: Any, what: str) -> None:
        """The value satisfies the schema, and has no field that the schema does not name."""
        problem = json_schema.first_problem({**schema, "$defs": self.schemas}, value)
        assert problem is None, f"{what}: {problem}"
        strange = list(self._strange(schema, value))
        assert not strange, f"{what}: fields that Airflow does not have: {strange}"

    def _strange(self, schema: dict[str, Any], value: Any) -> Any:
        schema = self._fitting(schema, value)
        if isinstance(value, list):
            for part in value:
                yield from self._strange(schema.get("items", {}), part)
        if isinstance(value, dict) and "properties" in schema and not schema.get("additionalProperties"):
            for name, part in value.items():
                if name not in schema["properties"]:
                    yield name
                else:
                    yield from self._strange(schema["properties"][name], part)

    def _fitting(self, schema: dict[str, Any], value: Any) -> dict[str, Any]:
        """The schema behind a reference, or the first alternative that the value satisfies."""
        if "$ref" in schema:
            return self._fitting(self.schemas[schema["$ref"].rpartition("/")[2]], value)
        for alternative in schema.get("anyOf", ()):
            if json_schema.first_problem({**alternative, "$defs": self.schemas}, value) is None:
                return self._fitting(alternative, value)
        return schema


def form(operation: str) -> str:
    """``METHOD /path`` without the names of its parameters."""
    return _PARAMETER.sub("{}", operation)


V1, V2 = Document("v1_schemas.json"), Document("schemas.json")
OPERATIONS = V2.operations
SEEN: set[str] = set()
"""Operations of v2 that were called."""


def call(
    client: httpx.Client,
    method: str,
    path: str,
    *,
    json: Any = None,
    params: Any = None,
    headers: Any = None,
    **ids: Any,
) -> Any:
    """Send, check the shape, and give the body."""
    operation = f"{method} {path}"
    SEEN.add(operation)
    body = None if json is None else {"json": json}
    return V2.matches(
        client.request(method, path.format(**ids), params=params, headers=headers, **(body or {})), operation
    )
