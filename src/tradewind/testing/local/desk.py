"""Answers what running tasks ask, from memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import singledispatchmethod
from typing import Any

import msgspec

from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.domain.messages.report import Finished, XComValue
from tradewind.domain.spec import DagSpec
from tradewind.secrets import Chain
from tradewind.testing.local import about_runs, file_assets, kept
from tradewind.testing.local.questions import Questions

States = Callable[[], dict[str, str | None]]


class Desk:
    """The XComs of one run, and what a task may look up."""

    def __init__(self, run: RunContext, dag: Any, *, chain: Chain, tell: Callable[[str], None]) -> None:
        self._dag = dag
        self.run, self._chain, self._tell = run, chain, tell
        self.states: States = dict
        """Gives task id (or ``id_index``) to state."""
        self.spec: DagSpec | None = None
        """The run's DAG, where it is run and not only looked at."""
        self.instances: Callable[[], list[data.TaskInstanceFacts]] = list
        self._xcoms: dict[tuple[str, str, int], str] = {}
        self._paths: dict[tuple[str, int], tuple[int, ...]] = {}
        self._variables: dict[str, str | None] = {}
        self._first_starts: dict[str, datetime] = {}
        self._tries: dict[tuple[str, int], list[tuple[int, datetime]]] = {}
        """Number and start of each try of a task instance."""
        self._kept = kept.Kept()
        self._asking: Assignment | None = None
        self.questions = Questions()

    def begins(self, assignment: Assignment, at: datetime) -> None:
        """An attempt starts: values of an earlier try go, unless it goes on after a wait."""
        if assignment.attempt_id not in self._first_starts:
            self._first_starts[assignment.attempt_id] = at
            tries = self._tries.setdefault((assignment.task_id, assignment.map_index), [])
            tries.append((assignment.try_number, at))
        self._paths[assignment.task_id, assignment.map_index] = assignment.path
        if assignment.dispatch <= 1:
            mine = (assignment.task_id, assignment.map_index)
            self._xcoms = {key: value for key, value in self._xcoms.items() if (key[1], key[2]) != mine}

    def ended(self, assignment: Assignment, report: Finished) -> None:
        """Keep what an attempt returned."""
        self.left(assignment.task_id, assignment.map_index, report.xcoms)

    def left(self, task_id: str, map_index: int, xcoms: Iterable[XComValue]) -> None:
        """Keep what an attempt, or the trigger that ended it, left behind."""
        for xcom in xcoms:
            self._push((xcom.key, task_id, map_index), xcom.value)

    def _push(self, key: tuple[str, str, int], value: str) -> None:
        """Keep a value, as the newest."""
        self._xcoms.pop(key, None)
        self._xcoms[key] = value

    def first_start(self, attempt_id: str) -> datetime | None:
        """When the attempt first started."""
        return self._first_starts.get(attempt_id)

    def put(self, task_id: str, value: Any, *, key: str = "return_value", map_index: int = -1) -> None:
        """Have an XCom there as if the task had pushed it."""
        from tradewind.authoring import xcom  # user code's floor, which is loaded where runs are local

        self._xcoms[key, task_id, map_index] = xcom.dump(value, key, None)

    def xcoms(self) -> dict[tuple[str, str, int], str]:
        """(key, task id, map index) to the text that is kept of each XCom."""
        return dict(self._xcoms)

    def results(self) -> dict[str, Any]:
        """Task id to its return value as JSON has it; of a mapped task the list of them."""
        return self._results(lambda key: msgspec.json.decode(self._xcoms[key]))

    def values(self) -> dict[str, Any]:
        """The same as the tasks returned them. Raises CannotDeserialize, and what a back end raises."""
        return self._results(self.value)

    def value(self, key: tuple[str, str, int]) -> Any:
        """The XCom of that key, task id and map index as a task pulls it; None where there is none. Raises
        CannotDeserialize, and what a back end raises.
        """
        from tradewind.authoring import xcom  # user code's floor, which is loaded where runs are local

        if key not in self._xcoms:
            return None
        names = {"key": key[0], "task_id": key[1], "map_index": key[2]}
        return xcom.load(self._xcoms[key], dag_id=self.run.dag_id, run_id=self.run.run_id, **names)

    def _results(self, read: Callable[[tuple[str, str, int]], Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in sorted(self._xcoms):
            key, task_id, index = name
            if key == "return_value" and index < 0:
                found[task_id] = read(name)
            elif key == "return_value":
                found.setdefault(task_id, []).append(read(name))
        return found

    def answer(self, assignment: Assignment, request: data.Request) -> Any:
        """The answer's value. Raises NotFound, BadRequest."""
        self._asking = assignment
        if isinstance(request, data.AskPerson | data.GetResponse | data.TakeDefault):
            return self.questions.answer(assignment.attempt_id, request)
        if isinstance(request, kept.REQUESTS):
            return self._kept.answer(assignment, request)
        return self.look_up(request)

    @singledispatchmethod
    def look_up(self, request: data.Request) -> Any:
        """The answer also to whoever is no task. Raises NotFound, BadRequest."""
        raise errors.BadRequest(f"{type(request).__name__} cannot be answered in a local run.")

    def _values(self, dag_id: str, run_id: str, task_id: str, key: str) -> dict[int, str]:
        if (dag_id, run_id) != (self.run.dag_id, self.run.run_id):
            return {}
        return {
            index: value
            for (name, task, index), value in sorted(self._xcoms.items())
            if (name, task) == (key, task_id)
        }

    @look_up.register
    def _(self, request: data.GetXCom) -> Any:
        values = self._values(request.dag_id, request.run_id, request.task_id, request.key)
        if request.path is not None:
            found = (value for index, value in values.items() if self._path(request, index) == request.path)
            return next(found, None)
        if request.map_index is None:
            return next(iter(values.values()), None)
        return values.get(request.map_index)

    @look_up.register
    def _(self, request: data.GetXComElement | data.FindXComRun) -> Any:
        return None  # whoever asks then asks for the whole list, or of this run: both are at hand here

    def _path(self, request: Any, index: int) -> tuple[int, ...]:
        return self._paths.get((request.task_id, index), (index,))

    def _within(self, request: data.GetXComSlice | data.CountXCom) -> list[str]:
        values = self._values(request.dag_id, request.run_id, request.task_id, request.key)
        within = request.within
        if within is None:
            return list(values.values())
        found = [(self._path(request, index), value) for index, value in values.items()]
        return [value for path, value in sorted(found) if path[: len(within)] == within]

    @look_up.register
    def _(self, request: data.GetXComSlice) -> Any:
        return self._within(request)[request.start : request.stop : request.step]

    @look_up.register
    def _(self, request: data.CountXCom) -> Any:
        return len(self._within(request))

    @look_up.register
    def _(self, request: data.GetNewestXComKey) -> Any:
        if (request.dag_id, request.run_id) != (self.run.dag_id, self.run.run_id):
            return None
        return next((key for key, task, _ in reversed(self._xcoms) if task == request.task_id), None)

    @look_up.register
    def _(self, request: data.SetXCom) -> Any:
        assert self._asking is not None
        self._push((request.key, self._asking.task_id, self._asking.map_index), request.value)

    @look_up.register
    def _(self, request: data.DeleteXCom) -> Any:
        assert self._asking is not None
        self._xcoms.pop((request.key, self._asking.task_id, self._asking.map_index), None)

    @look_up.register
    def _(self, request: data.GetVariable) -> Any:
        if request.key in self._variables:
            return self._variables[request.key]
        return self._chain.get_variable(request.key)

    @look_up.register
    def _(self, request: data.SetVariable) -> Any:
        self._variables[request.key] = request.value

    @look_up.register
    def _(self, request: data.DeleteVariable) -> Any:
        known = self._variables.get(request.key, self._chain.get_variable(request.key))
        self._variables[request.key] = None
        return int(known is not None)

    @look_up.register
    def _(self, request: data.GetConnection) -> Any:
        found = self._chain.get_connection(request.conn_id)
        return found.as_dict() if found is not None else None

    @look_up.register
    def _(self, request: data.TriggerDagRun) -> Any:
        run_id = request.run_id or f"manual__{(request.logical_date or self.run.run_after).isoformat()}"
        self._tell(f"A run of DAG {request.dag_id} was asked for ({run_id}); a local run does not start it.")
        return {"run_id": run_id, "dag_is_paused": False}

    @look_up.register
    def _(self, request: data.GetDag) -> Any:
        return about_runs.dag(self.spec, request)

    @look_up.register
    def _(self, request: data.GetDagRun) -> Any:
        if request.dag_id != self.run.dag_id:
            raise errors.BadRequest(
                f"A local run knows no runs of other DAGs, and was asked for DAG {request.dag_id!r}."
            )
        mine = request.run_id == self.run.run_id or (
            request.run_id is None and request.logical_date == self.run.logical_date
        )
        return msgspec.structs.asdict(self.run) if mine else None

    @look_up.register
    def _(self, request: data.GetPreviousDagRun) -> Any:
        return about_runs.previous(self.run, request)

    @look_up.register
    def _(self, request: data.GetTaskStates) -> Any:
        return about_runs.states(self.run, self.spec, self.states(), request)

    @look_up.register
    def _(self, request: data.CountTaskInstances) -> Any:
        return about_runs.count(self.run, self.spec, self.instances(), request)

    @look_up.register
    def _(self, request: data.GetTaskInstances) -> Any:
        mine = (request.dag_id, request.run_id) == (self.run.dag_id, self.run.run_id)
        return [one for one in self.instances() if about_runs.is_meant(one, request)] if mine else []

    @look_up.register
    def _(self, request: data.FindDagRuns) -> Any:
        return [msgspec.structs.asdict(self.run)] if about_runs.is_among(self.run, request) else []

    @look_up.register
    def _(self, request: data.CountDagRuns) -> Any:
        return int(request.dag_id == self.run.dag_id)

    @look_up.register
    def _(self, request: data.GetTriggeringEvents) -> Any:
        return []

    @look_up.register
    def _(self, request: data.GetAssetEvents) -> Any:
        return []

    @look_up.register
    def _(self, request: data.GetAsset) -> Any:
        return file_assets.find(self._dag, request, self._tell)

    @look_up.register
    def _(self, request: data.GetFirstReschedule) -> Any:
        assert self._asking is not None
        least = self._asking.try_number if request.first_try is None else request.first_try
        tries = self._tries.get((self._asking.task_id, self._asking.map_index), [])
        starts = [at for number, at in tries if number >= least]
        return min(starts).isoformat() if starts else None


class DeskLink:
    """A task's questions, answered on the spot."""

    def __init__(self, assignment: Assignment, desk: Desk) -> None:
        self._assignment, self._desk = assignment, desk

    def call(self, request: data.Request) -> Any:
        """The answer's value, or what the desk raises."""
        return self._desk.answer(self._assignment, request)
