"""The OpenAPI document, made from the declared operations and the structs that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from tradewind.api import params, problems
from tradewind.api.door import Operation
from tradewind.api.path_names import NUMBERS
from tradewind.api.schemas.common import HTTPExceptionResponse, HTTPValidationError

_SECURITY: Final[list[dict[str, list[str]]]] = [{"OAuth2PasswordBearer": []}, {"HTTPBearer": []}]
_SCHEMES: Final = {
    "OAuth2PasswordBearer": {
        "type": "oauth2",
        "flows": {"password": {"scopes": {}, "tokenUrl": "/auth/token"}},
    },
    "HTTPBearer": {"type": "http", "scheme": "bearer"},
}
_OVERLOAD: Final = {
    429: "Too many requests at once: try again after Retry-After seconds",
    503: "The database does not answer now",
    504: "It took longer than a request may",
}
_TEXT: Final = {"type": "string"}
_EVENT: Final = {
    "type": "object",
    "properties": {"event": _TEXT, "data": _TEXT, "retry": {"type": "integer"}},
}
_OTHER: Final = {"text/event-stream": _EVENT}
"""Media types whose schema is that of one of the things that come one after the other."""
_TEMPLATE: Final = "#/components/schemas/{name}"


def document(
    operations: Sequence[Operation], *, title: str, version: str, server: str = ""
) -> dict[str, Any]:
    """The whole document, as JSON-ready data. ``server``: what comes before its paths."""
    shown = [operation for operation in operations if operation.in_document]
    queries = _inline(operation.query for operation in shown)
    kinds = [HTTPExceptionResponse, HTTPValidationError, *_kinds(shown)]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_TEMPLATE)
    found = dict(zip(map(str, kinds), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in shown:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _describe(operation, found, queries)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "Airflow's REST API v2, served by Tradewind.",
        },
        **({"servers": [{"url": server}]} if server else {}),
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def _kinds(operations: Iterable[Operation]) -> list[Any]:
    kinds = {
        str(kind): kind
        for operation in operations
        for kind in (operation.body, *_answers(operation))
        if kind is not None
    }
    return list(kinds.values())


def _answers(operation: Operation) -> tuple[Any, ...]:
    """The types that it may answer with."""
    return operation.answer if isinstance(operation.answer, tuple) else (operation.answer,)


def _inline(queries: Iterable[type | None]) -> dict[type, list[dict[str, Any]]]:
    return {query: _parameters(query) for query in set(queries) if query is not None}


def _parameters(query: type) -> list[dict[str, Any]]:
    """Query parameters as the document lists them."""
    (_,), components = msgspec.json.schema_components([query], ref_template=_TEMPLATE)
    schema = components[query.__name__]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _resolve(value, components)}
        for name, value in schema["properties"].items()
    ]


def _resolve(schema: Any, components: dict[str, Any]) -> Any:
    """The schema with what it refers to written into it."""
    if isinstance(schema, list):
        return [_resolve(part, components) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolve(components[schema["$ref"].rpartition("/")[2]], components)
    return {name: _resolve(value, components) for name, value in schema.items()}


def _describe(
    operation: Operation, found: dict[str, Any], queries: dict[type, list[dict[str, Any]]]
) -> dict[str, Any]:
    parameters = [_path_parameter(name) for name in re.findall(r"\{(\w+)", operation.path)]
    if operation.query is not None:
        parameters += queries[operation.query]
    parameters += [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in operation.headers
    ]
    described: dict[str, Any] = {
        "tags": [operation.tag],
        "operationId": operation.name,
        "summary": _summary(operation),
        "responses": _responses(operation, found),
    }
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        required = not params.may_be_left_out(operation.body)
        described["requestBody"] = {"required": required, "content": _json(found[str(operation.body)])}
    if operation.resource is not None:
        described["security"] = _SECURITY
    return described


def _summary(operation: Operation) -> str:
    """The first line of its docstring, as plain text: pages show a summary as it is."""
    return (operation.handler.__doc__ or operation.name).strip().splitlines()[0].replace("`", "")


def _path_parameter(name: str) -> dict[str, Any]:
    kind = "integer" if name in NUMBERS else "string"
    return {"name": name, "in": "path", "required": True, "schema": {"type": kind}}


def _responses(operation: Operation, found: dict[str, Any]) -> dict[str, Any]:
    if operation.status == 204:
        good: dict[str, Any] = {"description": "Done"}
    else:
        good = {
            "description": "Done",
            "content": _json(_any_of([found[str(kind)] for kind in _answers(operation) if kind])),
        }
        good["content"].update(
            {media: {"schema": _OTHER.get(media, _TEXT)} for media in operation.other_media}
        )
    problem, malformed = (
        {problems.PROBLEM: {"schema": {"$ref": _TEMPLATE.format(name=kind.__name__)}}}
        for kind in (HTTPExceptionResponse, HTTPValidationError)
    )
    return {
        str(operation.status): good,
        **{
            str(status): {"description": words, "content": problem}
            for status, words in _refusals(operation).items()
        },
        "422": {"description": "Malformed input", "content": malformed},
    }


def _refusals(operation: Operation) -> dict[int, str]:
    """The statuses that it may end with instead, besides 422."""
    found = {400: "Input that makes no sense", 404: "Not found"}
    if operation.resource is not None:
        found |= {401: "Not authenticated", 403: "Not allowed"}
    if operation.other_media:
        found[406] = "No media type that is asked for can be had"
    if operation.method != "GET":
        found |= {409: "In conflict with what is there", 413: "Too large"}
    return found | _OVERLOAD


def _any_of(schemas: list[Any]) -> Any:
    if len(schemas) > 1:
        return {"anyOf": schemas}
    return schemas[0] if schemas else {}


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
