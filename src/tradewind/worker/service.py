"""The worker host as a service: talks to the scheduler, and puts its parts together."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from typing import Final

from tradewind.client.uplink import Uplink
from tradewind.domain.events import Succeeded
from tradewind.domain.messages import lifecycle
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Held
from tradewind.runtime import paths
from tradewind.runtime.clock import Clock
from tradewind.runtime.duty import Duty
from tradewind.worker import ledger, recovery, tree
from tradewind.worker.attempts import DRAINED, Attempt, Attempts
from tradewind.worker.fleet import Fleet
from tradewind.worker.ledger import Ledger, key_of
from tradewind.worker.nurseries import NurseryKeeper
from tradewind.worker.settings import HostSettings

TOO_LONG: Final = 6.0
"""Seconds. A host that stood still for longer may have been given up: it takes no work from before."""
ACKNOWLEDGE_WAIT: Final = 2.0
"""Seconds that the scheduler gets, at the end of a drain, to record the last results."""


class Host:
    """``runtime.service.Work`` of the worker host."""

    def __init__(
        self, settings: HostSettings, incarnation: str, nursery: NurseryKeeper, clock: Clock
    ) -> None:
        self._settings, self.incarnation, self._nursery, self._clock = settings, incarnation, nursery, clock
        self._uplink: Uplink | None = None
        self._beaten = clock.monotonic()

    # --- runtime.service.Work ---------------------------------------------------------------------

    async def start(self) -> None:
        """Read the ledger, end what an earlier host left, then connect."""
        loop = self._loop = asyncio.get_running_loop()
        settings = self._settings
        tree.become_subreaper()
        boot = ledger.boot_id()
        self._ledger = Ledger(paths.journal_dir(settings.run_dir) / "host.ledger")
        recovery.run(self._ledger, settings, boot, self._clock)
        self._uplink = Uplink(
            loop, settings.run_dir / paths.LIFECYCLE_SOCKET, greet=self._greet, heard=self._heard
        )
        self._attempts = Attempts(
            loop, settings, self._ledger, boot=boot, say=self._uplink.send, clock=self._clock
        )
        self._nursery.open(loop)
        self._fleet = Fleet(loop, self._nursery, settings, self._attempts, self._clock)
        self._attempts.fleet = self._fleet
        loop.add_signal_handler(signal.SIGCHLD, self._reap)
        self._uplink.connect()

    def duties(self) -> Sequence[Duty]:
        """Heartbeats, and closing what is not used."""
        return (
            Duty(name="heartbeat", every=self._settings.heartbeat_seconds, run_once=self._beat),
            Duty(name="tidy", every=1.0, run_once=self._tidy),
        )

    async def drain(self) -> None:
        """Take nothing new; let running tasks end; stop those that do not, to be repeated elsewhere."""
        assert self._uplink is not None
        self._attempts.draining = True
        self._attempts.give_back_waiting()
        self._uplink.send(self._hello())
        await self._attempts.wait_until_empty(self._settings.drain_grace)
        self._attempts.stop_all()
        await self._attempts.wait_until_empty(self._settings.drain_kill_grace + 2.0)
        await self._wait_acknowledged(self._uplink)

    async def stop(self) -> None:
        """Close everything; parents and tasks that are still there end by that."""
        if self._uplink is None:
            return
        self._uplink.close()
        self._attempts.kill_all()
        self._fleet.close()
        self._nursery.close()
        self._loop.remove_signal_handler(signal.SIGCHLD)
        self._ledger.close()

    async def _wait_acknowledged(self, uplink: Uplink) -> None:
        until = self._clock.monotonic() + ACKNOWLEDGE_WAIT
        while self._ledger.unacknowledged and uplink.connected and self._clock.monotonic() < until:
            await asyncio.sleep(0.01)

    def _tidy(self) -> None:
        self._fleet.tidy()
        if not (self._settings.run_dir / paths.HOST_LOCK).exists():
            os.kill(os.getpid(), signal.SIGTERM)  # the home was removed: nobody can find this host any more

    def _reap(self) -> None:
        """Processes whose parent died have become our children."""
        for pid, status in tree.reap():
            self._fleet.orphans.reaped(pid, status)

    # --- the scheduler ----------------------------------------------------------------------------

    def _hello(self) -> lifecycle.Hello:
        kept = [
            Held(
                attempt_id=each.attempt_id,
                dispatch=each.dispatch,
                dag_id=each.dag_id,
                run_id=each.run_id,
                calling=isinstance(each.outcome, Succeeded) and each.outcome.called,
            )
            for each in self._ledger.unacknowledged.values()
        ]
        return lifecycle.Hello(
            incarnation=self.incarnation,
            hostname=self._settings.hostname,
            pid=os.getpid(),
            slots=0 if self._attempts.draining else self._settings.slots,
            queues=self._settings.queues,
            holds=(*self._attempts.held(), *kept),
        )

    def _greet(self) -> list[lifecycle.FromHost]:
        return [self._hello(), *self._attempts.started_messages(), *self._ledger.unacknowledged.values()]

    def _beat(self) -> None:
        assert self._uplink is not None
        self._beaten = self._clock.monotonic()
        running = tuple(self._attempts.held())
        self._uplink.send(
            lifecycle.Heartbeat(incarnation=self.incarnation, at=self._clock.now(), running=running)
        )

    def _stood_still(self) -> bool:
        return self._clock.monotonic() - self._beaten > self._settings.heartbeat_seconds + TOO_LONG

    def _heard(self, message: lifecycle.ToHost) -> None:
        assert self._uplink is not None
        match message:
            case lifecycle.Assign() if self._stood_still():
                self._uplink.begin_anew()
            case lifecycle.Assign():
                for assignment in message.assignments:
                    self._take(message.incarnation, assignment)
            case lifecycle.Ack():
                self._ledger.forget(message.done, message.called)
            case lifecycle.Stop():
                for attempt_id, dispatch in message.attempts:
                    self._attempts.stop((attempt_id, dispatch), message.reason)

    def _take(self, incarnation: str, assignment: Assignment) -> None:
        """At most once: what runs here, or has ended here, is not begun again."""
        assert self._uplink is not None
        key = key_of(assignment)
        if key in self._attempts:
            return
        kept = self._ledger.unacknowledged.get(key)
        if kept is not None:
            self._uplink.send(kept)
        elif self._attempts.draining:
            self._attempts.say_gone(Attempt(assignment).held, DRAINED.reason)
        elif incarnation != self.incarnation:
            self._attempts.say_gone(Attempt(assignment).held, f"this host is {self.incarnation}")
        else:
            self._attempts.take(assignment)
