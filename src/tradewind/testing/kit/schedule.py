"""Days of a schedule in virtual time: which runs a DAG gets, and how they wait for each other.

User code does not run: each task takes the time that the test says. The engine decides, as it does for the
scheduler: retries, trigger rules, ``depends_on_past`` and ``max_active_runs`` count; pools and slots do not.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from tradewind.domain import events, timetables
from tradewind.domain.intervals import RunInfo
from tradewind.domain.spec import DagSpec
from tradewind.domain.states import DagRunType
from tradewind.engine.facts import InstanceFacts, PastFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.machine import RunMachine

Seconds = float | Mapping[str, float] | Callable[[str, datetime], float]
"""How long tasks take: all of them, by task id, or by task id and logical date."""
Fails = Callable[[str, datetime, int], bool]
"""Whether a try fails, by task id, logical date and number of the try."""


class SimulatedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the simulation."""

    run_id: str
    logical_date: datetime
    data_interval_start: datetime
    data_interval_end: datetime
    run_after: datetime
    """When it was due."""
    started: datetime
    ended: datetime
    state: str
    tasks: dict[str, str]
    """Task to state."""


class _Run:
    """A run under way."""

    def __init__(self, info: RunInfo, machine: RunMachine) -> None:
        self.info, self.machine = info, machine
        self.unmet = {past.task_id for past in machine.run.past if not past.met}
        """Tasks that wait for the run before."""
        self.ended: datetime | None = None


def simulate(
    dag: Any,
    *,
    start: datetime,
    days: float = 30,
    seconds: Seconds = 60.0,
    fails: Fails | None = None,
    lengths: Mapping[str, int] | None = None,
) -> list[SimulatedRun]:
    """The runs that fall due within ``days`` from ``start``, as a DAG that was unpaused then would get them.

    ``lengths`` gives the length of what a task returns, where another is mapped over it; 1 where not given.
    """
    from tradewind.authoring.to_spec import to_spec  # user code's floor, which is loaded with the DAG

    spec = dag if isinstance(dag, DagSpec) else to_spec(dag)
    start = start.astimezone(UTC) if start.tzinfo else start.replace(tzinfo=UTC)
    world = _World(spec, start, seconds=seconds, fails=fails, lengths=lengths or {})
    world.play(start + timedelta(days=days))
    return [world.described(run) for run in world.runs]


