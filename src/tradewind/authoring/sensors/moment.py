"""Base of sensors that wait for one moment, by looking again and again or by a trigger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tradewind.authoring import defaults
from tradewind.authoring.sensor import BaseSensorOperator


class MomentSensor(BaseSensorOperator):
    """Waits until ``moment(context)`` has passed."""

    def __init__(
        self, *, deferrable: bool | None = None, end_from_trigger: bool = False,
        start_from_trigger: bool = False, trigger_kwargs: dict[str, Any] | None = None, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.deferrable = defaults.current().deferrable if deferrable is None else deferrable
        self.end_from_trigger, self.start_from_trigger = end_from_trigger, start_from_trigger
        self.trigger_kwargs = trigger_kwargs

    def moment(self, context: Any) -> datetime:
        """When the waiting ends, as an aware datetime."""
        raise NotImplementedError(f"{type(self).__name__} defines no moment(self, context).")

    def poke(self, context: Any) -> bool:
        """Has it passed?"""
        moment = self.moment(context)
        self.log.info("Waiting for %s", moment.isoformat())
        return self.clock.now() > moment

    def execute(self, context: Any) -> Any:
        """Wait here, or in the triggerer. Raises TaskDeferred, and what the base class raises."""
        if not self.deferrable:
            return super().execute(context)
        moment = self.moment(context)
        if self.clock.now() > moment:
            return None
        from tradewind.authoring.triggers import temporal  # asyncio; only where the task defers

        trigger = temporal.DateTimeTrigger(moment=moment, end_from_trigger=self.end_from_trigger)
        return self.defer(
            trigger=trigger, method_name="execute_complete", timeout=timedelta(seconds=self.timeout)
        )

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The trigger fired."""
