"""Waits until a time of day."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from tradewind.authoring import moments
from tradewind.authoring.sensors.date_time import TRIGGER
from tradewind.authoring.sensors.moment import MomentSensor
from tradewind.authoring.trigger import StartTriggerArgs
from tradewind.domain.errors import InvalidValue


class TimeSensor(MomentSensor):
    """Waits until ``target_time`` of the day on which it started, in the DAG's time zone."""

    def __init__(self, *, target_time: time, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(target_time, time):
            raise InvalidValue("target_time", target_time, "be a datetime.time, such as time(18, 30)")
        self.target_time = target_time
        if self.start_from_trigger:
            self.start_trigger_args = StartTriggerArgs(
                trigger_cls=TRIGGER, next_method="execute_complete",
                trigger_kwargs={"moment": self.target_datetime, "end_from_trigger": self.end_from_trigger},
            )  # fmt: skip

    @property
    def target_datetime(self) -> datetime:
        """The moment, were it to start now."""
        return self._on_the_day_of(self.clock.now())

    def moment(self, context: Any) -> datetime:
        """The target time, on the day when the sensor began to wait."""
        return self._on_the_day_of(self._began(context)[0])

    def _on_the_day_of(self, at: datetime) -> datetime:
        zone = self.target_time.tzinfo or moments.timezone_of(self.dag.timezone if self.dag else "UTC")
        return datetime.combine(at.astimezone(zone).date(), self.target_time, zone).astimezone(UTC)


class TimeSensorAsync(TimeSensor):
    """``TimeSensor`` that always waits in the triggerer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "deferrable": True})
