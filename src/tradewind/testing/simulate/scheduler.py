"""One start of a scheduler: its parts, its lease, its line to the host, and how it dies or is stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any, Protocol

from tradewind.domain.errors import DatabaseError, Fenced
from tradewind.domain.messages.deferral import FromTriggerer, ToTriggerer, TriggererHello, TriggerEvent
from tradewind.domain.messages.lifecycle import FromHost, Heartbeat, Hello, ToHost
from tradewind.scheduler.core import Core, Settings
from tradewind.store import leases
from tradewind.store.database import Database
from tradewind.testing.clock import FakeClock
from tradewind.testing.simulate.faults import Crash, Faults, SteppedDatabase
from tradewind.testing.simulate.rules import Broken

MakeCore = Callable[..., Core]
Later = Callable[[float, Callable[[], None]], None]
LEASE = timedelta(seconds=5)
BEAT = 2.0
FOR_EVER = timedelta(days=1)
"""The lease where no scheduler is ever stopped: who comes next knows that the one before is dead."""
REFUSALS = 50
"""After so many turns in a row that the database refused, they will be refused for ever."""
FAULTS_END = 300.0
"""Seconds of virtual time after which nothing crashes any more."""


class Ends(Protocol):
    """Who is told what becomes of it."""

    def died(self, scheduler: Scheduler) -> None:
        """Its process is gone."""

    def acted(self) -> None:
        """It did something: look at the rows."""

    def send_to_host(self, scheduler: Scheduler, message: ToHost) -> None:
        """What it writes to its connection with the host."""

    def send_to_triggerer(self, scheduler: Scheduler, message: ToTriggerer) -> None:
        """What it writes to its connection with the triggerer."""


class _ToTriggerer:
    """A scheduler's link to the triggerer."""

    def __init__(self, scheduler: Scheduler, world: Ends) -> None:
        self._scheduler, self._world = scheduler, world

    def send(self, message: ToTriggerer) -> None:
        """A message on its way."""
        self._world.send_to_triggerer(self._scheduler, message)


