"""What a test lets people answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tradewind.domain import hitl
from tradewind.domain.errors import InvalidValue

TESTER = "test"


class Answers:
    """Task (``task_id``, or ``task_id[index]``) to its answer.

    That is an option, a list of options, or ``{"chosen_options": […], "params_input": {…}, "by": "ann"}``.
    What is left out: the task's only option is chosen, the form keeps its values, somebody answers who may.
    """

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def answer(self, name: str, request: hitl.Request, now: datetime) -> hitl.Response | str | None:
        """The answer that the test gives; None for none, so that the time-out passes.

        Raises InvalidValue for one that the API would refuse.
        """
        given = self._given.get(name, self._given.get(name.partition("[")[0]))
        if given is None:
            return None
        told = dict(given) if isinstance(given, Mapping) else {"chosen_options": given}
        chosen = told.pop("chosen_options", request.options)
        chosen = [chosen] if isinstance(chosen, str) else list(chosen)
        anybody = request.assigned_users[0].id if request.assigned_users else TESTER
        values, by = told.pop("params_input", {}), str(told.pop("by", anybody))
        if told:
            rule = "hold chosen_options, params_input and by only"
            raise InvalidValue(f"The answer for task {name!r}", next(iter(told)), rule)
        person = hitl.Person(id=by, name=by)
        if not hitl.may_answer(request, person):
            raise InvalidValue(
                f"by of the answer for task {name!r}", by,
                f"be one of {[one.id for one in request.assigned_users]}, who alone may answer",
            )  # fmt: skip
        filled = hitl.check(request, chosen, values)
        return hitl.Response(chosen_options=tuple(chosen), params_input=filled, by=person, at=now)
