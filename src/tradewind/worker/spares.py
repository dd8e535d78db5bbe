"""Task processes, seen from the host."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Protocol

from tradewind.client.stream import Stream
from tradewind.domain.messages import runner as messages
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.report import Started


class Spare:
    """One task process: waiting (``assignment`` None) or at work."""

    __slots__ = ("assignment", "channel", "fresh", "number", "pid", "raw", "started")

    def __init__(self, number: int, raw: int, *, fresh: bool) -> None:
        """``raw`` is our copy of the read end of its raw output."""
        self.number, self.raw, self.fresh = number, raw, fresh
        self.channel: Stream | None = None
        self.pid = self.started = 0
        self.assignment: Assignment | None = None

    def close(self) -> None:
        """Let go of it; a process that is waiting ends by that."""
        if self.channel is not None:
            self.channel.close()
        if self.raw >= 0:
            os.close(self.raw)
            self.raw = -1


class Owner(Protocol):
    """Who uses the processes: hears what becomes of each assignment."""

    def hand_over(self, spare: Spare, assignment: Assignment) -> bool:
        """The process is about to be given this work; False refuses."""

    def started(self, spare: Spare, message: Started) -> None:
        """User code is about to run."""

    def concluded(self, spare: Spare, message: messages.Concluded) -> None:
        """The work is done; what is left are its callbacks."""

    def ended(self, spare: Spare, message: messages.Ended) -> None:
        """The process reported."""

    def died(self, assignment: Assignment, status: int | None, max_rss: int) -> None:
        """Its process is gone without a report. ``status`` None: nobody knows how."""

    def impossible(self, assignment: Assignment, reason: str) -> None:
        """No process can be made for it."""


class Orphans:
    """Task processes whose parent died: they go on, and the host reaps them.

    Their raw output is thrown away from then on: who knew which secrets to mask in it is gone.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._spares: dict[int, tuple[Spare, Callable[[Spare, int, int], None]]] = {}

    def adopt(self, spare: Spare, gone: Callable[[Spare, int, int], None]) -> None:
        """``gone(spare, status, 0)`` is called when it was reaped."""
        self._spares[spare.pid] = (spare, gone)
        if spare.raw >= 0:
            os.set_blocking(spare.raw, False)
            self._loop.add_reader(spare.raw, self._discard, spare)

    def reaped(self, pid: int, status: int) -> None:
        """The host collected a process."""
        found = self._spares.pop(pid, None)
        if found is not None:
            spare, gone = found
            if spare.raw >= 0:
                self._loop.remove_reader(spare.raw)
            gone(spare, status, 0)

    def pids(self) -> set[int]:
        """Who they are."""
        return set(self._spares)

    def _discard(self, spare: Spare) -> None:
        try:
            data = os.read(spare.raw, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self._loop.remove_reader(spare.raw)
