"""Wait for other DAGs: their task instances, task groups and runs. States are asked for, never read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable
from datetime import datetime
from typing import Any

from tradewind.authoring.trigger import BaseTrigger, TriggerEvent
from tradewind.domain.errors import InvalidValue

_PATH = "airflow.providers.standard.triggers.external_task"


class WorkflowTrigger(BaseTrigger):
    """Fires ``{"status": "success"}`` once the tasks, the task group or the runs of another DAG have ended in
    ``allowed_states`` in all of ``run_ids`` or at all ``logical_dates``; ``failed`` or ``skipped`` as soon as
    one of them is in ``failed_states`` or ``skipped_states``.
    """

    def __init__(
        self, external_dag_id: str, run_ids: list[str] | None = None,
        execution_dates: list[datetime] | None = None, logical_dates: list[datetime] | None = None,
        external_task_ids: Collection[str] | None = None, external_task_group_id: str | None = None,
        failed_states: Iterable[str] | None = None, skipped_states: Iterable[str] | None = None,
        allowed_states: Iterable[str] | None = None, poke_interval: float = 2.0, soft_fail: bool = False,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.external_dag_id, self.run_ids = external_dag_id, run_ids
        self.logical_dates = logical_dates if logical_dates is not None else execution_dates
        self.external_task_ids = None if external_task_ids is None else list(external_task_ids)
        self.external_task_group_id = external_task_group_id
        self.failed_states, self.skipped_states = _states(failed_states), _states(skipped_states)
        self.allowed_states = _states(allowed_states)
        self.poke_interval, self.soft_fail = poke_interval, soft_fail

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        names = (
            "external_dag_id", "run_ids", "logical_dates", "external_task_ids", "external_task_group_id",
            "failed_states", "skipped_states", "allowed_states", "poke_interval", "soft_fail",
        )  # fmt: skip
        return f"{_PATH}.WorkflowTrigger", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask, rest, ask again."""
        while (status := await asyncio.to_thread(self.status)) is None:
            await asyncio.sleep(self.poke_interval)
        yield TriggerEvent({"status": status})

    def status(self) -> str | None:
        """``success``, ``failed`` or ``skipped``; None as long as it is open. Asks ``task_instance``."""
        whole = not self.external_task_ids and self.external_task_group_id is None
        runs = [] if whole else self._instances()
        if self._any(self.failed_states, runs, whole):
            return "failed"
        if self._any(self.skipped_states, runs, whole):
            return "skipped"
        allowed = self.allowed_states or ["success"]
        least = len(self.external_task_ids or "1")
        done = (
            self._runs(allowed)
            if whole
            else sum(len(run) >= least and all(state in allowed for state in run) for run in runs)
        )
        return "success" if done >= len(self.run_ids or self.logical_dates or ()) else None

    def _any(self, states: list[str] | None, runs: list[list[str]], whole: bool) -> bool:
        """Is one of them in one of these states?"""
        if not states:
            return False
        return self._runs(states) > 0 if whole else any(state in states for run in runs for state in run)

    def _instances(self) -> list[list[str]]:
        """The states of the task instances that are waited for, run by run."""
        found = self.task_instance.get_task_states(
            self.external_dag_id, task_ids=self.external_task_ids, task_group_id=self.external_task_group_id,
            run_ids=self.run_ids, logical_dates=self.logical_dates,
        )  # fmt: skip
        return [list(run.values()) for run in found.values()]

    def _runs(self, states: list[str]) -> int:
        count = self.task_instance.get_dr_count(
            self.external_dag_id, states=states, run_ids=self.run_ids, logical_dates=self.logical_dates
        )
        return int(count)


class DagStateTrigger(BaseTrigger):
    """Fires when all runs of ``run_ids``, or at ``logical_dates``, are in one of ``states``; the event is the
    import path and the arguments of the trigger, with the state of each run under its run id.
    """

    def __init__(
        self, dag_id: str, states: Iterable[Any], logical_dates: list[datetime] | None = None,
        execution_dates: list[datetime] | None = None, run_ids: list[str] | None = None,
        poll_interval: float = 5.0, **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(**kwargs)
        self.dag_id, self.states, self.run_ids = dag_id, _states(states) or [], run_ids
        self.logical_dates = logical_dates if logical_dates is not None else execution_dates
        self.poll_interval = poll_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Import path and arguments."""
        names = ("dag_id", "states", "logical_dates", "run_ids", "poll_interval")
        return f"{_PATH}.DagStateTrigger", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Ask, rest, ask again."""
        wanted = len(self.run_ids or self.logical_dates or ())
        while await asyncio.to_thread(self._count) < wanted:
            await asyncio.sleep(self.poll_interval)
        path, event = self.serialize()
        for run_id in self.run_ids or ():
            event[run_id] = await asyncio.to_thread(self.task_instance.get_dagrun_state, self.dag_id, run_id)
        yield TriggerEvent((path, event))

    def _count(self) -> int:
        ti = self.task_instance
        found = ti.get_dr_count(
            self.dag_id, states=self.states, run_ids=self.run_ids, logical_dates=self.logical_dates
        )
        return int(found)


def _states(given: Iterable[Any] | None) -> list[str] | None:
    if isinstance(given, str):
        raise InvalidValue("states", given, f"be a list, such as [{given!r}]")
    return None if given is None else [str(getattr(state, "value", state)) for state in given]
