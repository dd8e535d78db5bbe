"""What tasks of a local run ask people, and the answers, in memory."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.domain import hitl
from tradewind.domain.messages import data


class Questions:
    """By attempt."""

    def __init__(self) -> None:
        self._requests: dict[str, hitl.Request] = {}
        self._responses: dict[str, hitl.Response] = {}

    def take(self, attempt_id: str) -> hitl.Request | None:
        """What the attempt asks; told once."""
        return self._requests.pop(attempt_id, None)

    def respond(self, attempt_id: str, response: hitl.Response) -> None:
        """Somebody has answered; what was answered before stays."""
        self._responses.setdefault(attempt_id, response)

    def answer(
        self, attempt_id: str, request: data.AskPerson | data.GetResponse | data.TakeDefault
    ) -> dict[str, Any] | None:
        """As the data server answers these."""
        if isinstance(request, data.AskPerson):
            self._requests[attempt_id] = request.request
            self._responses.pop(attempt_id, None)
        elif isinstance(request, data.TakeDefault) and request.chosen_options is not None:
            taken = hitl.Response(
                chosen_options=request.chosen_options, params_input=request.params_input, at=request.at
            )
            self.respond(attempt_id, taken)
        found = self._responses.get(attempt_id)
        return None if found is None else msgspec.to_builtins(found)
