"""Human in the loop, for operators and triggers: ask a person, read the answer.

A task asks for itself alone: an id of another task instance is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypedDict

import msgspec

from tradewind.authoring import context
from tradewind.authoring.params import Param
from tradewind.domain import hitl
from tradewind.domain.errors import AirflowException, InvalidValue
from tradewind.domain.messages import data


class HITLUser(TypedDict):
    """Somebody who may answer, or has: the name to log in with, and the name to show."""

    id: str
    name: str


class HITLResponse:
    """What is known of the answer to a request."""

    def __init__(self, response: hitl.Response | None) -> None:
        self.response_received = response is not None
        self.chosen_options = None if response is None else list(response.chosen_options)
        self.params_input = {} if response is None else response.params_input
        self.responded_at: datetime | None = None if response is None else response.at
        self.responded_by_user: HITLUser | None = None
        if response is not None and response.by is not None:
            self.responded_by_user = HITLUser(id=response.by.id, name=response.by.name)


def upsert_hitl_detail(
    ti_id: Any,
    options: Sequence[str],
    subject: str,
    body: str | None = None,
    defaults: Sequence[str] | None = None,
    multiple: bool = False,
    params: Mapping[str, Any] | None = None,
    assigned_users: Sequence[Mapping[str, str]] | None = None,
) -> HITLResponse:
    """Ask a person; whoever may act on the DAG, or only ``assigned_users``, may answer from now on.

    What is known of the answer: it is there where this attempt stands in for one that was lost after it had
    been answered. Raises InvalidValue for another task instance's id.
    """
    ti = _running(ti_id)
    request = hitl.Request(
        subject=subject,
        options=tuple(options),
        body=body,
        defaults=None if defaults is None else tuple(defaults),
        multiple=multiple,
        params=form(params),
        assigned_users=tuple(
            hitl.Person(id=str(one["id"]), name=one["name"]) for one in assigned_users or ()
        ),
    )
    found = ti.ask(data.AskPerson(request=request))
    ti.asked = request
    return response(found)


def get_hitl_detail_content_detail(ti_id: Any) -> HITLResponse:
    """What was answered so far. Raises InvalidValue for another task instance's id."""
    return response(_running(ti_id).ask(data.GetResponse()))


def update_hitl_detail_response(
    ti_id: Any, chosen_options: Sequence[str], params_input: Mapping[str, Any]
) -> HITLResponse:
    """Answer for the person who did not; what somebody answered before stays, and is given back."""
    taken = data.TakeDefault(
        at=datetime.now(UTC), chosen_options=tuple(chosen_options), params_input=dict(params_input)
    )
    return response(_running(ti_id).ask(taken))


def response(found: Any) -> HITLResponse:
    """The answer of the database as an object."""
    return HITLResponse(None if found is None else msgspec.convert(found, hitl.Response))


def form(params: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """The fields of a form: from params, from what ``Param.serialize()`` gives, or from plain values."""
    return {name: _field(value) for name, value in (params or {}).items()}


def _field(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping) and "value" in value and value.keys() <= _FIELD:
        known: Mapping[str, Any] = value
    else:
        known = (value if isinstance(value, Param) else Param(value)).dump()
    return {
        "value": known["value"],
        "description": known.get("description"),
        "schema": known.get("schema") or {},
    }


_FIELD = {"value", "description", "schema", "source"}


def _running(ti_id: Any) -> Any:
    current = context.current_or_none()
    if current is None:
        raise AirflowException("Only a running task can ask a person: call this inside of execute().")
    ti = current["ti"]
    if str(ti_id) != ti.id:
        raise InvalidValue("ti_id", str(ti_id), f"be the id of the running task instance, {ti.id}")
    return ti
