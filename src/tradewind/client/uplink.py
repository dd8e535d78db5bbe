"""The host's connection to the scheduler. It is tried for ever; what must not be lost is in the ledger."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tradewind.client.stream import Stream
from tradewind.domain.messages.lifecycle import FromHost, ToHost

_PAUSES: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)


class Uplink:
    """Connects, says hello, and hands on what the scheduler says."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        path: Path,
        *,
        greet: Callable[[], list[FromHost]],
        heard: Callable[[ToHost], None],
    ) -> None:
        """``greet`` gives the first messages of each connection."""
        self._loop, self._path, self._greet, self._heard = loop, path, greet, heard
        self._stream: Stream | None = None
        self._failures = 0
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._stream is not None

    def connect(self) -> None:
        """Try now, and again later if nobody listens."""
        if self._closed or self._stream is not None:
            return
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            sock.connect(str(self._path))
        except OSError:
            sock.close()
            self._later()
            return
        self._failures = 0
        self._stream = Stream(self._loop, sock, ToHost, self._heard, self._lost)
        for message in self._greet():
            self.send(message)

    def begin_anew(self) -> None:
        """Drop the connection with all that was said on it, and say hello again."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        self.connect()

    def send(self, message: FromHost) -> None:
        """Write it, if there is a connection; without one the next hello says what counts."""
        if self._stream is not None:
            self._stream.send(message)

    def close(self) -> None:
        """Stop trying."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _lost(self) -> None:
        self._stream = None
        self._later()

    def _later(self) -> None:
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        self._failures += 1
        self._timer = self._loop.call_later(pause, self.connect)
