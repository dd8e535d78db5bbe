"""Runs a DAG, or one of its tasks, in this process and in no time. Engine and user code are the real ones."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tradewind import secrets
from tradewind.domain import events
from tradewind.domain.errors import TaskNotFound
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.spec import DagSpec
from tradewind.engine.facts import InstanceFacts
from tradewind.engine.machine import InstanceView
from tradewind.testing.clock import FakeClock
from tradewind.testing.dag_test import check_params, new_attempt, run_context
from tradewind.testing.kit.answers import Answers
from tradewind.testing.kit.fake_time import FakeTime, skipping
from tradewind.testing.local.desk import Desk
from tradewind.testing.local.driver import LocalRun, Wish
from tradewind.testing.local.inside import Inside
from tradewind.testing.local.screen import name_of
from tradewind.testing.run_file import only_task


class DagOutcome:
    """How a run ended. Tasks are named ``task_id``, mapped ones ``task_id[index]``."""

    def __init__(self, local: LocalRun, desk: Desk, performer: _Instant, clock: FakeClock) -> None:
        views = list(local.machine.instances())
        self.state = local.machine.state.value
        """``success`` or ``failed``."""
        self.states = {_name(view): str(view.state) for view in views}
        """Task to state."""
        self.tries = {_name(view): view.try_number for view in views}
        """Task to the number of tries it took; 0 where it never ran."""
        self.reasons = {
            _name(view): local.reasons[view.attempt_id]
            for view in views
            if local.reasons.get(view.attempt_id)
        }
        """Task to why it failed or was skipped."""
        self.order = list(performer.order)
        """Tasks in the order in which their tries began."""
        self.ended_at = clock.now()
        """The clock's time at the end."""
        self._desk = desk

    @functools.cached_property
    def values(self) -> dict[str, Any]:
        """Task id to what it returned; of a mapped task the list of that. Raises CannotDeserialize where
        there is something that no task could pull.
        """
        return self._desk.values()

    def xcom(self, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """The XCom, or None. Raises CannotDeserialize."""
        return self._desk.value((key, task_id, map_index))

    def __repr__(self) -> str:
        told = [
            f"{name} {state}" + (f" ({self.reasons[name]})" if name in self.reasons else "")
            for name, state in self.states.items()
            if state != "success"
        ]
        return f"<{self.state}{': ' if told else ''}{'; '.join(told)}>"


class TaskOutcome:
    """How one attempt of a task ended."""

    def __init__(self, run: DagOutcome, name: str, task_id: str, map_index: int) -> None:
        self.state = run.states[name]
        """``success``, ``failed`` or ``skipped``."""
        self.reason = run.reasons.get(name, "")
        """Why it failed or was skipped."""
        self._run, self._task_id, self._map_index = run, task_id, map_index

    @functools.cached_property
    def value(self) -> Any:
        """What it returned. Raises CannotDeserialize where no task could pull that."""
        return self.xcom("return_value")

    def xcom(self, key: str) -> Any:
        """An XCom that it pushed, or None."""
        return self._run.xcom(self._task_id, key, self._map_index)

    def __repr__(self) -> str:
        return f"<{self.state}{f' ({self.reason})' if self.reason else ''}: {self.value!r}>"


def run_dag(
    dag: Any,
    *,
    conf: Mapping[str, Any] | None = None,
    logical_date: datetime | None = None,
    events: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
    clock: FakeClock | None = None,
) -> DagOutcome:
    """Run the whole DAG by the scheduler's rules. Waiting (retries, sensors) takes no time.

    ``conf`` is the run's. ``events`` maps a task that defers to the payload that its trigger is taken to have
    fired with; other triggers run. ``answers`` maps a task that asks a person to the answer (``Answers``);
    others wait out their time-out. Raises what a broken DAG, or bad ``conf``, raises.
    """
    from tradewind.authoring.to_spec import to_spec  # user code's floor, which is loaded with the DAG

    check_params(dag, conf or {})
    return _run(
        dag, to_spec(dag), conf=conf, logical_date=logical_date, events=events, answers=answers, clock=clock
    )


def run_task(
    task: Any,
    *,
    conf: Mapping[str, Any] | None = None,
    logical_date: datetime | None = None,
    xcoms: Mapping[str, Any] | None = None,
    map_index: int = -1,
    event: Any = None,
    answer: Any = None,
    clock: FakeClock | None = None,
) -> TaskOutcome:
    """Run one attempt of one task, whatever is above it.

    ``xcoms`` maps tasks above to what they are taken to have returned. ``map_index`` chooses an instance of a
    mapped task. ``event`` is what a trigger is taken to have fired with, ``answer`` what a person answers.
    Raises TaskNotFound.
    """
    from tradewind.authoring.to_spec import to_spec  # user code's floor, which is loaded with the task

    task = getattr(task, "operator", task)
    dag = task.dag if task.has_dag() else _dag_for(task)
    if task.task_id not in dag.task_dict:
        raise TaskNotFound(dag.dag_id, str(task.task_id), dag.task_dict)
    alone = InstanceFacts(task_id=task.task_id, map_index=map_index, path=(), attempt_id="")
    run = _run(
        dag, only_task(to_spec(dag), task.task_id), conf=conf, logical_date=logical_date,
        events=None if event is None else {task.task_id: event},
        answers=None if answer is None else {task.task_id: answer},
        clock=clock, given=xcoms or {}, alone=alone,
    )  # fmt: skip
    return TaskOutcome(run, name_of(task.task_id, map_index), task.task_id, map_index)


def _dag_for(task: Any) -> Any:
    from tradewind.authoring.dag import DAG

    dag = DAG(f"test_{task.task_id}")
    dag.add_task(task)
    return dag


def _run(
    dag: Any,
    spec: DagSpec,
    *,
    conf: Mapping[str, Any] | None,
    logical_date: datetime | None,
    events: Mapping[str, Any] | None,
    answers: Mapping[str, Any] | None,
    clock: FakeClock | None,
    given: Mapping[str, Any] | None = None,
    alone: InstanceFacts | None = None,
) -> DagOutcome:
    clock = clock if clock is not None else FakeTime()
    context = run_context(
        spec, clock, timetable=dag.timetable, logical_date=logical_date, conf=dict(conf or {})
    )
    desk = Desk(context, dag, chain=secrets.current(), tell=_nothing)
    for task_id, value in (given or {}).items():
        desk.put(task_id, value)
    performer = _Instant(dag, clock=clock, events=events or {})
    instances = () if alone is None else (_with_attempt(alone, clock.now()),)
    local = LocalRun(
        Wish(spec=spec, file=str(getattr(dag, "fileloc", "") or ""), run=context, instances=instances),
        clock=clock, desk=desk, performer=performer, watcher=_Nobody(), answerer=Answers(answers or {}),
        new_attempt=new_attempt,
    )  # fmt: skip
    with skipping(clock):
        local.run()
    return DagOutcome(local, desk, performer, clock)


def _with_attempt(facts: InstanceFacts, now: datetime) -> InstanceFacts:
    return msgspec.structs.replace(facts, attempt_id=new_attempt(now))


class _Instant(Inside):
    """Attempts in this process, and triggers that have fired already."""

    def __init__(self, dag: Any, *, clock: FakeClock, events: Mapping[str, Any]) -> None:
        super().__init__(dag, clock=clock)
        self._given = dict(events)
        self._now = clock.now
        self.order: list[str] = []

    def start(self, assignment: Assignment, desk: Desk) -> None:
        """Perform it now."""
        self.order.append(name_of(assignment.task_id, assignment.map_index))
        super().start(assignment, desk)

    def fire(self, assignment: Assignment, trigger: events.Deferred, desk: Desk) -> None:
        """Fire with the payload that the test gave, or run the trigger."""
        if assignment.task_id not in self._given:
            super().fire(assignment, trigger, desk)
            return
        payload = json.dumps(self._given[assignment.task_id])
        fired = TriggerEvent(
            trigger_id=0, attempt_id=assignment.attempt_id, dispatch=assignment.dispatch, at=self._now(),
            payload=payload,
        )  # fmt: skip
        self._fired.append(fired)


class _Nobody:
    """Watches nothing."""

    def changed(self, run: LocalRun) -> None:
        """Something moved."""

    def waits(self, until: datetime) -> None:
        """Time is about to pass."""

    def retried(self, assignment: Assignment, reason: str) -> None:
        """A try failed."""


def _name(view: InstanceView) -> str:
    return name_of(view.task_id, view.map_index)


def _nothing(text: str) -> None:
    """What a local run tells people, which a test does not read."""
