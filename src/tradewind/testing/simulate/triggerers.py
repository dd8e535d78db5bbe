"""A triggerer without processes: it takes triggers, lets time pass and fires, as the real one would."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from tradewind.domain.messages.deferral import (
    Forget,
    FromTriggerer,
    Recorded,
    ToTriggerer,
    TriggererHello,
    TriggerEvent,
    Wait,
    WaitFor,
)
from tradewind.domain.messages.report import XComValue
from tradewind.testing.simulate.faults import Faults

Later = Callable[[float, Callable[[], None]], None]

_SAYS: dict[str | None, dict[str, Any]] = {
    "break": {"error": "Traceback\nValueError: as planned"},
    "success": {
        "ends": "success", "lengths": {"return_value": 2},
        "xcoms": (XComValue(key="return_value", value="[1,2]"),),
    },
    "quiet": {"ends": "success"},
    "skipped": {"ends": "skipped"},
    "failed": {"ends": "failed"},
}  # fmt: skip
"""What a trigger says, by what it does."""


class SimulatedTriggerer:
    """Keeps everything in memory; a crash forgets it."""

    def __init__(
        self,
        *,
        random: Random,
        faults: Faults,
        now: Callable[[], datetime],
        later: Later,
        say: Callable[[FromTriggerer], None],
        told: Callable[[TriggerEvent], None] = lambda event: None,
    ) -> None:
        self._told = told
        self._random, self._faults, self._now, self._later, self._say = random, faults, now, later, say
        self.generation = 0
        self._held: dict[int, Wait] = {}
        self._untold: dict[int, TriggerEvent] = {}

    @property
    def incarnation(self) -> str:
        """New at each start."""
        return f"triggerer-{self.generation}"

    def hello(self) -> None:
        """Connect: say what is held, then every event that is not recorded yet."""
        hello = TriggererHello(
            incarnation=self.incarnation, hostname="triggerer", pid=self.generation, capacity=1000,
            holds=tuple(sorted(self._held)),
        )  # fmt: skip
        self._say(hello)
        self.resend()

    def resend(self) -> None:
        """Events that got lost are told again."""
        for event in list(self._untold.values()):
            self._say(event)

    def crash(self) -> None:
        """kill -9, and a new one is started."""
        self._held, self._untold = {}, {}
        self.generation += 1
        self.hello()

    def send(self, message: ToTriggerer) -> None:
        """The scheduler's link to this triggerer."""
        if isinstance(message, WaitFor):
            for wait in message.triggers:
                self._take(wait)
        elif isinstance(message, Recorded):
            for trigger_id, _, _ in message.done:
                if self._untold.pop(trigger_id, None) is not None:
                    self._held.pop(trigger_id, None)
        elif isinstance(message, Forget):
            for trigger_id in message.trigger_ids:
                self._held.pop(trigger_id, None)
                self._untold.pop(trigger_id, None)

    def _take(self, wait: Wait) -> None:
        if wait.trigger_id not in self._held:
            self._held[wait.trigger_id] = wait
            self._later(self._random.uniform(0.001, 10.0), lambda: self._fire(wait))

    def _fire(self, wait: Wait) -> None:
        if self._held.get(wait.trigger_id) is not wait or wait.task is None:
            return
        if self._random.random() < self._faults.host_crash:
            self.crash()
            return
        does = json.loads(wait.kwargs).get("does")
        if does == "hang":
            return
        event = TriggerEvent(
            trigger_id=wait.trigger_id, at=self._now(), attempt_id=wait.task.attempt_id,
            dispatch=wait.task.dispatch, dag_id=wait.task.run.dag_id, run_id=wait.task.run.run_id,
            **_SAYS.get(does, {}),
        )  # fmt: skip
        self._told(event)
        self._untold[wait.trigger_id] = event
        self._say(event)
