"""What tasks and assets keep in their state stores during a local run."""

from __future__ import annotations

from typing import Any, Final

from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import Assignment

REQUESTS: Final = (
    data.GetTaskState | data.SetTaskState | data.DeleteTaskState | data.GetAssetState | data.SetAssetState
    | data.DeleteAssetState
)  # fmt: skip


class Kept:
    """JSON texts by task instance or asset, and key."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, ...], str] = {}

    def answer(self, asking: Assignment, request: Any) -> str | None:
        """The value that is asked for, if it is there; None where one is set or deleted."""
        keeper = self._keeper(asking, request)
        if isinstance(request, data.GetTaskState | data.GetAssetState):
            return self._texts.get((*keeper, request.key))
        if isinstance(request, data.SetTaskState | data.SetAssetState):
            self._texts[*keeper, request.key] = request.value
            return None
        self._texts = {
            place: text
            for place, text in self._texts.items()
            if place[:-1] != keeper or request.key not in (None, place[-1])
        }
        return None

    @staticmethod
    def _keeper(asking: Assignment, request: Any) -> tuple[str, ...]:
        if hasattr(request, "uri"):
            return ("asset", request.name, request.uri)
        return ("task", asking.task_id, str(asking.map_index))
