"""A task process's way to the metadata database: requests over the data socket, answered one by one.

The connection is made at the first request. When the answering side goes away a request waits, up to a
deadline, for it to come back. ``stale_attempt`` means that this attempt is not the current one any more.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import Any, Final

from tradewind.domain.errors import (
    AirflowException,
    AirflowTaskTerminated,
    BadRequest,
    Conflict,
    NotFound,
    TradewindError,
)
from tradewind.domain.messages import wire
from tradewind.domain.messages.data import Answer, Call, Refusal, Reply, Request
from tradewind.runtime.clock import Clock

_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.5


class DataUnavailable(AirflowException):
    """Nobody answers requests for variables, connections and XComs."""

    def __init__(self, path: str, seconds: float, error: object) -> None:
        super().__init__(
            f"No answer from {path} for {seconds:g} s ({error}). "
            "Is the scheduler, which starts the data server, running?"
        )
        self.path = path


class RunExists(Conflict):
    """The run to be triggered is there already."""


class StaleAttempt(AirflowTaskTerminated):
    """This attempt was superseded or ended; its process has to stop."""


class Link:
    """The blocking client. One request at a time; safe to use from several threads."""

    def __init__(
        self, path: str, attempt_id: str, dispatch: int, *, clock: Clock, deadline: float = 60.0
    ) -> None:
        self.path, self.attempt_id, self.dispatch = path, attempt_id, dispatch
        self._clock, self._deadline = clock, deadline
        self._sock: socket.socket | None = None
        self._frames: wire.Frames | None = None
        self._lock = threading.Lock()
        self._owner = 0

    def call(self, request: Request) -> Any:
        """The answer's value. Raises NotFound, RunExists, BadRequest, DataUnavailable, StaleAttempt."""
        data = wire.frame(Call(attempt_id=self.attempt_id, dispatch=self.dispatch, request=request))  # type: ignore[arg-type]  # every request is one of the union
        with self._lock:
            reply = self._exchange(data)
        if isinstance(reply, Answer):
            return reply.value
        raise error_of(reply)

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def _exchange(self, data: bytes) -> Answer | Refusal:
        give_up = self._clock.monotonic() + self._deadline
        pause = _FIRST_PAUSE
        while True:
            try:
                reply = self._once(data)
                if not (isinstance(reply, Refusal) and reply.kind == "unavailable"):
                    return reply
                error: object = reply.message
            except (OSError, TradewindError) as broken:
                self.close()
                error = broken
            if self._clock.monotonic() + pause > give_up:
                raise DataUnavailable(self.path, self._deadline, error)
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _once(self, data: bytes) -> Answer | Refusal:
        sock, frames = self._connected()
        sock.sendall(data)
        while True:
            chunk = sock.recv(wire.READ_SIZE)
            if not chunk:
                raise ConnectionError("the data server closed the connection")
            for reply in list(frames.feed(chunk)):
                return reply  # type: ignore[no-any-return]

    def _connected(self) -> tuple[socket.socket, wire.Frames]:
        if self._sock is not None and self._owner != os.getpid():
            self._sock.close()  # a fork by user code: the connection belongs to the other process
            self._sock = None
        if self._sock is None:
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                sock.connect(self.path)
            except OSError:
                sock.close()
                raise
            self._sock, self._owner = sock, os.getpid()
            self._frames = None
        if self._frames is None:
            self._frames = wire.Frames(Reply)
        return self._sock, self._frames


def error_of(refusal: Refusal) -> BaseException:
    """The typed error that a refusal stands for."""
    match refusal.kind:
        case "stale_attempt":
            return StaleAttempt(refusal.message)
        case "not_found":
            return NotFound(refusal.message)
        case "run_exists":
            return RunExists(refusal.message)
        case _:
            return BadRequest(refusal.message)
