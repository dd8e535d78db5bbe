"""All parents of a host: which of them gets an assignment, when one is started, retired, or found dead."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

from tradewind.domain.messages import runner as messages
from tradewind.domain.messages.assignment import Assignment
from tradewind.runtime.clock import Clock
from tradewind.worker import ending
from tradewind.worker.nurseries import NurseryKeeper
from tradewind.worker.parents import Around, Parent
from tradewind.worker.settings import HostSettings
from tradewind.worker.spares import Orphans, Owner

STATUS_WAIT = 1.0
"""Seconds that the nursery gets to tell how a parent ended."""


class Fleet:
    """Parents by DAG file; retired ones are kept until their last task has ended."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        nursery: NurseryKeeper,
        settings: HostSettings,
        owner: Owner,
        clock: Clock,
    ) -> None:
        self._loop, self._nursery, self._settings = loop, nursery, settings
        self._owner, self._clock = owner, clock
        self._parents: dict[str, Parent] = {}
        self._retired: set[Parent] = set()
        self._numbers = itertools.count(1)
        self.orphans = Orphans(loop)
        self._around = Around(
            loop, settings, owner, self._numbers, self.orphans, lost=self._lost, again=self._again
        )
        nursery.on_parent_ended = self._ended

    def assign(self, assignment: Assignment) -> None:
        """Find a process for it, now or as soon as there is one."""
        now = self._clock.monotonic()
        parent = self._parents.get(assignment.file)
        if parent is not None and parent.is_outdated(now):
            self.retire(parent)
            parent = None
        if parent is None:
            parent = self._start(assignment, now)
        parent.take(assignment, now)

    def withdraw(self, assignment: Assignment) -> bool:
        """Take back what no process has got yet. False when one has."""
        return any(parent.withdraw(assignment) for parent in self._all())

    def pids(self) -> set[int]:
        """Every process that is known to be there."""
        return self._nursery.pids().union(self.orphans.pids(), *(parent.pids() for parent in self._all()))

    def tidy(self) -> None:
        """Close what has not been used for a while; called every second."""
        now = self._clock.monotonic()
        for parent in list(self._parents.values()):
            parent.tidy(now)
            if now - parent.used > self._settings.idle_parent_seconds:
                self.retire(parent)

    def retire(self, parent: Parent) -> None:
        """No new task for it; what waits for it goes to another."""
        if self._parents.get(parent.path) is parent:
            del self._parents[parent.path]
        self._retired.add(parent)
        parent.retire()
        self._rehome(parent)

    def close(self) -> None:
        """Let go of everything; parents end their tasks when they see it."""
        for parent in self._all():
            parent.close()

    # --- parents come and go ----------------------------------------------------------------------

    def _all(self) -> tuple[Parent, ...]:
        return (*self._parents.values(), *self._retired)

    def _start(self, assignment: Assignment, now: float) -> Parent:
        self._make_room()
        ours, theirs = self._nursery.pair()
        parent = Parent(next(self._numbers), assignment.file, ours, self._around, now)
        request = messages.StartParent(
            parent=parent.number,
            path=assignment.file,
            attempt_id=assignment.attempt_id,
            dispatch=assignment.dispatch,
        )
        self._nursery.start_parent(request, theirs)
        self._parents[assignment.file] = parent
        late = self._settings.import_timeout + self._settings.import_kill_after
        self._loop.call_later(late, self._check_import, parent)
        return parent

    def _make_room(self) -> None:
        while len(self._parents) >= self._settings.max_parents:
            unused = [parent for parent in self._parents.values() if not parent.load]
            if not unused:
                return
            self.retire(min(unused, key=lambda parent: parent.used))

    def _check_import(self, parent: Parent) -> None:
        if parent.imported is None and not parent.is_running:
            self._nursery.kill_parent(parent.number)

    def _again(self, assignment: Assignment) -> None:
        self._loop.call_soon(self.assign, assignment)

    def _rehome(self, parent: Parent) -> None:
        for assignment in parent.take_waiting():
            self._again(assignment)

    # --- a parent is dead: its socket says so, and the nursery, which knows how it ended ----------------

    def _ended(self, number: int, status: int) -> None:
        for parent in self._all():
            if parent.number == number:
                name = Path(parent.path).name
                self._forget(parent, f"importing {name} ended its process ({ending.how(status)})")
                return

    def _lost(self, parent: Parent) -> None:
        wait = STATUS_WAIT if self._nursery.was_forked(parent.number) else 0.0
        self._loop.call_later(wait, self._forget, parent, f"the process that imported {parent.path} ended")

    def _forget(self, parent: Parent, reason: str) -> None:
        if self._parents.get(parent.path) is parent:
            del self._parents[parent.path]
        elif parent in self._retired:
            self._retired.discard(parent)
        else:
            return
        parent.bury()
        if parent.imported is not None or not self._nursery.was_forked(parent.number):
            self._rehome(parent)
            return
        for assignment in parent.take_waiting():
            self._owner.impossible(assignment, reason)
