"""How an operation of v1 is said with one of v2: tables of names, and what its answers look like.

A v1 operation is a v2 operation (its handler, its resource and its checks) under another path::

    like("GET /dags/{dag_id}/dagRuns", "get_dag_runs", query=paged(execution_date_gte="logical_date_gte"),
         answer=page("dag_runs", RUN))

``names`` lists what a request may say, with v2's word where it differs; anything else is refused. ``one`` and
``page`` list the fields of an answer, each with v2's field or with a function of v2's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from tradewind.api.door import ACTIONS, Call, Operation
from tradewind.api.problems import Problem, Unprocessable
from tradewind.api.routes import public
from tradewind.auth.permissions import Resource

PREFIX: Final = "/api/v1"
Reshape = Callable[[Any], Any]
HERE: Final = ""
"""Instead of v2's name: the translation itself uses it, v2 is not told."""
_COMMA: Final = frozenset({"update_mask", "dag_ids", "included_events", "excluded_events"})
"""Lists that are sent as one text with commas."""
_ORDERS: Final = {"execution_date": "logical_date", "next_dagrun": "next_dagrun_logical_date"}
"""Names in ``order_by`` that are others in v2."""


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a request may say."""

    v2: Mapping[str, str]
    """v1's name to v2's."""
    unless: Mapping[str, Any] = {}
    """What is meant where the request does not say it, by v2's name."""

    def said(self, given: str, where: str) -> str:
        """v2's name. Raises Unprocessable for one that v1 does not have."""
        if given not in self.v2:
            known = ", ".join(sorted(self.v2)) or "none"
            raise Unprocessable(
                Problem(
                    type="extra_forbidden",
                    loc=(where, given),
                    msg=f"There is no such name here; known: {known}",
                )
            )
        return self.v2[given]

    def fields(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A body in v2's words. Raises Unprocessable, also where two names of one thing disagree."""
        found: dict[str, Any] = {}
        for name, value in given.items():
            v2 = self.said(name, "body")
            if isinstance(value, float) and value.is_integer():
                value = int(value)  # noqa: PLW2901 - the published client writes page_limit as 2.0
            if found.setdefault(v2, value) != value:
                raise Unprocessable(
                    Problem(type="value_error", loc=("body", name), input=value, msg=f"It contradicts {v2}")
                )
        found.pop(HERE, None)
        return {**self.unless, **found}

    def pairs(self, given: list[tuple[str, str]], body: Names) -> list[tuple[str, str]]:
        """A query string in v2's words; ``update_mask`` names fields of the body. Raises Unprocessable."""
        found: list[tuple[str, str]] = []
        for name, text in given:
            v2 = self.said(name, "query")
            if v2 == HERE or (
                v2 == "limit" and text.strip() == "0"
            ):  # 0: as if it was not said, in Airflow 2
                continue
            parts = text.split(",") if name in _COMMA else [_order(text) if name == "order_by" else text]
            if name == "update_mask":
                parts = [body.v2.get(part.strip(), part.strip()) for part in parts]
            found += [(v2, part) for part in parts]
        there = {name for name, _ in found}
        return found + [(name, text) for name, text in self.unless.items() if name not in there]


def _order(text: str) -> str:
    name = text.removeprefix("-")
    return text.removesuffix(name) + _ORDERS.get(name, name)


def names(said: str = "", *, unless: Mapping[str, Any] | None = None) -> Names:
    """``a b=c d=``: v2 says ``a`` too, says ``c`` for ``b``, and is not told of ``d``."""
    pairs = [word.partition("=") for word in said.split()]
    return Names(v2={v1: v2 if renamed else v1 for v1, renamed, v2 in pairs}, unless=unless or {})


def paged(said: str = "", *, unless: Mapping[str, Any] | None = None) -> Names:
    """The names of a list's query."""
    return names(f"limit offset order_by {said}", unless={"limit": "100", **(unless or {})})


class Translated(Operation, frozen=True, kw_only=True):
    """An operation of v1."""

    says: Names = Names(v2={})
    """Its query."""
    sends: Names = Names(v2={})
    """Its body."""
    reshape: Reshape


@cache
def _of_v2() -> dict[str, Operation]:
    return {operation.name: operation for operation in public.operations()}


def like(
    path: str,
    v2: str,
    *,
    name: str = "",
    query: Names | None = None,
    body: Names | None = None,
    answer: Reshape | None = None,
    query_kind: type | None = None,
    body_kind: type | None = None,
    handler: Callable[[Call], Any] | None = None,
    status: int = 200,
) -> Translated:
    """The v1 operation ``METHOD /path`` that is the one named ``v2``: its resource, its checks, its kind of
    transaction. What v1 does in its own way is told by a handler, and kinds, of its own.
    """
    found = _of_v2()[v2]
    fields: dict[str, Any] = {field: getattr(found, field) for field in Operation.__struct_fields__}
    fields |= {
        "name": name or v2,
        "query": query_kind or found.query,
        "body": body_kind or found.body,
        "handler": handler or found.handler,
    }
    return _translated(path, fields, query, body, answer, status)


def own(
    path: str,
    handler: Callable[[Call], Any],
    resource: Resource,
    *,
    query: Names | None = None,
    query_kind: type | None = None,
    body: Names | None = None,
    body_kind: type | None = None,
    answer: Reshape | None = None,
) -> Translated:
    """The v1 operation ``METHOD /path`` that v2 does not have, named as its handler."""
    fields = {
        "name": handler.__name__, "tag": "", "handler": handler, "resource": resource,
        "action": ACTIONS[path.partition(" ")[0]], "query": query_kind, "body": body_kind,
    }  # fmt: skip
    return _translated(path, fields, query, body, answer, 200)


def _translated(
    path: str,
    fields: dict[str, Any],
    query: Names | None,
    body: Names | None,
    answer: Reshape | None,
    status: int,
) -> Translated:
    method, _, route = path.partition(" ")
    fields = {
        **fields,
        "method": method,
        "path": PREFIX + route.replace(":path}", "}"),
        "route": PREFIX + route,
        "name": f"v1.{fields['name']}",
        "status": 204 if method == "DELETE" else status,
        "in_document": False,
        "query": fields["query"] or _NoQuery,
    }
    return Translated(**fields, says=query or names(), sends=body or names(), reshape=answer or _nothing)


class _NoQuery(msgspec.Struct):
    """No names at all: others are refused."""


def _nothing(_: Any) -> None:
    return None


# --- answers -------------------------------------------------------------------------------------


def one(same: str, **others: str | Reshape | None) -> Reshape:
    """The answer's fields: ``same`` are those that v2 has too; the others are v2's field, a function of v2's
    answer, or None for what there is no more.
    """
    fields: dict[str, Any] = {**{name: name for name in same.split()}, **others}

    def reshape(it: Any) -> dict[str, Any]:
        return {name: _value(it, field) for name, field in fields.items()}

    return reshape


def _value(it: Any, field: str | Reshape | None) -> Any:
    if field is None:
        return None
    return it.get(field) if isinstance(field, str) else field(it)


def page(keys: str, each: Reshape, *, was: str = "") -> Reshape:
    """A list; ``was``: what v2 calls it. Some of v1's have two names, what was said and what was done."""

    def reshape(it: Any) -> dict[str, Any]:
        found = [each(part) for part in it[was or keys]]
        return {**dict.fromkeys(keys.split(), found), "total_entries": it["total_entries"]}

    return reshape


def picked(body: Any, fields: list[str]) -> Any:
    """Only these fields of the answer, or of each entry of a list. Raises Unprocessable for others."""
    if isinstance(body, dict) and "total_entries" in body:
        key = next(name for name, value in body.items() if isinstance(value, list))
        return {**body, key: [picked(part, fields) for part in body[key]]}
    for name in fields:
        if name not in body:
            raise Unprocessable(
                Problem(type="value_error", loc=("query", "fields"), input=name, msg="There is no such field")
            )
    return {name: body[name] for name in fields}
