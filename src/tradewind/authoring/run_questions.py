"""What a task may ask about runs and task instances, its own DAG's and others'."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from tradewind.authoring import known_instance
from tradewind.authoring.dag_run import DagRun
from tradewind.authoring.known_instance import KnownTI
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import RunContext

_LOOK_BACK = 1000
"""How many runs ``get_previous_ti`` looks at."""


class RunQuestions:
    """Mixed into ``TaskRun``, which knows how to ask."""

    dag_id: Any
    task_id: Any
    map_index: Any
    dag_run: DagRun

    def ask(self, request: data.Request) -> Any:
        """One question to the database."""
        raise NotImplementedError

    def previous_run(self, state: str | None = None) -> RunContext | None:
        """The run before this one (in ``state``, if given), as plain values."""
        found = self.get_previous_dagrun(state)
        return None if found is None else found.dates

    def get_previous_dagrun(self, state: Any = None, session: Any = None) -> DagRun | None:
        """The run before this one, or None."""
        return self.dag_run.get_previous_dagrun(state=state)

    def get_previous_logical_date(self, state: Any = None) -> Any:
        """The logical date of the run before this one, or None."""
        run = self.get_previous_dagrun(state)
        return None if run is None else run.logical_date

    get_previous_execution_date = get_previous_logical_date

    def get_previous_start_date(self, state: Any = None) -> Any:
        """When the run before this one started, or None."""
        run = self.get_previous_dagrun(state)
        return None if run is None else run.start_date

    def get_previous_ti(
        self, state: Any = None, logical_date: Any = None, map_index: int = -1, session: Any = None
    ) -> KnownTI | None:
        """This task's instance in the run before this one; with ``state`` the latest one that is in it. None
        where there is none.
        """
        wanted = None if state is None else str(getattr(state, "value", state))
        at = logical_date or self.dag_run.dates.logical_date or self.dag_run.dates.run_after
        for _ in range(_LOOK_BACK):
            found = self.ask(data.GetPreviousDagRun(dag_id=self.dag_id, logical_date=at))
            if found is None:
                return None
            run = _run(found)
            states = self.get_task_states(
                self.dag_id, task_ids=[self.task_id], run_ids=[run.run_id], map_index=map_index
            )
            known = states.get(run.run_id, {})
            key = self.task_id if map_index < 0 else f"{self.task_id}_{map_index}"
            if key in known and wanted in (None, known[key]):
                return DagRun(run, self.ask).get_task_instance(self.task_id, map_index=map_index)
            if wanted is None or run.logical_date is None:
                return None
            at = run.logical_date
        return None

    @property
    def previous_ti(self) -> KnownTI | None:
        """This task's instance in the run before this one (1.x, 2.x)."""
        return self.get_previous_ti()

    @property
    def previous_ti_success(self) -> KnownTI | None:
        """This task's instance in the last successful run before this one (1.x, 2.x)."""
        run = self.get_previous_dagrun("success")
        return None if run is None else run.get_task_instance(self.task_id, map_index=self.map_index)

    def get_dagrun_state(self, dag_id: str, run_id: str) -> str | None:
        """The state of a run, or None where there is no such run."""
        found = self.ask(data.GetDagRun(dag_id=dag_id, run_id=run_id))
        return None if found is None else _run(found).state

    def get_task_states(
        self, dag_id: str, map_index: int | None = None, task_ids: Iterable[str] | None = None,
        task_group_id: str | None = None, logical_dates: Iterable[datetime] | None = None,
        run_ids: Iterable[str] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """{run id: {task id: state}}."""
        found: dict[str, Any] = self.ask(
            data.GetTaskStates(
                dag_id=dag_id, map_index=map_index, task_group_id=task_group_id, task_ids=_tuple(task_ids),
                logical_dates=_dates(logical_dates), run_ids=_tuple(run_ids),
            )
        )  # fmt: skip
        return found

    def get_dr_count(
        self, dag_id: str, logical_dates: Iterable[datetime] | None = None,
        run_ids: Iterable[str] | None = None, states: Iterable[str] | None = None,
    ) -> int:  # fmt: skip
        """How many such runs there are."""
        request = data.CountDagRuns(
            dag_id=dag_id, logical_dates=_dates(logical_dates), run_ids=_tuple(run_ids), states=_tuple(states)
        )
        return int(self.ask(request))

    def get_ti_count(
        self, dag_id: str, map_index: int | None = None, task_ids: Iterable[str] | None = None,
        task_group_id: str | None = None, logical_dates: Iterable[datetime] | None = None,
        run_ids: Iterable[str] | None = None, states: Iterable[Any] | None = None,
    ) -> int:  # fmt: skip
        """How many such task instances there are; None among ``states`` counts those without one."""
        wanted = None if states is None else tuple(known_instance.state_names(states) or ())
        request = data.CountTaskInstances(
            dag_id=dag_id, map_index=map_index, task_group_id=task_group_id, task_ids=_tuple(task_ids),
            logical_dates=_dates(logical_dates), run_ids=_tuple(run_ids), states=wanted,
        )  # fmt: skip
        return int(self.ask(request))


def _run(found: Any) -> RunContext:
    return found if isinstance(found, RunContext) else msgspec.convert(found, RunContext)


def _tuple(values: Iterable[Any] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(str(getattr(value, "value", value)) for value in values)


def _dates(values: Iterable[datetime] | None) -> tuple[datetime, ...] | None:
    return (
        None if values is None else tuple(datetime.fromtimestamp(value.timestamp(), UTC) for value in values)
    )
