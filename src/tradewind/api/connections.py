"""What one connection may cost before a request is there: uvicorn's parser has no limits of its own."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD: Final = 1024 * 1024
"""Bytes that may come before the head of a request is complete (``guard`` allows fewer in a complete one)."""
HEAD_SECONDS: Final = 30.0


class Connection(HttpToolsProtocol):
    """Hangs up on whoever sends a head that does not end, or none at all."""

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there: the first head is due."""
        super().connection_made(transport)
        self._bytes = 0
        self._due: asyncio.TimerHandle | None = None
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Count while a head is not complete."""
        super().data_received(data)
        if self._due is not None:
            self._bytes += len(data)
            if self._bytes > MOST_HEAD:
                self._hang_up()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        if self._due is None:
            self._wait_for_head()

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._bytes = 0
        self._due = self.loop.call_later(self.head_seconds, self._hang_up)

    def _stop_waiting(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def patient(head_seconds: float) -> Any:
    """The protocol, waiting so long for a head."""
    return type("Connection", (Connection,), {"head_seconds": head_seconds})