class Scheduler:
    """A process. What it is asked to do after its end it does not do."""

    def __init__(
        self,
        *,
        name: str,
        database: Database,
        clock: FakeClock,
        random: Random,
        faults: Faults,
        later: Later,
        make_core: MakeCore,
        world: Ends,
    ) -> None:
        self.name, self._clock, self._random, self._faults = name, clock, random, faults
        self._later, self._make_core, self._world = later, make_core, world
        self._database = SteppedDatabase(database, random, self._chance_of_crash)
        self._core: Core | None = None
        self._host = self._triggerer = ""
        self._to_triggerer = _ToTriggerer(self, world)
        self._asked = False
        self._refused = 0
        self._due: float | None = None
        self._heard: list[FromHost] | None = None
        """What came in while it was stopped; None while it runs."""

    # --- life -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Enter and read what is active. Raises AnotherScheduler, DatabaseError; Crash counts as a death."""
        try:
            with self._database.write() as tx:
                lease = leases.acquire(
                    tx, self.name, hostname=self.name, pid=1, fence=self._random.getrandbits(30),
                    ttl=LEASE if self._faults.pause else FOR_EVER,
                    is_dead=lambda hostname, pid: not self._faults.pause,
                )  # fmt: skip
            self._lease = lease
            self._core = self._make_core(
                database=self._database,
                clock=self._clock,
                settings=Settings(host_grace=timedelta(seconds=8)),
                random_bits=self._random.getrandbits,
                name=self.name,
                lease=lease,
            )
            self._core.load()
        except Crash:
            self._die()
            return
        self.ask()
        if self._faults.pause:
            self._each(BEAT, self._beat)
        if self._faults.net:
            self._each(self._faults.net, self._safety_net)

    def _chance_of_crash(self) -> float:
        """Machines that crash for ever get nowhere, whatever runs on them."""
        return self._faults.crash if self._clock.monotonic() < FAULTS_END else 0.0

    @property
    def lives(self) -> bool:
        """Whether the process is there, stopped or not."""
        return self._core is not None

    @property
    def stopped(self) -> bool:
        """Whether it was sent SIGSTOP."""
        return self._heard is not None

    def stop(self) -> None:
        """SIGSTOP."""
        self._heard = []

    def go_on(self, *, fenced: bool) -> None:
        """SIGCONT. ``fenced``: another one has taken over meanwhile, so nothing may be written any more."""
        heard, self._heard = self._heard or [], None
        before = self._database.commits
        for message in heard:
            self.receive(message)
        self._do(Core.run_turn)
        if fenced and self._database.commits != before:
            raise Broken(f"I3: {self.name} wrote after another scheduler had taken over")
        if fenced:
            self._core = None
        self.ask()

    def kill(self) -> None:
        """kill -9."""
        if self.lives:
            self._die()

    def _die(self) -> None:
        self._core = None
        self._world.died(self)

    def _each(self, seconds: float, thing: Callable[[], None]) -> None:
        def again() -> None:
            if self.lives:
                if not self.stopped:
                    thing()
                self._later(seconds, again)

        self._later(seconds, again)

    # --- work -------------------------------------------------------------------------------------

    def _do(self, thing: Callable[[Core], Any], *, seen: bool = True) -> None:
        """Do something in this process; it may die there. ``seen``: it may change what histories look at."""
        if self._core is None or self.stopped:
            return
        try:
            thing(self._core)
        except (Crash, Fenced):
            self._die()
        except DatabaseError as error:
            self._refused += 1
            if self._refused > REFUSALS:
                raise Broken(f"I6: {self.name} gets nowhere: {error}") from error
            self._later(0.05, self.ask)
        if seen:
            self._world.acted()

    def ask(self) -> None:
        """Have a turn soon."""
        if not self._asked:
            self._asked = True
            self._later(self._random.uniform(0.0, 0.01), self._turn)

    def _turn(self) -> None:
        self._asked = False
        self._do(self._one_turn)

    def _one_turn(self, core: Core) -> None:
        core.run_turn()
        self._refused = 0
        self._arm(core)

    def _arm(self, core: Core) -> None:
        if core.inbox or core.urgent:
            self.ask()
        due = core.next_due()
        if due is not None:
            self._wake_at(self._clock.monotonic() + max(0.0, (due - self._clock.now()).total_seconds()))

    def _wake_at(self, moment: float) -> None:
        """One timer, as the service has: to the earliest moment asked for."""
        if self._due is None or moment < self._due:
            self._due = moment
            self._later(max(0.0, moment - self._clock.monotonic()), lambda: self._on_timer(moment))

    def _on_timer(self, moment: float) -> None:
        if self._due == moment:
            self._due = None
            self.ask()

    def _safety_net(self) -> None:
        self._do(Core.safety_net)
        if self._core is not None and not self.stopped:
            self._do(self._arm, seen=False)

    def _beat(self) -> None:
        self._do(self._renew, seen=False)

    def _renew(self, core: Core) -> None:
        with self._database.write() as tx:
            leases.renew(tx, self._lease, LEASE)

    # --- what comes in -----------------------------------------------------------------------------

    def send(self, message: ToHost) -> None:
        """The scheduler's link to the host."""
        self._world.send_to_host(self, message)

    def receive(self, message: FromHost) -> None:
        """A message of the host arrives."""
        if self._heard is not None:
            if not isinstance(message, Heartbeat):
                self._heard.append(message)
            return
        self._do(lambda core: self._receive(core, message))
        if not isinstance(message, Heartbeat):
            self.ask()

    def _receive(self, core: Core, message: FromHost) -> None:
        if isinstance(message, FromTriggerer):
            self._receive_from_triggerer(core, message)
            return
        if not isinstance(message, Hello):
            core.receive(message, self._host)
            return
        self._host = message.incarnation
        for old in core.dispatch.hosts():
            if old.incarnation != message.incarnation:
                core.host_left(old.incarnation, old.link)
        core.host_arrived(message, self)

    def _receive_from_triggerer(self, core: Core, message: FromTriggerer) -> None:
        if isinstance(message, TriggererHello):
            if self._triggerer and self._triggerer != message.incarnation:
                core.triggers.left(self._triggerer, self._to_triggerer)
            self._triggerer = message.incarnation
            core.triggers.arrived(message, self._to_triggerer, self._clock.now())
        elif isinstance(message, TriggerEvent):
            core.triggers.fired(message, self._triggerer)

    def wake(self, thing: Callable[[Core], object]) -> None:
        """A datagram from a door."""
        self._do(thing)
        self.ask()
