"""The host's ends of its packet sockets: non-blocking, fed by the event loop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from collections.abc import Sequence
from typing import Any

import msgspec

from tradewind.client.stream import OnClose, OnMessage
from tradewind.domain.errors import ProtocolError
from tradewind.worker import packets


class PacketChannel:
    """A packet socket (``packets``) on the event loop. Descriptors given to ``send`` are closed once sent."""

    __slots__ = ("_decoder", "_loop", "_on_close", "_on_message", "_pending", "sock")

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
        self._decoder = packets.decoder_of(union)
        self._on_message = on_message
        self._on_close: OnClose | None = on_close
        self._pending: deque[tuple[bytes, tuple[int, ...]]] = deque()
        loop.add_reader(sock.fileno(), self._readable)

    def send(self, message: msgspec.Struct, fds: Sequence[int] = ()) -> None:
        """Write a packet, or keep it until the peer has room. Nothing happens when closed."""
        item = (packets.encode(message), tuple(fds))
        if self._on_close is None:
            _close_all(item[1])
            return
        self._pending.append(item)
        if len(self._pending) == 1:
            self._flush()
            if self._pending:
                self._loop.add_writer(self.sock.fileno(), self._writable)

    def close(self) -> None:
        """Close without calling ``on_close``."""
        if self._on_close is None:
            return
        self._on_close = None
        self._loop.remove_reader(self.sock.fileno())
        self._loop.remove_writer(self.sock.fileno())
        for _, fds in self._pending:
            _close_all(fds)
        self._pending.clear()
        self.sock.close()

    def _lost(self) -> None:
        on_close = self._on_close
        self.close()
        if on_close is not None:
            on_close()

    def _flush(self) -> None:
        while self._pending:
            body, fds = self._pending[0]
            try:
                packets.send(self.sock, body, fds)
            except BlockingIOError:
                return
            except OSError:
                self._lost()
                return
            self._pending.popleft()
            _close_all(fds)

    def _writable(self) -> None:
        self._flush()
        if not self._pending and self._on_close is not None:
            self._loop.remove_writer(self.sock.fileno())

    def _readable(self) -> None:
        try:
            message, _ = packets.receive(self.sock, self._decoder)
        except BlockingIOError:
            return
        except (OSError, ProtocolError):
            message = None
        if message is None:
            self._lost()
        else:
            self._on_message(message)


def _close_all(fds: Sequence[int]) -> None:
    for fd in fds:
        os.close(fd)
