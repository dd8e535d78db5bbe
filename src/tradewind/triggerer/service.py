"""The triggerer as a service: what it was told to wait for, and what it tells until that is recorded."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import Final

from tradewind.client.uplink import Uplink
from tradewind.domain.messages import lifecycle
from tradewind.domain.messages.deferral import (
    Forget,
    Recorded,
    TriggererBeat,
    TriggererHello,
    TriggerEvent,
    Wait,
    WaitFor,
)
from tradewind.runtime import paths
from tradewind.runtime.clock import Clock
from tradewind.runtime.duty import Duty
from tradewind.telemetry import events
from tradewind.triggerer import endless_logs
from tradewind.triggerer.fleet import Fleet
from tradewind.triggerer.settings import TriggererSettings

WATCH_EVERY: Final = 0.1
"""Seconds between looks at who holds up a loop."""

PRUNE_EVERY: Final = 3600.0
"""Seconds between looks at logs of watchers that are gone."""


class Triggerer:
    """``runtime.service.Work`` of the triggerer."""

    def __init__(
        self, settings: TriggererSettings, incarnation: str, clock: Clock, emit: events.Emit = events.log
    ) -> None:
        self._settings, self.incarnation, self._clock, self._emit = settings, incarnation, clock, emit
        self._held: set[int] = set()
        """Triggers that run here, or whose end is not recorded yet."""
        self._untold: dict[tuple[int, str, int], TriggerEvent] = {}
        self._uplink: Uplink | None = None
        self._fleet: Fleet | None = None

    async def start(self) -> None:
        """Connect; the first trigger starts a runner."""
        loop = asyncio.get_running_loop()
        self._fleet = Fleet(loop, self._settings, self._clock, heard=self._fired, emit=self._emit)
        socket = self._settings.run_dir / paths.LIFECYCLE_SOCKET
        self._uplink = Uplink(loop, socket, greet=self._greet, heard=self._heard)
        self._uplink.connect()

    def duties(self) -> Sequence[Duty]:
        """Signs of life, and watching the runners."""
        assert self._fleet is not None
        return (
            Duty(name="heartbeat", every=self._settings.beat_every, run_once=self._beat),
            Duty(name="watch", every=WATCH_EVERY, run_once=self._fleet.watch),
            Duty(name="prune_logs", every=PRUNE_EVERY, run_once=self._prune_logs),
        )

    async def drain(self) -> None:
        """Nothing to wait for: what is left is taken over by others."""

    async def stop(self) -> None:
        """Say nothing more, then let triggers clean up."""
        if self._uplink is not None:
            self._uplink.close()
        if self._fleet is not None:
            await self._fleet.close()

    # --- the scheduler ------------------------------------------------------------------------------

    def _greet(self) -> list[lifecycle.FromHost]:
        hello = TriggererHello(
            incarnation=self.incarnation,
            hostname=self._settings.tasks.hostname,
            pid=os.getpid(),
            capacity=self._settings.capacity,
            queues=self._settings.queues,
            stands_in=self._settings.stands_in,
            holds=tuple(sorted(self._held)),
        )
        return [hello, *self._untold.values()]

    def _beat(self) -> None:
        assert self._uplink is not None
        self._uplink.send(TriggererBeat(incarnation=self.incarnation))

    def _prune_logs(self) -> None:
        endless_logs.prune(self._settings.tasks.log_folder, self._held, self._clock.now())

    def _heard(self, message: lifecycle.ToHost) -> None:
        match message:
            case WaitFor():
                self._take(message.triggers)
            case Recorded():
                self._recorded(message.done)
            case Forget():
                self._forget(message.trigger_ids)

    def _take(self, triggers: Sequence[Wait]) -> None:
        """What runs here already is not begun again; what has ended here is told again."""
        assert self._fleet is not None and self._uplink is not None
        new = [wait for wait in triggers if wait.trigger_id not in self._held]
        self._held.update(wait.trigger_id for wait in new)
        again = {wait.trigger_id for wait in triggers}.difference(wait.trigger_id for wait in new)
        for event in self._untold.values():
            if event.trigger_id in again:
                self._uplink.send(event)
        self._fleet.begin(new)

    def _recorded(self, done: Sequence[tuple[int, str, int]]) -> None:
        """A trigger that goes on is told, one that has ended is let go of."""
        assert self._fleet is not None
        for event in [self._untold.pop(key) for key in done if key in self._untold]:
            if event.more:
                self._fleet.recorded(event)
            else:
                self._held.discard(event.trigger_id)

    def _forget(self, trigger_ids: Sequence[int]) -> None:
        assert self._fleet is not None
        self._held.difference_update(trigger_ids)
        gone = set(trigger_ids)
        self._untold = {key: event for key, event in self._untold.items() if key[0] not in gone}
        self._fleet.forget(list(trigger_ids))

    def _fired(self, event: TriggerEvent) -> None:
        """Kept until it is recorded: the scheduler may be away."""
        assert self._uplink is not None
        self._untold[event.key] = event
        self._uplink.send(event)
