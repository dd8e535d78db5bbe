"""One end of a framed stream socket: non-blocking, fed by the event loop, written at once where possible."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import msgspec

from tradewind.domain.errors import ProtocolError
from tradewind.domain.messages import wire

OnMessage = Callable[[Any], None]
OnClose = Callable[[], None]


class Stream:
    """A framed byte stream (``domain.messages.wire``). ``on_close`` is called once, when the peer is gone."""

    __slots__ = ("_frames", "_loop", "_on_close", "_on_message", "_pending", "sock")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        union: Any,
        on_message: OnMessage,
        on_close: OnClose,
    ) -> None:
        sock.setblocking(False)
        self.sock = sock
        self._loop = loop
        self._frames = wire.Frames(union)
        self._on_message = on_message
        self._on_close: OnClose | None = on_close
        self._pending = bytearray()
        loop.add_reader(sock.fileno(), self._readable)

    @property
    def closed(self) -> bool:
        """Whether nothing more goes in or out."""
        return self._on_close is None

    def send(self, message: msgspec.Struct) -> None:
        """Write a message, or keep what does not fit until the peer reads. Nothing happens when closed."""
        if self._on_close is None:
            return
        data = wire.frame(message)
        if self._pending:
            self._pending += data
            return
        try:
            sent = self.sock.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lost()
            return
        if sent < len(data):
            self._pending += memoryview(data)[sent:]
            self._loop.add_writer(self.sock.fileno(), self._writable)

    def close(self) -> None:
        """Close without calling ``on_close``."""
        if self._on_close is None:
            return
        self._on_close = None
        self._loop.remove_reader(self.sock.fileno())
        if self._pending:
            self._loop.remove_writer(self.sock.fileno())
            self._pending.clear()
        self.sock.close()

    def flush(self) -> None:
        """Take in what the peer wrote before it went."""
        while self._on_close is not None and self._readable():
            pass

    def _lost(self) -> None:
        on_close = self._on_close
        self.close()
        if on_close is not None:
            on_close()

    def _readable(self) -> bool:
        """Whether there may be more."""
        try:
            data = self.sock.recv(wire.READ_SIZE)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self._lost()
            return False
        try:
            for message in self._frames.feed(data):
                self._on_message(message)
        except ProtocolError:
            self._lost()
        return True

    def _writable(self) -> None:
        try:
            sent = self.sock.send(self._pending)
        except BlockingIOError:
            return
        except OSError:
            self._lost()
            return
        del self._pending[:sent]
        if not self._pending:
            self._loop.remove_writer(self.sock.fileno())
