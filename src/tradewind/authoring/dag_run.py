"""``dag_run`` in a task's context: the run as the task may know it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tradewind.authoring import context_values
from tradewind.domain.messages.assignment import RunContext

_DATES = frozenset(
    {
        "logical_date",
        "data_interval_start",
        "data_interval_end",
        "run_after",
        "start_date",
        "end_date",
        "queued_at",
        "partition_date",
    }
)


class DagRun:
    """Attributes of a run, with Airflow's names of all ages; dates are pendulum's."""

    def __init__(self, run: RunContext, ask: Callable[[Any], Any] | None = None) -> None:
        self.dates = run
        """The run's fields as plain values."""
        self.ask = ask
        self._consumed: list[Any] | None = None
        self.conf: dict[str, Any] = json.loads(run.conf) if run.conf and run.conf != "{}" else {}

    @property
    def has_logical_date(self) -> bool:
        """Asset-triggered runs, and runs asked for without one, have none."""
        return self.dates.logical_date is not None

    @property
    def execution_date(self) -> Any:
        """Airflow 1.x's and 2.x's name of ``logical_date``."""
        return self.logical_date

    @property
    def external_trigger(self) -> bool:
        """Was the run asked for by somebody, rather than made by its schedule?"""
        return self.dates.run_type in {"manual", "operator_triggered"}

    @property
    def data_interval(self) -> Any:
        """(start, end) of the data interval, or None."""
        if self.dates.data_interval_start is None:
            return None
        from tradewind.domain.intervals import DataInterval

        return DataInterval(self.data_interval_start, self.data_interval_end)

    @property
    def consumed_asset_events(self) -> list[Any]:
        """The asset events that made the run; in a task only, for the run of that task."""
        if self._consumed is None:
            self._consumed = []
            if self.ask is not None and self.dates.run_type == "asset_triggered":
                from tradewind.authoring import asset_reading  # only for runs that assets made

                self._consumed = asset_reading.triggering(self.ask)
        return self._consumed

    consumed_dataset_events = consumed_asset_events

    @property
    def is_backfill(self) -> bool:
        """Does it belong to a backfill?"""
        return self.dates.run_type == "backfill"

    def get_state(self) -> str:
        """The state when the task was handed out."""
        return self.dates.state

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self.dates, name)
        return context_values.pendulum_of(value) if name in _DATES and isinstance(value, datetime) else value

    def __repr__(self) -> str:
        return f"<DagRun {self.dates.dag_id} @ {self.dates.logical_date}: {self.dates.run_id}>"
