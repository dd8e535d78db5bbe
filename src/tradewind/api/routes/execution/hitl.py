"""Running tasks, and the triggers of deferred ones, that ask people. Each speaks for its own attempt only."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.api.routes.execution.desk import Asked, answers
from tradewind.domain import hitl
from tradewind.domain.messages import data
from tradewind.domain.states import TaskInstanceState
from tradewind.store.queries import hitl as queries
from tradewind.store.transitions import hitl as transitions
from tradewind.store.transitions import runs


@answers(data.AskPerson, writes=True)
def ask_person(asked: Asked, request: data.AskPerson) -> dict[str, Any] | None:
    """Record the request; the run's version stays, for nothing follows from it yet.

    What a person told an attempt that was lost since is not asked again: it is the answer to this one too.
    """
    mine = asked.attempt
    now = asked.services.clock.now()
    given = queries.given_before(asked.tx, mine.attempt_id, request.request)
    if given is not None:
        runs.touch_run(asked.tx, mine.dag_id, mine.run_id, now=now)
    transitions.ask(asked.tx, mine.attempt_id, mine.dispatch, request.request, now=now)
    if given is not None:
        transitions.answer(asked.tx, mine.attempt_id, given)
    return _told(asked)


@answers(data.GetResponse)
def get_response(asked: Asked, request: data.GetResponse) -> dict[str, Any] | None:
    """What was answered, or None."""
    return _told(asked)


def _told(asked: Asked) -> dict[str, Any] | None:
    found = queries.get(asked.tx, asked.attempt.attempt_id)
    if found is None or found.response is None:
        return None
    told: dict[str, Any] = msgspec.to_builtins(found.response)
    return told


@answers(data.TakeDefault, writes=True)
def take_default(asked: Asked, request: data.TakeDefault) -> dict[str, Any] | None:
    """The time is over; what counts is what was recorded first."""
    attempt_id, now = asked.attempt.attempt_id, asked.services.clock.now()
    if asked.attempt.state != TaskInstanceState.DEFERRED:
        # A task that answers itself: the scheduler learns of it as of any answer.
        runs.touch_run(asked.tx, asked.attempt.dag_id, asked.attempt.run_id, now=now)
    if request.chosen_options is None:
        transitions.close(asked.tx, attempt_id)
    else:
        response = hitl.Response(
            chosen_options=request.chosen_options,
            params_input=request.params_input,
            at=request.at,
        )
        transitions.answer(asked.tx, attempt_id, response)
    return _told(asked)
