"""The world: virtual time, one database, a host, people, and schedulers of which one has the lease."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from tradewind.domain.events import AwaitingInput
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import ToTriggerer, TriggererHello
from tradewind.domain.messages.lifecycle import FromHost, Hello, ToHost
from tradewind.domain.messages.wake import Wake
from tradewind.scheduler.core import Core
from tradewind.store import leases
from tradewind.testing.clock import FakeClock
from tradewind.testing.simulate import people, virtual
from tradewind.testing.simulate.backfill_rules import Plan
from tradewind.testing.simulate.backfilling import Backfilling
from tradewind.testing.simulate.faults import Faults
from tradewind.testing.simulate.history import History
from tradewind.testing.simulate.hosts import SimulatedHost
from tradewind.testing.simulate.scheduler import MakeCore, Scheduler
from tradewind.testing.simulate.shapes import PATIENCE, START, Shape
from tradewind.testing.simulate.triggerers import SimulatedTriggerer

QUIET = timedelta(minutes=60)
"""After this much virtual time everything must have ended; far above any retry delay in ``shapes``."""
MEDDLING_ENDS = 120.0
COMPLETES = 60.0


class World:
    """One history from one seed. ``make_core`` lets a test plant a bug; not ``watched``, only ends count."""

    def __init__(
        self,
        *,
        seed: str,
        path: Path,
        shapes: list[Shape],
        visits: list[people.Visit],
        backfills: list[Plan],
        faults: Faults,
        make_core: MakeCore = Core,
        watched: bool = True,
    ) -> None:
        self.random = Random(seed)
        self.faults = faults
        self._watched = watched
        self.clock = FakeClock(START)
        self.database = virtual.database(path, self.clock)
        self._make_core = make_core
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._order = self._generation = self._awaited = 0
        self.history = History(self.database, shapes)
        who = (self.database, self.random, self.clock, self.history, self.wake)
        self.people, self._backfilling = people.People(*who), Backfilling(*who)
        self.scheduler: Scheduler | None = None
        self._connected: Scheduler | None = None
        self._over = False
        listened = Random(f"listeners of {seed}").random() < 0.2
        self.host = SimulatedHost(
            name="host",
            slots=self.random.choice((1, 2, 4, 16)),
            random=self.random,
            faults=faults,
            now=self.clock.now,
            later=self.later,
            outcome=self._outcome,
            say=self._on_the_way,
            taken=self.history.taken if watched else lambda assignment: None,
            told=self.history.witness.reported,
            outlets=self.history.outlets,
            calls=lambda assignment: listened or self.history.calls(assignment),
        )
        self.triggerer = SimulatedTriggerer(
            random=self.random, faults=faults, now=self.clock.now, later=self.later, say=self._on_the_way_up,
            told=self.history.witness.fired,
        )  # fmt: skip
        for visit in visits:
            self._await(visit.at, partial(self.people.visit, visit))
        for plan in backfills:
            self._await(plan.at, partial(self._backfilling.make, plan, self._await))
        if backfills:
            self.later(COMPLETES, self._complete_backfills)

    # --- time -----------------------------------------------------------------------------------------

    def later(self, seconds: float, thing: Callable[[], None]) -> None:
        """Let a thing happen that much later."""
        self._order += 1
        heapq.heappush(self._queue, (self.clock.monotonic() + seconds, self._order, thing))

    def _await(self, seconds: float, thing: Callable[[], None]) -> None:
        """The same for a thing without which the history is not over."""

        def happens() -> None:
            self._awaited -= 1
            thing()

        self._awaited += 1
        self.later(seconds, happens)

    def run(self) -> History:
        """Live until everything has ended, or until it should have."""
        self._start_scheduler()
        self.later(2.0, self._resend)
        self.later(5.0, self._heartbeat)
        limit = QUIET.total_seconds()
        while self._queue and not self._over and self.clock.monotonic() < limit:
            due, _, thing = heapq.heappop(self._queue)
            self.clock.advance(max(0.0, due - self.clock.monotonic()))
            if self.faults.clock_step or self.faults.meddling or self.faults.pause:
                self._something_happens()
            thing()
        return self.history

    def close(self) -> None:
        """Close the database."""
        self.history.close()
        self.database.close()

    def _something_happens(self) -> None:
        if self.clock.monotonic() > MEDDLING_ENDS:
            return
        if self.random.random() < self.faults.clock_step:
            self.clock.step(self.random.choice((-30.0, 5.0, 60.0)))
        if self.random.random() < self.faults.pause:
            self._stop_scheduler()
        if self.random.random() < self.faults.meddling:
            self.people.meddle(edits=self.faults.edits, later=self._await)

    # --- schedulers -----------------------------------------------------------------------------------

    def _start_scheduler(self) -> None:
        """Start one where none works; wait while the lease of the one before has yet to run out."""
        if self.scheduler is not None and self.scheduler.lives and not self.scheduler.stopped:
            return
        self._generation += 1
        started = Scheduler(
            name=f"scheduler-{self._generation}",
            database=self.database,
            clock=self.clock,
            random=self.random,
            faults=self.faults,
            later=self.later,
            make_core=self._make_core,
            world=self,
        )
        before, self.scheduler = self.scheduler, started
        try:
            started.start()
        except leases.AnotherScheduler:
            self.scheduler = before
            self.later(1.0, self._start_scheduler)
            return
        self.later(self.random.uniform(0.0, 1.0), lambda: self._connect(started))

    def _stop_scheduler(self) -> None:
        """SIGSTOP, and somebody starts a second one; SIGCONT before or after that took over."""
        stopped = self.scheduler
        if stopped is None or not stopped.lives or stopped.stopped:
            return
        stopped.stop()
        self.later(self.random.uniform(0.1, 4.0), self._start_scheduler)
        self._await(self.random.uniform(1.0, 30.0), lambda: self._continue(stopped))

    def _continue(self, stopped: Scheduler) -> None:
        if not stopped.lives:
            return
        fenced = not self.history.has_lease(stopped.name)
        if not fenced:
            self.scheduler = stopped
        stopped.go_on(fenced=fenced)

    def died(self, scheduler: Scheduler) -> None:
        """A scheduler's process is gone: it is started again."""
        if scheduler is self.scheduler:
            self.later(self.random.uniform(0.1, 4.0), self._start_scheduler)

    def acted(self) -> None:
        """A scheduler did something."""
        if self._watched:
            self.history.look()
        self._over = not self._awaited and self.history.ended()

    # --- hosts ----------------------------------------------------------------------------------------

    def _outcome(self, assignment: Assignment, honest_try: int) -> Any:
        outcome = self.history.shape(assignment).outcome(assignment, honest_try)
        if isinstance(outcome, AwaitingInput) and self.people.asked(assignment):
            seconds = self.random.uniform(0.0, 2 * PATIENCE)
            self.later(seconds, lambda: self.people.answer(assignment))
        return outcome

    def _connect(self, scheduler: Scheduler) -> None:
        if scheduler.lives and scheduler is self.scheduler:
            self._connected = scheduler
            self.host.hello()
            self.triggerer.hello()

    def send_to_host(self, scheduler: Scheduler, message: ToHost) -> None:
        """A connection that the host has left swallows what is written to it."""
        if scheduler is self._connected:
            self.host.send(message)

    def send_to_triggerer(self, scheduler: Scheduler, message: ToTriggerer) -> None:
        """As to the host."""
        if scheduler is self._connected:
            self.triggerer.send(message)

    def _on_the_way(self, host: SimulatedHost, message: FromHost) -> None:
        self._on_the_way_up(message)

    def _on_the_way_up(self, message: FromHost) -> None:
        """A message to the scheduler: a hello arrives, anything else may be lost, doubled or late."""
        if isinstance(message, Hello | TriggererHello):
            self._deliver(message)
            return
        dice = self.random.random()
        if dice < self.faults.lost:
            return
        delay = self.random.uniform(0.0, 0.05)
        if dice < self.faults.lost + self.faults.late:
            delay = self.random.uniform(1.0, 20.0)
        self.later(delay, lambda: self._deliver(message))
        if self.random.random() < self.faults.doubled:
            self.later(delay + self.random.uniform(0.0, 30.0), lambda: self._deliver(message))

    def _deliver(self, message: FromHost) -> None:
        if self._connected is not None:
            self._connected.receive(message)

    def _resend(self) -> None:
        self.host.resend()
        self.triggerer.resend()
        self.later(2.0, self._resend)

    def _heartbeat(self) -> None:
        self._deliver(self.host.heartbeat())
        self.later(5.0, self._heartbeat)

    def _complete_backfills(self) -> None:
        """Once a minute the service asks for it, as the last run may have been deleted."""
        if self.scheduler is not None:
            self.scheduler.wake(lambda core: core.complete_backfills.run_once(core.clock.now()))
        self.later(COMPLETES, self._complete_backfills)

    # --- doors ----------------------------------------------------------------------------------------

    def wake(self, hint: Wake) -> None:
        """What another process says after its commit; it may get lost."""
        if self.random.random() < self.faults.lost_wake:
            return
        self.later(self.random.uniform(0.0, 0.01), lambda: self._wake(hint))

    def _wake(self, hint: Wake) -> None:
        if self.scheduler is not None:
            self.scheduler.wake(lambda core: core.wake(hint))
