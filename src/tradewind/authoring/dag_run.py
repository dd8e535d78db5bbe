"""``dag_run`` in a task's context: the run as the task may know it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from tradewind.authoring import context, context_values, known_instance
from tradewind.authoring.known_instance import KnownTI
from tradewind.domain.errors import AirflowException
from tradewind.domain.messages import data
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

    def __init__(self, run: RunContext, ask: Callable[[Any], Any] | None = None, dag: Any = None) -> None:
        self.dates = run
        """The run's fields as plain values."""
        self.ask, self._dag = ask, dag
        self._consumed: list[Any] | None = None
        self.conf: dict[str, Any] = json.loads(run.conf) if run.conf and run.conf != "{}" else {}

    @staticmethod
    def find(
        dag_id: Any = None, run_id: Any = None, execution_date: Any = None, state: Any = None,
        external_trigger: bool | None = None, no_backfills: bool = False, run_type: Any = None,
        session: Any = None, execution_start_date: Any = None, execution_end_date: Any = None,
        logical_date: Any = None,
    ) -> list[DagRun]:  # fmt: skip
        """The runs that match all that is given (1.x and 2.x), by logical date; each may be one or several.
        Inside a running task or a callback.

        Raises AirflowException outside of them, and for more runs than fit into one answer.
        """
        request = data.FindDagRuns(
            dag_ids=known_instance.names(dag_id), run_ids=known_instance.names(run_id),
            logical_dates=known_instance.dates(execution_date or logical_date),
            states=known_instance.names(state), run_types=known_instance.names(run_type),
            since=known_instance.moment(execution_start_date),
            until=known_instance.moment(execution_end_date),
        )  # fmt: skip
        running = context.current_or_none()
        if running is None or "ti" not in running:
            raise AirflowException(
                "DagRun.find asks the database, which only running tasks and callbacks reach."
            )
        ask = running["ti"].ask
        found = [DagRun(msgspec.convert(one, RunContext), ask) for one in ask(request)]
        return [
            run
            for run in found
            if (external_trigger is None or run.external_trigger == external_trigger)
            and not (no_backfills and run.is_backfill)
        ]

    @property
    def dag(self) -> Any:
        """The DAG, where it is at hand: that of the task that runs, or that was tested; else None."""
        if self._dag is None:
            running = context.current_or_none()
            found = running["ti"].task.get_dag() if running is not None and "ti" in running else None
            return found if found is not None and found.dag_id == self.dates.dag_id else None
        return self._dag

    def get_dag(self) -> Any:
        """The DAG (1.x, 2.x). Raises AirflowException where it is not at hand."""
        if self.dag is None:
            raise AirflowException(f"DAG {self.dates.dag_id!r} is not loaded in this process.")
        return self.dag

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

    def get_task_instances(self, state: Any = None, session: Any = None) -> list[KnownTI]:
        """The run's task instances as they are now; with ``state`` (one or several, None among them for those
        that have none yet) only those. Inside a running task or a callback.

        Raises AirflowException where there is no way to the database.
        """
        wanted = known_instance.state_names(state)
        found = self._instances(states=None if wanted is None else tuple(sorted(wanted, key=str)))
        return [one for one in found if wanted is None or one.state in wanted]

    def _instances(self, **which: Any) -> list[KnownTI]:
        request = data.GetTaskInstances(dag_id=self.dates.dag_id, run_id=self.dates.run_id, **which)
        return [KnownTI(self, facts) for facts in self._asked(request)]

    def get_task_instance(self, task_id: str, session: Any = None, *, map_index: int = -1) -> KnownTI | None:
        """That task instance as it is now, or None."""
        found = (
            one
            for one in self._instances(task_ids=(task_id,), map_index=map_index)
            if one.task_id == task_id  # listeners are told of all at once
        )
        return next((one for one in found if one.map_index == map_index), None)

    def get_previous_dagrun(
        self, of: Any = None, state: Any = None, session: Any = None, *, dag_run: DagRun | None = None
    ) -> DagRun | None:
        """The run before this one, in ``state`` if one is given; None where there is none. ``of`` is that
        state too, or the run, as some releases of 2.x want it, where it may also be called ``dag_run``.
        A run without a logical date stands before and after none. Inside a running task or a callback.

        Raises AirflowException where there is no way to the database.
        """
        of = of if dag_run is None else dag_run
        wanted = state if of is None or isinstance(of, DagRun) else of
        dates = of.dates if isinstance(of, DagRun) else self.dates
        return self._before(dates, state=None if wanted is None else str(getattr(wanted, "value", wanted)))

    def get_previous_scheduled_dagrun(self, dag_run_id: Any = None, session: Any = None) -> DagRun | None:
        """The run before this one that nobody asked for by hand (1.x, 2.x), or None. Inside a running task or
        a callback.

        Raises AirflowException where there is no way to the database.
        """
        return self._before(self.dates, scheduled=True)

    def _before(self, run: RunContext, **which: Any) -> DagRun | None:
        if run.logical_date is None:
            return None
        request = data.GetPreviousDagRun(dag_id=run.dag_id, logical_date=run.logical_date, **which)
        found = self._asked(request)
        return None if found is None else DagRun(msgspec.convert(found, RunContext), self.ask)

    def _asked(self, request: data.Request) -> Any:
        if self.ask is None:
            raise AirflowException(f"Run {self.dates.run_id!r} has no way to the database here.")
        return self.ask(request)

    def get_state(self) -> str:
        """The state when the task was handed out."""
        return self.dates.state

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in RunContext.__struct_fields__:
            raise AttributeError(
                f"A run has no attribute {name!r} in DAG files and tasks.", name=name, obj=self
            )
        value = getattr(self.dates, name)
        return context_values.pendulum_of(value) if name in _DATES and isinstance(value, datetime) else value

    def __repr__(self) -> str:
        return f"<DagRun {self.dates.dag_id} @ {self.dates.logical_date}: {self.dates.run_id}>"
