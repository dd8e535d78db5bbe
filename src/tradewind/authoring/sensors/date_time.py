"""Waits until a date and time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from tradewind.authoring import moments
from tradewind.authoring.sensors.moment import MomentSensor
from tradewind.authoring.trigger import StartTriggerArgs
from tradewind.domain.errors import InvalidValue

TRIGGER = "airflow.providers.standard.triggers.temporal.DateTimeTrigger"


class DateTimeSensor(MomentSensor):
    """Waits until ``target_time``: a datetime, or text (a template, say) that is one once rendered."""

    template_fields: Collection[str] = ("target_time",)

    def __init__(self, *, target_time: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_time: Any = target_time
        if self.start_from_trigger:
            self.start_trigger_args = StartTriggerArgs(
                trigger_cls=TRIGGER, next_method="execute_complete",
                trigger_kwargs={"moment": target_time, "end_from_trigger": self.end_from_trigger},
            )  # fmt: skip

    def moment(self, context: Any) -> datetime:
        """The target. Raises InvalidValue for what is no date."""
        found = moments.to_datetime("target_time", self.target_time, moments.timezone_of("UTC"))
        if found is None:
            raise InvalidValue("target_time", self.target_time, "be a datetime")
        return found


class DateTimeSensorAsync(DateTimeSensor):
    """``DateTimeSensor`` that always waits in the triggerer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "deferrable": True})
