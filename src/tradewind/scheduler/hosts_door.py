"""The stream socket through which worker hosts and triggerers speak to the scheduler."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from datetime import timedelta
from typing import Final, cast

from tradewind.domain.errors import ProtocolError
from tradewind.domain.messages import deferral, lifecycle
from tradewind.domain.messages.wire import READ_SIZE, Frames, frame
from tradewind.scheduler.core import Core
from tradewind.scheduler.duties.end_hung_hosts import EndHungHosts
from tradewind.telemetry import events

SILENCE: Final = 8
"""Seconds without a word (hosts speak every two) after which a connected host counts as gone."""
_PEER: Final = struct.Struct("3i")


class HostConnection(asyncio.BufferedProtocol):
    """One host's connection: frames in go to the inbox, messages out are written at once."""

    def __init__(self, door: HostsDoor) -> None:
        self._door = door
        self._frames = Frames(lifecycle.FromHost)
        self._read = memoryview(bytearray(READ_SIZE))
        self._transport: asyncio.WriteTransport | None = None
        self.incarnation: str | None = None
        """Of a worker host that said hello."""
        self.triggerer: str | None = None
        """Of a triggerer that said hello."""
        self.silent_for = 0
        """Looks since anything was heard. Counted, not timed: when this process stood still, no host did."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def peer_pid(self) -> int:
        """Who connected, as the kernel says; 0 where that process is not of our PID namespace."""
        sock = self._transport.get_extra_info("socket") if self._transport is not None else None
        if sock is None:
            return 0
        answer = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
        return int(_PEER.unpack(answer)[0])

    def connection_lost(self, exc: Exception | None) -> None:
        self._door.left(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._read

    def buffer_updated(self, nbytes: int) -> None:
        self.silent_for = 0
        try:
            for message in self._frames.feed(self._read[:nbytes]):
                self._door.received(message, self)
        except ProtocolError as error:
            self._door.refuse(self, error)

    def send(self, message: lifecycle.ToHost) -> None:
        """Write a message; a closing connection swallows it, and the host's next Hello tells."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(frame(message))

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()

    def cut(self) -> None:
        """End it without waiting for the peer to read."""
        if self._transport is not None:
            self._transport.abort()


class HostsDoor:
    """Turns what hosts say into news for the inbox, and keeps the list of hosts."""

    def __init__(self, *, core: Core, on_news: Callable[[], None], emit: events.Emit) -> None:
        self._core, self._on_news, self._emit = core, on_news, emit
        self._connections: set[HostConnection] = set()
        self._hung = EndHungHosts(emit=emit)

    def connection(self) -> HostConnection:
        """A protocol for ``create_unix_server``."""
        made = HostConnection(self)
        self._connections.add(made)
        return made

    def received(self, message: lifecycle.FromHost, connection: HostConnection) -> None:
        """One message of one host."""
        core = self._core
        if isinstance(message, deferral.TriggererHello):
            connection.triggerer = message.incarnation
            core.triggers.arrived(message, connection, core.clock.now())
        elif isinstance(message, deferral.TriggererBeat | deferral.TriggerEvent):
            if connection.triggerer is None:
                raise ProtocolError(f"{type(message).__name__} came before TriggererHello")
            self._of_triggerer(message, connection.triggerer)
        elif isinstance(message, lifecycle.Hello):
            connection.incarnation = message.incarnation
            self._hung.arrived(message.incarnation)
            core.host_arrived(message, connection)
        elif connection.incarnation is None:
            raise ProtocolError(f"{type(message).__name__} came before Hello")
        else:
            core.receive(message, connection.incarnation)
        self._on_news()

    def _of_triggerer(
        self, message: deferral.TriggererBeat | deferral.TriggerEvent, incarnation: str
    ) -> None:
        if isinstance(message, deferral.TriggerEvent):
            self._core.triggers.fired(message, incarnation)
        else:
            self._core.triggers.beat(incarnation, self._core.clock.now())

    def left(self, connection: HostConnection) -> None:
        """A connection ended."""
        if connection not in self._connections:
            return
        self._connections.discard(connection)
        if connection.incarnation is not None:
            self._core.host_left(connection.incarnation, connection)
        if connection.triggerer is not None:
            self._core.triggers.left(connection.triggerer, connection)
            self._on_news()

    def cut_silent(self) -> None:
        """To be called once a second: a host that stands still is treated as one that is gone, and ended
        where it does not come back.
        """
        for connection in list(self._connections):
            connection.silent_for += 1
            if connection.silent_for <= SILENCE:
                continue
            if connection.incarnation is not None:
                self._cut_silent(connection, connection.incarnation)
            elif connection.triggerer is not None:
                self.left(connection)
                connection.cut()
        self._hung.run_once()

    def _cut_silent(self, connection: HostConnection, incarnation: str) -> None:
        told = f"nothing was heard of worker host {incarnation} for {SILENCE} s; what it runs is given up"
        self._emit(events.DutyFailed(component="scheduler", duty="hosts", error=told))
        self._hung.silent(incarnation, connection.peer_pid())
        self.left(connection)
        connection.cut()
        gone = self._core.dispatch.gone
        if incarnation in gone:
            gone[incarnation] -= timedelta(seconds=SILENCE)

    def refuse(self, connection: HostConnection, error: ProtocolError) -> None:
        """What came is no message of ours: end the connection, and say so."""
        self._emit(
            events.DutyFailed(
                component="scheduler", duty="hosts", error=f"a worker host's connection was closed: {error}"
            )
        )
        connection.close()

    def close(self) -> None:
        """End every connection."""
        for connection in list(self._connections):
            connection.close()
