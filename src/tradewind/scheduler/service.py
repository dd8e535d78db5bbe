"""What wakes what: sockets, timers and duties, each of which ends in a turn.

A turn is asked for, never called: everything that arrives before the loop comes round is one batch. News of
mere starts waits a moment for company, because nothing follows from it and the end of a short task is near.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tradewind.domain.errors import DatabaseError, Fenced
from tradewind.domain.messages.wake import Wake
from tradewind.runtime import paths, wakeups
from tradewind.runtime.duty import Duty
from tradewind.scheduler.core import Core
from tradewind.scheduler.hosts_door import HostsDoor
from tradewind.telemetry import events

STARTS_WAIT = 0.02
"""Seconds that news of starts waits for company."""
SAFETY_NET = 1.0
"""Seconds between looks at rows that somebody may have changed without a wake-up."""
RECOUNT = 60.0
"""Seconds between recounts of the slots that are held."""
PRUNE = 300.0
"""Seconds between looks for what is old."""
RETRY = (0.05, 0.2, 1.0, 2.0)
"""Seconds to wait after a turn that the database refused, by how often in a row."""


class SchedulerWork:
    """The scheduler as ``runtime.service.Service`` runs it. ``fenced`` ends it: another one took over."""

    def __init__(
        self, core: Core, *, run_dir: Path, duties: Sequence[Duty] = (), emit: events.Emit = events.log
    ) -> None:
        self._core, self._run_dir, self._emit = core, run_dir, emit
        self._extra = list(duties)
        self.fenced = asyncio.Event()
        self._door = HostsDoor(core=core, on_news=self._on_news, emit=emit)
        self._socket = run_dir / paths.LIFECYCLE_SOCKET
        self._server: asyncio.Server | None = None
        self._receiver: wakeups.Receiver | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._asked = False
        self._failures = 0

    async def start(self) -> None:
        """Listen first, then read what is active: no news is missed between the two."""
        loop = asyncio.get_running_loop()
        self._receiver = wakeups.Receiver(self._run_dir)
        self._receiver.watch(loop, self._on_wakes)
        self._socket.unlink(missing_ok=True)
        self._server = await loop.create_unix_server(self._door.connection, str(self._socket))
        self._socket.chmod(0o600)
        self._core.load()
        self._core.listening.begin()
        self._ask()

    def duties(self) -> Sequence[Duty]:
        """The safety net, and what the composition root added (heartbeat, lease, children, pruning)."""
        core = self._core
        return [
            Duty(name="watch_rows", every=SAFETY_NET, run_once=self._watch, at_start=False),
            Duty(name="recount", every=RECOUNT, run_once=self._recount, at_start=False),
            Duty(
                name="sweep_triggers",
                every=RECOUNT,
                run_once=lambda: core.triggers.sweep(core.clock.now()),
                at_start=False,
            ),
            Duty(
                name="prune_history",
                every=PRUNE,
                run_once=lambda: core.prune.run_once(core.clock.now()),
                at_start=False,
            ),
            Duty(
                name="complete_backfills",
                every=RECOUNT,
                run_once=lambda: core.complete_backfills.run_once(core.clock.now()),
                at_start=False,
            ),
            *self._extra,
        ]

    async def drain(self) -> None:
        """Nothing to wait for: running tasks are the hosts' and go on."""

    async def stop(self) -> None:
        """Close the doors. What hosts say from now on they will say again to the next scheduler."""
        if self._timer is not None:
            self._timer.cancel()
        if self._receiver is not None:
            self._receiver.unwatch(asyncio.get_running_loop())
            self._receiver.close()
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(FileNotFoundError):
                self._socket.unlink()
        self._door.close()

    # --- what asks for a turn ---------------------------------------------------------------------

    def _on_news(self) -> None:
        if self._core.urgent:
            self._ask()
        elif self._core.inbox:
            self._set_timer(STARTS_WAIT)

    def _on_wakes(self, hints: list[Wake]) -> None:
        for hint in hints:
            self._core.wake(hint)
        self._ask()

    def _ask(self) -> None:
        if not self._asked:
            self._asked = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _set_timer(self, delay: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + delay
        if self._timer is not None:
            if not self._timer.cancelled() and self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = loop.call_at(due, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._ask()

    # --- a turn -----------------------------------------------------------------------------------

    def _turn(self) -> None:
        self._asked = False
        try:
            self._core.run_turn()
        except Fenced as error:
            self._emit(events.DutyFailed(component="scheduler", duty="turn", error=str(error)))
            self.fenced.set()
            return
        except DatabaseError as error:
            delay = RETRY[min(self._failures, len(RETRY) - 1)]
            self._failures += 1
            self._emit(
                events.DutyFailed(component="scheduler", duty="turn", error=f"{error} Again in {delay:g} s.")
            )
            self._set_timer(delay)
            return
        self._failures = 0
        self._on_news()
        self._arm()

    def _arm(self) -> None:
        """Set the timer to the next thing that falls due by the clock."""
        due = self._core.next_due()
        if due is not None:
            self._set_timer(max(0.0, (due - self._core.clock.now()) / timedelta(seconds=1)))

    def _recount(self) -> None:
        found = self._core.recount.run_once(self._core.clock.now())
        for dag_id, run_id in found.runs:
            told = f"run {run_id!r} of DAG {dag_id!r} held other slots than its rows say; it is read again"
            self._emit(events.DutyFailed(component="scheduler", duty="recount", error=told))
        self._on_news()

    def _watch(self) -> None:
        self._door.cut_silent()
        self._core.safety_net()
        self._on_news()
        self._arm()
