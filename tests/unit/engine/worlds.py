"""A small world around one machine: the ledger that its decisions are written to, and a clock."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from tests.unit.engine.ledger import Ledger
from tests.unit.engine.oracle import EPOCH

from tradewind.domain import events
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import DagRunState, State, TaskInstanceState
from tradewind.engine.decisions import Decisions
from tradewind.engine.facts import InstanceFacts, PastFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.machine import InstanceView, RunMachine

T = TaskInstanceState


def dag(*tasks: TaskSpec, **fields: Any) -> DagSpec:
    """A DAG of these tasks."""
    return DagSpec(dag_id="d", tasks=tuple(sorted(tasks, key=lambda each: each.task_id)), **fields)


def task(task_id: str, *upstream: str, **fields: Any) -> TaskSpec:
    """A task below others."""
    return TaskSpec(task_id=task_id, upstream=tuple(sorted(upstream)), **fields)


class World:
    """One run from its creation on. ``says`` what happens, ``states`` what is."""

    def __init__(
        self, spec: DagSpec, *, unmet: tuple[str, ...] = (), lost_limit: int = 3, **run: Any
    ) -> None:
        self.now = EPOCH
        self.spec = spec
        self._ids = itertools.count(1)
        self._lost_limit = lost_limit
        self.ledger = Ledger(retries={each.task_id: each.retries for each in spec.tasks})
        past = tuple(PastFacts(task_id=each, met=False) for each in unmet)
        self.run = RunFacts(dag_id="d", run_id="r", run_after=EPOCH, past=past, **run)
        graph = Graph.compile(spec)
        rows = graph.rows(
            logical_date=self.run.logical_date, run_type=self.run.run_type, only_tasks=self.run.only_tasks
        )
        for each, index in rows:
            self.ledger.add(
                InstanceFacts(
                    task_id=each.task_id,
                    map_index=index,
                    attempt_id=self.attempt(self.now),
                    max_tries=each.retries,
                )
            )
        self.machine = self._machine(self.run, graph)

    def _machine(self, run: RunFacts, graph: Graph) -> RunMachine:
        return RunMachine(
            graph, run, self.ledger.facts(), new_attempt=self.attempt, lost_limit=self._lost_limit
        )

    def attempt(self, at: datetime) -> str:
        return f"attempt-{next(self._ids)}"

    def begin(self) -> World:
        self.machine.start(self.now)
        self.decide()
        return self

    def decide(self) -> Decisions:
        decisions = self.machine.decide(self.now)
        self.ledger.apply(decisions)
        self.check()
        return decisions

    def wait(self, seconds: float) -> Decisions:
        self.now += timedelta(seconds=seconds)
        return self.decide()

    def check(self) -> None:
        """What the machine believes is what it told."""
        views = {view.attempt_id: view for view in self.machine.instances()}
        assert views.keys() == self.ledger.rows.keys()
        names = ("task_id", "map_index", "state", "try_number", "max_tries", "dispatch", "lost")
        for attempt_id, row in self.ledger.rows.items():
            told = {name: getattr(row, name) for name in names}
            assert {name: getattr(views[attempt_id], name) for name in names} == told
        assert self.machine.state is self.ledger.run
        assert set(self.machine.ready) == {
            a for a, row in self.ledger.rows.items() if row.state is T.SCHEDULED
        }

    def view(self, task_id: str, index: int = -1) -> InstanceView:
        return next(v for v in self.machine.instances() if (v.task_id, v.map_index) == (task_id, index))

    def queue(self, task_id: str, index: int = -1) -> InstanceView:
        view = self.view(task_id, index)
        self.ledger._queues(self.machine.queue(view.attempt_id, self.now))
        return view

    def start(self, task_id: str, index: int = -1) -> InstanceView:
        view = self.queue(task_id, index)
        assert self.say(events.TaskStarted(attempt_id=view.attempt_id, dispatch=view.dispatch, at=self.now))
        return view

    def say(self, event: events.Event) -> bool:
        return self.machine.apply(event, self.now)

    def end(self, task_id: str, outcome: events.AnyOutcome | None = None, index: int = -1) -> Decisions:
        """Queue, start and end a scheduled task instance, or end one that is out; then decide."""
        view = self.view(task_id, index)
        if view.state is T.SCHEDULED:
            view = self.start(task_id, index)
        assert self.say(self.finished(view, outcome or events.Succeeded()))
        return self.decide()

    def finished(self, view: InstanceView, outcome: events.AnyOutcome) -> events.TaskFinished:
        return events.TaskFinished(
            attempt_id=view.attempt_id, dispatch=view.dispatch, at=self.now, outcome=outcome
        )

    def reload(self, **run: Any) -> None:
        """Throw the machine away and build it from what was written."""
        facts = {name: getattr(self.run, name) for name in self.run.__struct_fields__}
        facts |= {"state": self.ledger.run, "start_date": self.machine.start_date, **run}
        self.machine = self._machine(RunFacts(**facts), self.machine.graph)

    def states(self) -> dict[str, State]:
        return {
            view.task_id if view.map_index < 0 else f"{view.task_id}[{view.map_index}]": view.state
            for view in self.machine.instances()
        }

    @property
    def state(self) -> DagRunState:
        return self.machine.state
