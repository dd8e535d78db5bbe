"""Drives one run: asks the engine what may start, has it performed, tells the engine how it went."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

import msgspec

from tradewind.domain import errors, events, hitl
from tradewind.domain.messages import data
from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.messages.report import Finished
from tradewind.domain.spec import DagSpec
from tradewind.domain.states import DagRunState, TaskInstanceState
from tradewind.engine import showing
from tradewind.engine.decisions import Callback, Decisions, Defer, Ready
from tradewind.engine.facts import InstanceFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.machine import InstanceView, RunMachine
from tradewind.runtime.clock import Clock
from tradewind.testing.local import callbacks
from tradewind.testing.local.desk import Desk

NewAttempt = Callable[[datetime], str]


class Performer(Protocol):
    """Performs attempts."""

    @property
    def slots(self) -> int:
        """How many at once."""
        ...

    def start(self, assignment: Assignment, desk: Desk) -> None:
        """Begin an attempt."""
        ...

    def wait(self, seconds: float | None) -> list[Finished]:
        """Attempts that have ended; waits for one, at most ``seconds`` (None: as long as it takes)."""
        ...

    def fire(self, assignment: Assignment, trigger: events.Deferred, desk: Desk) -> None:
        """Wait for a deferred task's trigger."""
        ...

    def fired(self) -> list[TriggerEvent]:
        """What triggers that have fired, or failed, say."""
        ...

    @property
    def waiting(self) -> bool:
        """Whether a trigger is waited for."""
        ...

    def stop(self) -> None:
        """End everything that is under way."""
        ...


class Answerer(Protocol):
    """Answers what tasks ask a person."""

    def answer(self, name: str, request: hitl.Request, now: datetime) -> hitl.Response | str | None:
        """The answer for task ``name``; a text, why there will be none; None: nobody answers yet."""
        ...


