"""The host's side of one parent: its spares, what waits for them, and how many are kept ahead."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from tradewind.client.stream import Stream
from tradewind.domain.messages import runner as messages
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.report import Started
from tradewind.worker import ending, stamps, tree
from tradewind.worker.channel import PacketChannel
from tradewind.worker.settings import HostSettings
from tradewind.worker.spares import Orphans, Owner, Spare

AHEAD: Final = 2
"""Spares kept ready at least, so that a chain of tasks never waits for a fork."""
CRASHES: Final = 3
"""So many processes in a row that could not be made, and the waiting assignments fail."""
SURPLUS_SECONDS: Final = 5.0
PEAK_SECONDS: Final = 10.0
UNREAPED_SECONDS: Final = 10.0
"""How long a process whose socket closed may take to be reaped."""


class Around(NamedTuple):
    """What all parents of a host share."""

    loop: asyncio.AbstractEventLoop
    settings: HostSettings
    owner: Owner
    numbers: Iterator[int]
    orphans: Orphans
    lost: Callable[[Parent], None]
    """The parent's socket closed."""
    again: Callable[[Assignment], None]
    """This assignment needs another process."""


class Parent:
    """A DAG file's process. It is told to fork by a message; everything else is bookkeeping."""

    def __init__(self, number: int, path: str, sock: socket.socket, around: Around, now: float) -> None:
        self.number, self.path, self.born, self.used = number, path, now, now
        self._around = around
        self.imported: messages.Imported | None = None
        self.open = True
        self._idle: list[Spare] = []
        self._starting: dict[int, Spare] = {}
        self._busy: dict[int, Spare] = {}
        self._spares: dict[int, Spare] = {}
        self._waiting: deque[Assignment] = deque()
        self._waiting_fresh: deque[Assignment] = deque()
        self._peak, self._peak_at, self._failures = 1, now, 0
        self._channel: PacketChannel | None = PacketChannel(
            around.loop, sock, messages.FromParent, self._heard, self._lost
        )

    @property
    def load(self) -> int:
        """Tasks that run or wait."""
        return len(self._busy) + len(self._waiting) + len(self._waiting_fresh)

    @property
    def is_running(self) -> bool:
        """Whether a task of it runs."""
        return bool(self._busy)

    @property
    def pid(self) -> int:
        """0 until it has imported its file."""
        return self.imported.pid if self.imported is not None else 0

    def pids(self) -> set[int]:
        """Its task processes and itself."""
        return {self.pid, *(spare.pid for spare in self._spares.values())}

    def is_outdated(self, now: float) -> bool:
        """Whether a file that it imported has changed, or it is too old."""
        if self.imported is None:
            return False
        age = self._around.settings.parent_max_age
        return (age is not None and now - self.born > age) or stamps.is_stale(self.imported.stamps)

    # --- work -------------------------------------------------------------------------------------

    def take(self, assignment: Assignment, now: float) -> None:
        """Give it to a spare, or let it wait for one."""
        if assignment.fresh_interpreter or self._around.settings.nofork:
            self._waiting_fresh.append(assignment)
            self._order(fresh=True)
        elif self._idle:
            self._give(self._idle.pop(), assignment)
        else:
            self._waiting.append(assignment)
        self._note_load(now)
        self.top_up()

    def withdraw(self, assignment: Assignment) -> bool:
        """Take back what no process has got yet. False when it does not wait here."""
        for queue in (self._waiting, self._waiting_fresh):
            if assignment in queue:
                queue.remove(assignment)
                return True
        return False

    def take_waiting(self) -> list[Assignment]:
        """Everything that waits, which is then somebody else's."""
        waiting = [*self._waiting, *self._waiting_fresh]
        self._waiting.clear()
        self._waiting_fresh.clear()
        return waiting

    def _note_load(self, now: float) -> None:
        self.used = now
        if self.load >= self._peak or now - self._peak_at > PEAK_SECONDS:
            self._peak, self._peak_at = max(self.load, 1), now

    # --- spares -----------------------------------------------------------------------------------

    def top_up(self) -> None:
        """As many processes on their way or ready as wait for one, and some ahead."""
        settings = self._around.settings
        if not self.open or self._channel is None or settings.nofork:
            return
        ahead = min(settings.slots, max(AHEAD, self._peak))
        if self.imported is not None and self.imported.hazards:
            ahead = 0  # a fresh interpreter is dear: one for each task, none ahead
        forked = sum(1 for spare in self._starting.values() if not spare.fresh)
        for _ in range(len(self._waiting) + ahead - forked - len(self._idle)):
            self._order(fresh=False)

    def _order(self, *, fresh: bool) -> None:
        if self._channel is None:
            return
        ours, theirs = socket.socketpair()
        raw_out, raw_in = os.pipe()
        spare = Spare(next(self._around.numbers), os.dup(raw_out), fresh=fresh)
        spare.channel = Stream(
            self._around.loop,
            ours,
            messages.FromTask,
            lambda message: self._told(spare, message),
            lambda: self._spare_lost(spare),
        )
        self._spares[spare.number] = self._starting[spare.number] = spare
        self._channel.send(
            messages.ForkSpare(spare=spare.number, fresh=fresh), (theirs.detach(), raw_in, raw_out)
        )

    def _told(
        self,
        spare: Spare,
        message: messages.SpareReady | Started | messages.Concluded | messages.Ended,
    ) -> None:
        match message:
            case Started():
                self._around.owner.started(spare, message)
            case messages.Concluded():
                self._around.owner.concluded(spare, message)
            case messages.Ended():
                spare.assignment = None
                self._busy.pop(spare.number, None)
                self._around.owner.ended(spare, message)
                if message.again:
                    self._ready(spare, used=True)
            case messages.SpareReady():
                spare.pid, spare.started = message.pid, tree.started(message.pid)
                self._starting.pop(spare.number, None)
                self._failures = 0
                self._ready(spare, used=False)

    def _ready(self, spare: Spare, *, used: bool) -> None:
        """Work for it, if some waits. A process that has worked before is taken first next time."""
        queue = self._waiting_fresh if spare.fresh and self._waiting_fresh else self._waiting
        if queue:
            self._give(spare, queue.popleft())
        elif self.open and not spare.fresh:
            self._idle.insert(len(self._idle) if used else 0, spare)
        else:
            spare.close()

    def _give(self, spare: Spare, assignment: Assignment) -> None:
        if spare.channel is None or spare.channel.closed:
            self._around.again(assignment)
            return
        spare.assignment = assignment
        if not self._around.owner.hand_over(spare, assignment):
            spare.assignment = None
            self._ready(spare, used=False)
            return
        self._busy[spare.number] = spare
        spare.channel.send(assignment)

    def _spare_lost(self, spare: Spare) -> None:
        """Its socket closed; how it ended is told by whoever reaps it. After a while nobody will."""
        if spare in self._idle:
            self._idle.remove(spare)
        if spare.assignment is not None:
            self._around.loop.call_later(UNREAPED_SECONDS, self._gone, spare, None, 0)

    def _gone(self, spare: Spare, status: int | None, max_rss: int) -> None:
        """It was reaped."""
        if self._spares.pop(spare.number, None) is None:
            return
        if spare.channel is not None and spare.assignment is not None:
            spare.channel.flush()  # its report may have arrived in the same moment
        self._busy.pop(spare.number, None)
        if spare in self._idle:
            self._idle.remove(spare)
        if spare.assignment is not None:
            self._around.owner.died(spare.assignment, status, max_rss)
        spare.close()
        if self._starting.pop(spare.number, None) is not None:
            self._failed(f"the task process ended while it started: {ending.how(status)}")

    # --- the process itself -----------------------------------------------------------------------

    def _heard(self, message: messages.Imported | messages.SpareFailed | messages.SpareEnded) -> None:
        match message:
            case messages.Imported():
                self.imported = message
            case messages.SpareFailed():
                spare = self._starting.pop(message.spare, None)
                if spare is not None:
                    del self._spares[spare.number]
                    spare.close()
                    self._failed(message.reason)
            case messages.SpareEnded():
                found = self._spares.get(message.spare)
                if found is not None:
                    self._gone(found, message.status, message.max_rss)

    def _failed(self, reason: str) -> None:
        """A process could not be made, or ended before it was ready."""
        self._failures += 1
        if self._failures < CRASHES:
            self._around.loop.call_later(0.1 * self._failures, self.top_up)
            return
        for assignment in self.take_waiting():
            self._around.owner.impossible(assignment, reason)

    def _lost(self) -> None:
        self._channel = None
        self._around.lost(self)

    def retire(self) -> None:
        """No new task for it; what runs goes on."""
        self.open = False
        for spare in self._idle:
            spare.close()
        self._idle.clear()
        if self._channel is not None:
            self._channel.send(messages.CloseParent())

    def bury(self) -> None:
        """It is gone. Its running tasks go on, and are reaped by the host from now on."""
        self.open = False
        self.close_channel()
        for spare in (*self._idle, *self._starting.values()):
            self._spares.pop(spare.number, None)
            spare.close()
        self._idle.clear()
        self._starting.clear()
        for spare in self._busy.values():
            self._around.orphans.adopt(spare, self._gone)

    def tidy(self, now: float) -> None:
        """Keep fewer spares where fewer are used."""
        if self.load:
            self.used = now
        elif now - self.used > SURPLUS_SECONDS:
            self._peak = 1
            while len(self._idle) > AHEAD:
                self._idle.pop(0).close()

    def close_channel(self) -> None:
        """The process sees that, and ends its tasks."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def close(self) -> None:
        """Let go of everything."""
        for spare in self._spares.values():
            spare.close()
        self.close_channel()
