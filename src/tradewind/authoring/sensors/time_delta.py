"""Waits for a while: after the end of the run's data interval, or after the start of the task."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from tradewind.authoring.sensors.moment import MomentSensor
from tradewind.domain.errors import InvalidValue


class TimeDeltaSensor(MomentSensor):
    """Waits until ``delta`` has passed since the end of the data interval (``run_after`` for runs without
    one).
    """

    template_fields: Collection[str] = ("delta",)

    def __init__(self, *, delta: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.delta: Any = delta

    def moment(self, context: Any) -> datetime:
        """When it has passed."""
        run = context["dag_run"].dates
        since: datetime = run.data_interval_end or run.run_after
        return since + _duration("delta", self.delta)

    def execute(self, context: Any) -> Any:
        """Wait; where that is the triggerer's and the time has passed already, the result is True, as in
        Airflow. Raises what the base class raises.
        """
        if self.deferrable and self.clock.now() > self.moment(context):
            return True
        return super().execute(context)


class TimeDeltaSensorAsync(TimeDeltaSensor):
    """``TimeDeltaSensor`` that always waits in the triggerer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "deferrable": True})


class WaitSensor(MomentSensor):
    """Waits ``time_to_wait`` from the start of the task."""

    template_fields: Collection[str] = ("time_to_wait",)

    def __init__(self, time_to_wait: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.time_to_wait: Any = time_to_wait
        self._until: datetime | None = None

    def moment(self, context: Any) -> datetime:
        """When it has passed, counted from the first look."""
        if self._until is None:
            self._until = self._began(context)[0] + _duration("time_to_wait", self.time_to_wait)
        return self._until

    def next_interval(self, looks: int, context: Any) -> float:
        """Seconds until the next look: no longer than what is left."""
        left = (self.moment(context) - self.clock.now()).total_seconds()
        return max(min(super().next_interval(looks, context), left), 0.0)


def _duration(name: str, value: Any) -> timedelta:
    """A timedelta as it is; a number, or what a template rendered to, counts minutes."""
    if isinstance(value, timedelta):
        return value
    try:
        return timedelta(minutes=int(value))
    except (TypeError, ValueError) as error:
        raise InvalidValue(name, value, "be a timedelta, or a whole number of minutes") from error
