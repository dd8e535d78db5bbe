"""Bad input, generated over all operations: refused in the form of a problem, and nothing is changed.

Hostile ids in every place of every path; in every field of every body a value of each wrong type; bodies that
are no JSON; fields and masks that do not exist.
"""

from __future__ import annotations

import re
import sqlite3
import urllib.parse
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from tests.integration.api import stage
from tests.integration.api.world import World

from tradewind.api import params
from tradewind.api.door import Operation
from tradewind.api.routes import public, ui, v1

OPERATIONS = {
    operation.name: operation
    for operation in [*public.operations(), *ui.operations(), *v1.operations()]
    if operation.resource is not None
}
HOSTILE = (
    "..", "../../etc/passwd", "a\0b", "a" * 10_000, "\u202eevil", "a/b", " ", "\r\nX-Evil: 1", "%", "'; --",
    "{{1}}", "\ud83d\ude00", "٣", "1e9", "0x1", "+1", "1.0", "99999999999999999999", "true",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None,
    True,
    1,
    -1,
    1.5,
    "x",
    "",
    [],
    ["x"],
    [1],
    {},
    {"a": 1},
    "a" * 10_000,
    "a\0b",
)
NO_JSON = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b"\xff\xfe{\x00}\x00",
    b'{"a": NaN}',
    b"\xef\xbb\xbf{}",
    b"{}{}",
)


@pytest.fixture(scope="module")
def ids(world: World) -> stage.Ids:
    return stage.build(world, "bad", "bad", shared="bad_shared").ids


@pytest.fixture(autouse=True)
def unchanged(world: World, ids: stage.Ids) -> Iterator[None]:
    """Nothing that is refused leaves a trace in the database."""
    before = _rows(world)
    yield
    assert _rows(world) == before


def _rows(world: World) -> list[str]:
    with sqlite3.connect(world.home / "airflow.db") as connection:
        found = list(connection.iterdump())
    connection.close()
    return found


def _refused(answer: httpx.Response, about: object) -> None:
    assert 400 <= answer.status_code < 500, (about, answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json", about
    told = answer.json()
    assert told["detail"] and told["title"] and told["type"], about
    assert told["status"] == answer.status_code, about


def _of(*wanted: str) -> list[Operation]:
    return [
        operation for operation in OPERATIONS.values() if all(getattr(operation, name) for name in wanted)
    ]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_ids(admin: httpx.Client, ids: stage.Ids, hostile: str) -> None:
    for operation in OPERATIONS.values():
        for name in _names(operation):
            given = {**ids, name: hostile}
            path = operation.path.format_map(_Rest({key: _quoted(value) for key, value in given.items()}))
            answer = admin.request(operation.method, path, **_good(operation))
            if answer.status_code == 200 and answer.json().get("total_entries") == 0:
                continue  # well-formed, and of nothing: an empty list
            _refused(answer, (operation.name, name))


def _quoted(value: Any) -> str:
    """As a part of a path; dots too, or the client would walk up by itself."""
    return urllib.parse.quote(str(value).encode("utf-8", "surrogatepass"), safe="").replace(".", "%2E")


def _names(operation: Operation) -> list[str]:
    return re.findall(r"\{(\w+)", operation.path)


def _good(operation: Operation) -> dict[str, Any]:
    return {"json": {}} if operation.body is not None else {}


@pytest.mark.parametrize("raw", NO_JSON, ids=range(len(NO_JSON)))
def test_bodies_that_are_none(admin: httpx.Client, ids: stage.Ids, raw: bytes) -> None:
    for operation in _of("body"):
        path = operation.path.format_map(_Rest(ids))
        if raw in {b"", b"null"} and (params.may_be_left_out(operation.body) or "/v1/" in path):
            continue  # these ask for no body
        answer = admin.request(
            operation.method, path, content=raw, headers={"content-type": "application/json"}
        )
        _refused(answer, (operation.name, raw))


def test_fields_that_do_not_exist(admin: httpx.Client, ids: stage.Ids) -> None:
    for operation in _of("body"):
        path = operation.path.format_map(_Rest(ids))
        _refused(admin.request(operation.method, path, json={"no_such_field": 1}), operation.name)


def test_masks_that_do_not_exist(admin: httpx.Client, ids: stage.Ids) -> None:
    found = 0
    for operation in _of("query"):
        if "update_mask" in {field.name for field in msgspec.structs.fields(operation.query)}:
            for mask in ("no_such", "*", "", "dag_id,no_such", "__class__", "a" * 10_000):
                path = operation.path.format_map(_Rest(ids))
                answer = admin.request(operation.method, path, params={"update_mask": mask}, json={})
                _refused(answer, (operation.name, mask))
                found += 1
    assert found > 50


def test_values_of_wrong_types(admin: httpx.Client, ids: stage.Ids) -> None:
    asked = 0
    for operation in _of("body"):
        if not (isinstance(operation.body, type) and issubclass(operation.body, msgspec.Struct)):
            continue
        path = operation.path.format_map(_Rest(ids))
        for field in msgspec.structs.fields(operation.body):
            for value in VALUES:
                if not _fits(value, field.type):
                    answer = admin.request(operation.method, path, json={field.encode_name: value})
                    _refused(answer, (operation.name, field.name, value))
                    asked += 1
    assert asked > 500


def _fits(value: Any, kind: Any) -> bool:
    try:
        msgspec.json.decode(msgspec.json.encode(value), type=kind)
    except msgspec.ValidationError:
        return False
    return True


class _Rest(dict[str, Any]):
    """Names of paths that no thing of the story has."""

    def __missing__(self, name: str) -> str:
        return "ghost"
