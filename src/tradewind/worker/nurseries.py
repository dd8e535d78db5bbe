"""The host's side of the nursery: starts it, asks it for parents, starts it again when it died."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable

from tradewind.domain.messages import runner as messages
from tradewind.runtime import processes
from tradewind.runtime.clock import Clock
from tradewind.worker import packets, tree
from tradewind.worker.channel import PacketChannel


def start_nursery(settings: messages.TaskSettings) -> tuple[int, socket.socket]:
    """Make the process; its pid and our end of its socket.

    An interpreter of its own: what is forked from it a thousand times carries none of the host's modules, and
    a fork costs by what it carries.
    """
    ours, theirs = packets.pair()
    keep = theirs.fileno()
    command = [sys.executable, "-m", "tradewind.worker.nursery", str(keep)]

    def child() -> int:
        os.closerange(3, keep)
        os.closerange(keep + 1, 4096)
        os.set_inheritable(keep, True)
        os.execv(command[0], command)  # noqa: S606 - our own module

    pid = processes.fork(child, new_session=False)
    theirs.close()
    packets.send(ours, packets.encode(settings))
    return pid, ours


class NurseryKeeper:
    """Keeps one nursery alive."""

    def __init__(self, pid: int, sock: socket.socket, settings: messages.TaskSettings, clock: Clock) -> None:
        self.pid = pid
        self._sock, self._settings, self._clock = sock, settings, clock
        self._channel: PacketChannel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ours: dict[int, int] = {}
        self._forked: set[int] = set()
        self._waiting: list[tuple[messages.StartParent, socket.socket]] = []
        self._born = clock.monotonic()
        self._closed = False
        self.on_parent_ended: Callable[[int, int], None] = lambda number, status: None

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Listen on the event loop."""
        self._loop = loop
        self._channel = PacketChannel(loop, self._sock, messages.FromNursery, self._heard, self._lost)
        waiting, self._waiting = self._waiting, []
        for message, theirs in waiting:
            self.start_parent(message, theirs)

    def pids(self) -> set[int]:
        """The nursery, and the parents that it made."""
        return {self.pid, *self._ours.values()}

    def pair(self) -> tuple[socket.socket, socket.socket]:
        """A socket pair for host and parent."""
        return packets.pair()

    def start_parent(self, message: messages.StartParent, theirs: socket.socket) -> None:
        """Ask for a parent; it gets the socket. Waits for a nursery where there is none just now."""
        if self._channel is None:
            self._waiting.append((message, theirs))
            return
        self._channel.send(message, (theirs.detach(),))

    def was_forked(self, number: int) -> bool:
        """Whether that parent ever was a process of its own."""
        return number in self._forked

    def kill_parent(self, number: int) -> None:
        """End a parent that does not come to an end."""
        pid = self._ours.get(number)
        if pid is not None:
            tree.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """Let the nursery end."""
        self._closed = True
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _heard(self, message: messages.ParentEnded | messages.ParentForked) -> None:
        if isinstance(message, messages.ParentForked):
            self._ours[message.parent] = message.pid
            self._forked.add(message.parent)
            return
        self._ours.pop(message.parent, None)
        self.on_parent_ended(message.parent, message.status)

    def _lost(self) -> None:
        """It died. Parents that it made go on; a new nursery is made, at most once a second."""
        self._channel = None
        if self._loop is not None:
            age = self._clock.monotonic() - self._born
            self._loop.call_later(0.0 if age > 1.0 else 1.0, self._replace)

    def _replace(self) -> None:
        if self._closed or self._loop is None:
            return
        self.pid, self._sock = start_nursery(self._settings)
        self._born = self._clock.monotonic()
        self.open(self._loop)
