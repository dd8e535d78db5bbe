"""Human in the loop: what a task asks a person, which answers there are, and what the task is told.

Both sides of the house need it: a task process asks, the API server checks an answer before it is recorded,
and the scheduler takes the default where nobody has answered in time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from tradewind.domain.errors import InvalidValue, did_you_mean
from tradewind.domain.states import TaskInstanceState as T

MAY_ASK: Final = frozenset({T.QUEUED, T.RUNNING, T.AWAITING_INPUT})
"""States of a task instance whose present dispatch may have asked something; of queued ones the start may not
have been heard of yet."""
TAKES_ANSWERS: Final = MAY_ASK | {T.DEFERRED}
"""A bot may answer before its task instance is parked, and one with a trigger of its own is deferred."""
TOO_LATE: Final = {"error": "Nobody answered before the response timeout.", "error_type": "timeout"}
"""What a task is told when the time is over and it has no defaults."""
_CLASS: Final = "__classname__"
"""A dict with this key stands for an object of that class when it reaches a task; nobody may send one in."""
JsonObject = dict[str, Any]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may answer, or has."""

    id: str
    name: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked. ``params`` maps the fields of a form to ``{value, description, schema}``."""

    subject: str
    options: tuple[str, ...]
    body: str | None = None
    defaults: tuple[str, ...] | None = None
    multiple: bool = False
    params: dict[str, JsonObject] = {}
    assigned_users: tuple[Person, ...] = ()
    """Who may answer; empty: whoever may act on the DAG."""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. ``by`` is None where the defaults were taken."""

    chosen_options: tuple[str, ...]
    params_input: JsonObject = {}
    by: Person | None = None
    at: datetime


def check(request: Request, chosen: Sequence[str], given: Mapping[str, Any]) -> JsonObject:
    """Hold an answer against the request; the form's values, with defaults for those that are missing.

    Raises InvalidValue, which names ``chosen_options`` or ``params_input`` and a way out.
    """
    unknown = [option for option in chosen if option not in request.options]
    if unknown:
        near = did_you_mean(unknown[0], request.options)
        raise InvalidValue("chosen_options", unknown[0], f"be among {list(request.options)}{near}")
    if not chosen or len(set(chosen)) != len(chosen):
        raise InvalidValue("chosen_options", list(chosen), "name at least one option, and each only once")
    if len(chosen) > 1 and not request.multiple:
        raise InvalidValue("chosen_options", list(chosen), "name one option only")
    return check_form(request.params, given)


def check_form(params: Mapping[str, JsonObject], given: Mapping[str, Any]) -> JsonObject:
    """Every field of the form with its value: the given one, else its default. Raises InvalidValue."""
    for name in given:
        if name not in params:
            rule = f"hold fields of the form only, which are {sorted(params)}{did_you_mean(name, params)}"
            raise InvalidValue("params_input", name, rule)
        if _names_a_class(given[name]):
            raise InvalidValue(f"params_input.{name}", given[name], f"not use the reserved key {_CLASS!r}")
    # Loaded here: each task process and host loads this module, and few of them ask anybody.
    from tradewind.domain import json_schema

    filled = {name: given[name] if name in given else field.get("value") for name, field in params.items()}
    for name, value in filled.items():
        problem = json_schema.first_problem(params[name].get("schema") or {}, value)
        if problem is not None:
            raise InvalidValue(f"params_input.{name}", value, f"satisfy its schema: {problem}")
    return filled


def _names_a_class(value: Any) -> bool:
    if isinstance(value, Mapping):
        return _CLASS in value or any(map(_names_a_class, value.values()))
    return isinstance(value, (list, tuple)) and any(map(_names_a_class, value))


def may_answer(request: Request, person: Person) -> bool:
    """Whether the request is open to everybody, or names that person."""
    return not request.assigned_users or any(one.id == person.id for one in request.assigned_users)


def event(response: Response) -> JsonObject:
    """What the task is told of an answer, in the form in which values travel to tasks."""
    by = None if response.by is None else {"id": response.by.id, "name": response.by.name}
    moment = {"iso": response.at.isoformat(), "tz": "UTC"}
    return {
        "chosen_options": list(response.chosen_options),
        "params_input": response.params_input,
        "responded_by_user": by,
        "responded_at": {_CLASS: "datetime.datetime", "__version__": 2, "__data__": moment},
        "timedout": by is None,
    }


def unanswered(why: str) -> JsonObject:
    """What a task is told where nobody can be asked."""
    return {**TOO_LATE, "error": why}


def fallback(request: Request) -> str | None:
    """What is taken where nobody answers in time, as JSON text; None where the request has no defaults."""
    if request.defaults is None:
        return None
    values = {name: field.get("value") for name, field in request.params.items()}
    return json.dumps({"chosen_options": list(request.defaults), "params_input": values})


def taken(fallback: str, at: datetime) -> Response:
    """The answer that ``fallback`` makes."""
    said = json.loads(fallback)
    return Response(chosen_options=tuple(said["chosen_options"]), params_input=said["params_input"], at=at)
