"""What triggers may ask: as the try that waits for them, over a few connections that all of them share."""

from __future__ import annotations

import queue
from contextvars import ContextVar
from typing import Any, Final

from tradewind.client.link import Link
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages.data import Request
from tradewind.runtime.clock import Clock

ASKER: Final[ContextVar[tuple[str, int] | None]] = ContextVar("asker", default=None)
"""(attempt id, dispatch) by which the trigger whose code runs just now asks: mostly of the try that waits."""


class Lines:
    """Connections to the data server, as many as ask at the same time."""

    def __init__(self, path: str, deadline: float, clock: Clock) -> None:
        self._path, self._deadline, self._clock = path, deadline, clock
        self._free: queue.LifoQueue[Link] = queue.LifoQueue()

    def call(self, attempt_id: str, dispatch: int, request: Request) -> Any:
        """The answer's value. Raises what ``Link.call`` raises."""
        try:
            link = self._free.get_nowait()
        except queue.Empty:
            link = Link(self._path, attempt_id, dispatch, clock=self._clock, deadline=self._deadline)
        link.attempt_id, link.dispatch = attempt_id, dispatch
        try:
            return link.call(request)
        finally:
            self._free.put(link)


class AsTry:
    """The link of one try."""

    def __init__(self, lines: Lines, attempt_id: str, dispatch: int) -> None:
        self._lines, self._attempt_id, self._dispatch = lines, attempt_id, dispatch

    def call(self, request: Request) -> Any:
        """The answer's value."""
        return self._lines.call(self._attempt_id, self._dispatch, request)


class AsCurrent:
    """The link of whatever trigger asks, for ``Variable`` and ``Connection``."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def call(self, request: Request) -> Any:
        """The answer's value. Raises AirflowException outside of any trigger."""
        asker = ASKER.get()
        if asker is None:
            raise AirflowException(
                "Only triggers may ask for variables and connections of the database here."
            )
        return self._lines.call(*asker, request)
