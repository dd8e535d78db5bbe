"""Wait for a moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tradewind.authoring import moments
from tradewind.authoring.trigger import BaseTrigger, TaskSuccessEvent, TriggerEvent
from tradewind.domain.errors import InvalidValue
from tradewind.runtime.clock import Clock, SystemClock

_LONGEST_NAP: Final = 3600.0
"""Seconds. The machine's clock may be set, or stand still while it sleeps: look at it now and then."""


class DateTimeTrigger(BaseTrigger):
    """Fires at ``moment``, which must be aware; with ``end_from_trigger`` the task succeeds right then."""

    clock: Clock = SystemClock()

    def __init__(self, moment: datetime, *, end_from_trigger: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(moment, datetime):
            raise TypeError(f"moment must be a datetime, got {type(moment).__name__}: {moment!r}")
        if moment.tzinfo is None:
            raise ValueError(f"moment must have a time zone, got the naive {moment.isoformat()}")
        at = moments.to_datetime("moment", moment, UTC)
        assert at is not None
        self.moment: datetime = at
        self.end_from_trigger = end_from_trigger

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        path = "airflow.providers.standard.triggers.temporal.DateTimeTrigger"
        return path, {"moment": self.moment, "end_from_trigger": self.end_from_trigger}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Sleep until the moment has come."""
        while (left := (self.moment - self.clock.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left, _LONGEST_NAP))
        self.log.info("The moment %s has come", self.moment.isoformat())
        yield TaskSuccessEvent() if self.end_from_trigger else TriggerEvent(self.moment)


class TimeDeltaTrigger(DateTimeTrigger):
    """Fires when ``delta`` has passed from now. It travels as the moment at which it is due."""

    def __init__(self, delta: timedelta, *, end_from_trigger: bool = False, **kwargs: Any) -> None:
        if not isinstance(delta, timedelta):
            raise InvalidValue("delta", delta, "be a timedelta, for example timedelta(minutes=5)")
        super().__init__(moment=self.clock.now() + delta, end_from_trigger=end_from_trigger, **kwargs)