class Watcher(Protocol):
    """Sees what happens."""

    def changed(self, run: LocalRun) -> None:
        """Something moved; ``run.machine`` tells."""
        ...

    def waits(self, until: datetime) -> None:
        """Nothing to do until then: a retry delay, or a sensor's pause."""
        ...

    def retried(self, assignment: Assignment, reason: str) -> None:
        """A try failed and another follows, perhaps before ``changed`` is called."""
        ...


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What run is wanted."""

    spec: DagSpec
    file: str
    run: RunContext
    mark_success: str | None = None
    """Tasks whose id matches this pattern succeed without being run."""
    test_mode: bool = False
    """A task is tried out alone."""
    only: tuple[str, ...] | None = None
    instances: tuple[InstanceFacts, ...] = ()
    """Where not every task instance takes part: those that do."""


def _instances(
    graph: Graph, run: RunFacts, now: datetime, new_attempt: NewAttempt
) -> tuple[InstanceFacts, ...]:
    """What a new run begins with: a task mapped over literals is there with all its indexes."""
    rows = graph.rows(logical_date=run.logical_date, run_type=run.run_type, only_tasks=run.only_tasks)
    return tuple(
        InstanceFacts(
            task_id=task.task_id, map_index=map_index, attempt_id=new_attempt(now), max_tries=task.retries,
            pool=task.pool, pool_slots=task.pool_slots,
        )
        for task, map_index in rows
    )  # fmt: skip


class LocalRun:
    """One run, from its start to its end."""

    def __init__(
        self,
        wish: Wish,
        *,
        clock: Clock,
        desk: Desk,
        performer: Performer,
        watcher: Watcher,
        answerer: Answerer,
        new_attempt: NewAttempt,
    ) -> None:
        self._answerer = answerer
        self._questions: list[str] = []
        self.wish, self._clock, self._desk = wish, clock, desk
        self._performer, self._watcher = performer, watcher
        self._marked = re.compile(wish.mark_success) if wish.mark_success else None
        self._under_way: dict[str, Assignment] = {}
        self._calls = 0
        self.ended_at: datetime | None = None
        self._started: dict[str, Assignment] = {}
        self._context: dict[str, tuple[str | None, str | None]] = {}
        self.reasons: dict[str, str] = {}
        desk.spec, desk.states, desk.instances = wish.spec, self.states, self.known
        run = wish.run
        facts = RunFacts(
            dag_id=run.dag_id, run_id=run.run_id, run_type=run.run_type, logical_date=run.logical_date,
            run_after=run.run_after, only_tasks=wish.only,
        )  # fmt: skip
        graph = Graph.compile(wish.spec)
        instances = wish.instances or _instances(graph, facts, clock.now(), new_attempt)
        self.machine = RunMachine(graph, facts, instances, new_attempt=new_attempt)

    def run(self) -> DagRunState:
        """To the end. Raises AirflowException where nothing can go on."""
        self.machine.start(self._clock.now())
        try:
            while not self.machine.finished:
                self._turn()
            self._take_in(self.machine.decide(self._clock.now()))
            self._watcher.changed(self)
            while any(one.kind == "callback" for one in self._under_way.values()):
                self._hear(None)
        finally:
            self._performer.stop()
        return self.machine.state

    def run_now(self) -> RunContext:
        """The run, with the state that it is in."""
        return msgspec.structs.replace(self.wish.run, state=self.machine.state.value, end_date=self.ended_at)

    def states(self) -> dict[str, str | None]:
        """Task id (or ``id_index``) to state."""
        return {
            view.task_id if view.map_index < 0 else f"{view.task_id}_{view.map_index}": view.state
            for view in self.machine.instances()
        }

    def known(self) -> list[data.TaskInstanceFacts]:
        """What a task may ask about the others, by task and map index."""
        return showing.instances(self.machine, {task.task_id: task for task in self.wish.spec.tasks})

    # --- one turn -----------------------------------------------------------------------------------

    def _turn(self) -> None:
        now = self._clock.now()
        self._take_in(self.machine.decide(now))
        self._watcher.changed(self)
        if self.machine.finished:
            return
        if self._start_ready(now):
            return
        if self._questions:
            self._ask_person(self._questions.pop(0))
        else:
            self._wait(now)

    def _take_in(self, decisions: Decisions) -> None:
        for schedule in decisions.schedules:
            self._context[schedule.attempt_id] = (schedule.next_method, schedule.resume)
        for defer in decisions.defers:
            self._defer(defer)
        self._questions += [wait.attempt_id for wait in decisions.awaits]
        for finish in decisions.finishes:
            self.reasons[finish.attempt_id] = finish.reason
        for retry in decisions.retries:
            self.reasons[retry.attempt_id] = retry.reason
            self._watcher.retried(self._started[retry.attempt_id], retry.reason)
        for move in decisions.run:
            self.ended_at = move.at if self.machine.finished else None
        for callback in decisions.callbacks:
            self._call(callback)

    def _call(self, callback: Callback) -> None:
        self._calls += 1
        assignment = callbacks.assignment(
            callback, self._calls, run=self.run_now(), file=self.wish.file,
            tried=self._started.get(callback.attempt_id or ""),
        )  # fmt: skip
        self._under_way[assignment.attempt_id] = assignment
        self._performer.start(assignment, self._desk)

    def _defer(self, defer: Defer) -> None:
        view = self.machine.instance(defer.attempt_id)
        assert view is not None
        self._answered(view)
        assignment = self._assignment(self.machine.demand(defer.attempt_id), view.dispatch)
        self._performer.fire(assignment, defer.trigger, self._desk)

    def _ask_person(self, attempt_id: str) -> None:
        view = self.machine.instance(attempt_id)
        if view is None or view.state is not TaskInstanceState.AWAITING_INPUT:
            return  # it was skipped meanwhile
        answer = self._answered(view)
        if answer is None:
            return
        told = hitl.unanswered(answer) if isinstance(answer, str) else hitl.event(answer)
        now = self._clock.now()
        given = events.InputGiven(
            attempt_id=attempt_id, dispatch=view.dispatch, at=now, answer=msgspec.json.encode(told).decode()
        )
        self.machine.apply(given, now)

    def _answered(self, view: InstanceView) -> hitl.Response | str | None:
        """What is answered to a task instance, if it asks somebody; a trigger finds it at the desk."""
        request = self._desk.questions.take(view.attempt_id)
        if request is None:
            return None
        name = view.task_id if view.map_index < 0 else f"{view.task_id}[{view.map_index}]"
        answer = self._answerer.answer(name, request, self._clock.now())
        if isinstance(answer, hitl.Response):
            self._desk.questions.respond(view.attempt_id, answer)
        return answer

    def _start_ready(self, now: datetime) -> bool:
        """Start what may start, up to the slots; whether anything was."""
        free = self._performer.slots - len(self._under_way)
        ready = sorted(
            self.machine.ready.values(), key=lambda one: (-one.priority, one.task_id, one.map_index)
        )
        for one in ready[: max(free, 0)]:
            self._start(one, now)
        return bool(ready and free > 0)

    def _start(self, ready: Ready, now: datetime) -> None:
        queued = self.machine.queue(ready.attempt_id, now)
        assignment = self._started[ready.attempt_id] = self._assignment(ready, queued.dispatch)
        self._desk.begins(assignment, now)
        self.machine.apply(
            events.TaskStarted(attempt_id=ready.attempt_id, dispatch=queued.dispatch, at=now), now
        )
        if self._marked is not None and self._marked.search(ready.task_id):
            self._finish(assignment.attempt_id, assignment.dispatch, now, events.Succeeded())
            return
        self._under_way[ready.attempt_id] = assignment
        self._watcher.changed(self)
        self._performer.start(assignment, self._desk)

    def _assignment(self, ready: Ready, dispatch: int) -> Assignment:
        view = self.machine.instance(ready.attempt_id)
        assert view is not None
        method, resume = self._context.get(ready.attempt_id, (None, None))
        spec: Any = self.wish.spec.task(ready.task_id)
        return Assignment(
            attempt_id=ready.attempt_id, dispatch=dispatch, task_id=ready.task_id, map_index=ready.map_index,
            path=view.path, try_number=view.try_number, max_tries=view.max_tries, run=self.wish.run,
            file=self.wish.file, log_path="", queue=ready.queue, pool=ready.pool,
            execution_timeout=spec.execution_timeout, next_method=method, next_kwargs=resume,
            first_start_date=self._desk.first_start(ready.attempt_id),
            reschedule_count=max(dispatch - 1, 0), expanded_count=self.machine.expanded(ready.task_id),
            test_mode=self.wish.test_mode,
        )  # fmt: skip

    def _wait(self, now: datetime) -> None:
        wake = self.machine.next_wake()
        fired = self._performer.fired()
        waiting = self._under_way or fired or self._performer.waiting
        if not waiting and wake is None:
            raise errors.AirflowException(f"The run cannot go on: {self._why_not()}.")
        if wake is not None and not self._under_way:
            self._watcher.waits(wake)
        seconds = None if wake is None else max((wake - now).total_seconds(), 0.0)
        if not fired:
            self._hear(seconds)
        for event in fired:
            self._fired(event)

    def _hear(self, seconds: float | None) -> None:
        """Take in what has ended; waits for something at most that long."""
        for report in self._performer.wait(seconds):
            assignment = self._under_way.pop(report.attempt_id)
            if assignment.kind != "callback" and not self.machine.finished:
                self._desk.ended(assignment, report)
                self._finish(report.attempt_id, report.dispatch, report.at, report.outcome)

    def _why_not(self) -> str:
        asking = [
            view.task_id
            for view in self.machine.instances()
            if view.state is TaskInstanceState.AWAITING_INPUT
        ]
        if asking:
            return f"nobody answers what {', '.join(map(repr, asking))} asks"
        return "no task may start and none is running"

    def _fired(self, event: TriggerEvent) -> None:
        view = self.machine.instance(event.attempt_id)
        fired = events.TriggerFired(
            attempt_id=event.attempt_id, dispatch=event.dispatch, at=event.at, payload=event.payload,
            error=event.error, ends=event.ends, lengths=event.lengths,
        )  # fmt: skip
        if self.machine.apply(fired, self._clock.now()) and view is not None:
            self._desk.left(view.task_id, view.map_index, event.xcoms)

    def _finish(self, attempt_id: str, dispatch: int, at: datetime, outcome: events.AnyOutcome) -> None:
        event = events.TaskFinished(attempt_id=attempt_id, dispatch=dispatch, at=at, outcome=outcome)
        self.machine.apply(event, self._clock.now())