class _World:
    def __init__(
        self,
        spec: DagSpec,
        start: datetime,
        *,
        seconds: Seconds,
        fails: Fails | None,
        lengths: Mapping[str, int],
    ) -> None:
        self.spec, self.graph, self.now = spec, Graph.compile(spec), start
        self._seconds, self._fails, self._lengths = seconds, fails, lengths
        self._restriction = timetables.restriction(spec)
        self._numbers = itertools.count()
        self._heap: list[tuple[datetime, int, _Run, str, int, str]] = []
        self._past = [task.task_id for task in spec.tasks if task.depends_on_past or task.wait_for_downstream]
        self._active: list[_Run] = []
        self.runs: list[_Run] = []
        self.waiting: list[_Run] = []

    def play(self, until: datetime) -> None:
        """Move from one moment at which something happens to the next."""
        due = self._following(None)
        while True:
            if due is not None and due.run_after >= until:
                due = None
            moments = [run.machine.next_wake() for run in self._active]
            moments += [due.run_after if due else None, self._heap[0][0] if self._heap else None]
            known = [moment for moment in moments if moment is not None]
            if not known:
                return
            self.now = max(self.now, min(known))
            self._end_tasks()
            while due is not None and due.run_after <= self.now:
                self._create(due)
                due = self._following(due)
            self._turn()

    def described(self, run: _Run) -> SimulatedRun:
        """The run as data."""
        info, machine = run.info, run.machine
        assert machine.start_date is not None
        return SimulatedRun(
            run_id=machine.run.run_id,
            logical_date=info.logical_date,
            data_interval_start=info.data_interval.start,
            data_interval_end=info.data_interval.end,
            run_after=info.run_after,
            started=machine.start_date,
            ended=run.ended or self.now,
            state=machine.state.value,
            tasks={
                one.task_id if one.map_index < 0 else f"{one.task_id}[{one.map_index}]": str(one.state)
                for one in machine.instances()
            },
        )

    def _following(self, last: RunInfo | None) -> RunInfo | None:
        interval = None if last is None else last.data_interval
        return timetables.next_run(
            self.spec.timetable, last=interval, restriction=self._restriction, now=self.now
        )

    def _create(self, info: RunInfo) -> None:
        facts = RunFacts(
            dag_id=self.spec.dag_id,
            run_id=timetables.run_id(DagRunType.SCHEDULED, info.logical_date, None),
            run_type=DagRunType.SCHEDULED.value,
            logical_date=info.logical_date,
            run_after=info.run_after,
            past=tuple(PastFacts(task_id=task_id, met=self._met(task_id)) for task_id in self._past),
        )
        rows = self.graph.rows(logical_date=info.logical_date, run_type=facts.run_type)
        instances = [
            InstanceFacts(
                task_id=task.task_id, map_index=index, attempt_id=self._attempt(), max_tries=task.retries
            )
            for task, index in rows
        ]
        machine = RunMachine(self.graph, facts, instances, new_attempt=lambda at: self._attempt())
        run = _Run(info, machine)
        self.runs.append(run)
        self.waiting.append(run)

    def _attempt(self) -> str:
        return str(next(self._numbers))

    def _met(self, task_id: str) -> bool:
        return not self.runs or self.runs[-1].machine.past_for(task_id)

    def _turn(self) -> None:
        moved = True
        while moved:
            moved = self._start_runs()
            for run in list(self._active):
                moved = self._advance(run) or moved

    def _start_runs(self) -> bool:
        free = self.spec.max_active_runs - len(self._active)
        starting, self.waiting = self.waiting[: max(free, 0)], self.waiting[max(free, 0) :]
        for run in starting:
            run.machine.start(self.now)
            self._active.append(run)
        return bool(starting)

    def _advance(self, run: _Run) -> bool:
        """Decide and hand out; whether the run ended, or let the next one go on."""
        machine = run.machine
        machine.decide(self.now)
        for ready in list(machine.ready.values()):
            queued = machine.queue(ready.attempt_id, self.now)
            event = events.TaskStarted(attempt_id=ready.attempt_id, dispatch=queued.dispatch, at=self.now)
            machine.apply(event, self.now)
            ends = self.now + timedelta(seconds=self._duration(ready.task_id, run.info.logical_date))
            item = (ends, next(self._numbers), run, ready.attempt_id, queued.dispatch, ready.task_id)
            heapq.heappush(self._heap, item)
        moved = self._tell_next(run)
        if machine.finished:
            run.ended = self.now
            self._active.remove(run)
        return moved or machine.finished

    def _tell_next(self, run: _Run) -> bool:
        """What this run says to the next one about tasks that depend on the past."""
        if not self._past or run is self.runs[-1]:
            return False
        after = self.runs[self.runs.index(run) + 1]
        told = {name for name in after.unmet if run.machine.past_for(name)}
        after.unmet -= told
        for name in told:
            after.machine.apply(events.PastMoved(task_id=name, met=True), self.now)
        return bool(told)

    def _end_tasks(self) -> None:
        while self._heap and self._heap[0][0] <= self.now:
            _, _, run, attempt_id, dispatch, task_id = heapq.heappop(self._heap)
            view = run.machine.instance(attempt_id)
            event = events.TaskFinished(
                attempt_id=attempt_id, dispatch=dispatch, at=self.now,
                outcome=self._outcome(task_id, run.info.logical_date, view.try_number if view else 1),
            )  # fmt: skip
            run.machine.apply(event, self.now)

    def _outcome(self, task_id: str, logical_date: datetime, try_number: int) -> events.AnyOutcome:
        if self._fails is not None and self._fails(task_id, logical_date, try_number):
            return events.Failed(reason="the test says so")
        return events.Succeeded(lengths={"return_value": self._lengths.get(task_id, 1)})

    def _duration(self, task_id: str, logical_date: datetime) -> float:
        if callable(self._seconds):
            return self._seconds(task_id, logical_date)
        return self._seconds.get(task_id, 60.0) if isinstance(self._seconds, Mapping) else self._seconds
