"""A triggerer that does what a test says."""

from __future__ import annotations

from typing import Any

from tests.integration.scheduler.world import World

from tradewind.domain.messages.deferral import (
    Forget,
    Recorded,
    ToTriggerer,
    TriggererHello,
    TriggerEvent,
    Wait,
    WaitFor,
)


class Triggerer:
    """A triggerer that does what a test says."""

    def __init__(self, world: World, name: str = "t", **more: Any) -> None:
        self.world, self.name, self.more = world, name, more
        self.has: dict[int, Wait] = {}
        self.begun: list[Wait] = []
        self.forgotten: list[int] = []
        self.recorded: list[tuple[int, str, int]] = []
        self.hello()

    def hello(self) -> None:
        message = TriggererHello(
            incarnation=self.name, hostname="h", pid=1, capacity=self.more.get("capacity", 10),
            queues=self.more.get("queues", ()), holds=tuple(self.has),
        )  # fmt: skip
        self.world.core.triggers.arrived(message, self, self.world.clock.now())
        self.world.work()

    def leave(self) -> None:
        self.world.core.triggers.left(self.name, self)
        self.world.work()

    def send(self, message: ToTriggerer) -> None:
        if isinstance(message, WaitFor):
            self.begun += message.triggers
            self.has.update({wait.trigger_id: wait for wait in message.triggers})
        elif isinstance(message, Forget):
            self.forgotten += message.trigger_ids
            for each in message.trigger_ids:
                self.has.pop(each, None)
        elif isinstance(message, Recorded):
            self.recorded += message.done

    def fire(self, number: int, payload: str = "true", begun: str = "b", work: bool = True) -> None:
        self.say(number=number, payload=payload, begun=begun, more=True, work=work)

    def end(self, error: str | None = None) -> None:
        self.say(error=error, number=-1)
        self.has.clear()

    def say(self, *, work: bool = True, **more: Any) -> None:
        (trigger_id,) = self.has
        event = TriggerEvent(trigger_id=trigger_id, at=self.world.clock.now(), **more)
        self.world.core.triggers.fired(event, self.name)
        if work:
            self.world.work()
