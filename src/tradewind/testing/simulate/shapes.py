"""Random DAGs whose tasks' outcomes are known beforehand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from tradewind.domain import events, hitl
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.spec.timetable import (
    AssetTriggeredTimetable,
    CronDataIntervalTimetable,
    NullTimetable,
)
from tradewind.domain.states import TriggerRule
from tradewind.engine.reports import FAIL_METHOD
from tradewind.testing.simulate import dressing
from tradewind.testing.simulate.dressing import MOST_RETURNED, Dressed

START = datetime(2024, 1, 1, tzinfo=UTC)
RULES: list[TriggerRule] = [rule for rule in TriggerRule if rule is not TriggerRule.ALL_DONE_SETUP_SUCCESS]


TRIGGER = "simulated.Trigger"
TRIGGERS = ("hang", "break", "success", "quiet", "skipped", "failed")
"""What triggers do besides firing: nothing, raise, or end their task (``quiet``: well, without an XCom)."""
HANGS = 15.0
"""Seconds that a task waits for a trigger that hangs."""
PATIENCE = 40.0
"""Seconds that a task waits for a person."""
QUESTIONS = (
    hitl.Request(subject="?", options=("Yes", "No"), defaults=("No",)),
    hitl.Request(subject="?", options=("Yes", "No")),
)
"""What a task asks in its dispatches of even and of odd number."""


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """What a task does: fail ``failures`` honest tries, reschedule, defer, ask, then end as ``ending``."""

    failures: int = 0
    reschedules: int = 0
    deferrals: int = 0
    asks: int = 0
    ending: str = "success"
    returns: tuple[int | None, ...] = (None,)
    """The length of what its n-th honest try returns, None for what has none; the last stays."""
    silent: bool = False
    """Whether it returns nothing: what is mapped over all instances of its task leaves it out."""
    trigger: str = ""
    """What the trigger does that each of its tries begins to wait for; empty: there is none."""
    skip: tuple[str, ...] = ()
    """The tasks that it passes by when it ends well."""

    def waits(self, assignment: Assignment, honest_try: int) -> events.AnyOutcome | None:
        """What it waits for in this dispatch; None where it goes on. For all but its trigger it waits in its
        first try only.
        """
        if self.trigger and assignment.next_method is None:
            return events.Deferred(
                classpath=TRIGGER, next_method="go_on", kwargs=json.dumps({"does": self.trigger}),
                timeout=HANGS if self.trigger == "hang" else None,
            )  # fmt: skip
        if honest_try > 1 or assignment.lost:
            return None
        number = assignment.dispatch
        if number <= self.reschedules:
            return events.Rescheduled(until=assignment.run.run_after + timedelta(seconds=20))
        if number <= self.reschedules + self.deferrals:
            return events.Deferred(classpath=TRIGGER, next_method="go_on")
        if number <= self.reschedules + self.deferrals + self.asks:
            fallback = hitl.fallback(QUESTIONS[number % 2])
            return events.AwaitingInput(next_method="go_on", timeout=PATIENCE, fallback=fallback)
        return None


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG and its tasks' behaviour. The instances of a mapped task differ, but not from run to run."""

    spec: DagSpec
    behaviours: dict[str, tuple[Behaviour, ...]]
    pool_slots: int

    def behaviour(self, assignment: Assignment) -> Behaviour:
        """What the task instance does that this dispatch is of."""
        kinds = self.behaviours[assignment.task_id]
        place = sum(level * index for level, index in enumerate(assignment.path, 1))
        return kinds[place % len(kinds)]

    def outcome(self, assignment: Assignment, honest_try: int) -> events.AnyOutcome:
        """What this dispatch comes to; decided by the task and by how often it really failed, not by luck."""
        behaviour = self.behaviour(assignment)
        if assignment.next_method == FAIL_METHOD:
            return events.Failed(reason="its trigger broke, or took too long")
        return behaviour.waits(assignment, honest_try) or self._end(assignment, behaviour, honest_try)

    def _end(self, assignment: Assignment, behaviour: Behaviour, honest_try: int) -> events.AnyOutcome:
        if honest_try <= behaviour.failures:
            return events.Failed(reason="as planned")
        if behaviour.ending == "skipped":
            return events.Skipped(reason="as planned")
        if behaviour.ending == "failed":
            return events.Failed(may_retry=False, reason="as planned")
        return _success(behaviour, honest_try, mapped=bool(assignment.path))


def _success(behaviour: Behaviour, honest_try: int, *, mapped: bool) -> events.Succeeded:
    length = behaviour.returns[min(honest_try, len(behaviour.returns)) - 1]
    lengths = {"return_value": length} if length is not None and not behaviour.silent else {}
    return events.Succeeded(lengths=lengths, silent=behaviour.silent and mapped, skip=behaviour.skip)


def make(random: Random, dag_id: str, *, scheduled: bool = False) -> Shape:
    """A DAG of 1 to 12 tasks, in a chain, a fan, a diamond or anything; half of them with mapped tasks."""
    count = random.randint(1, 12)
    density = random.choice((0.15, 0.3, 0.6))
    plain = []
    for index in range(count):
        upstream = tuple(f"t{other:02d}" for other in range(index) if random.random() < density)
        plain.append(_task(random, f"t{index:02d}", upstream))
    dressed = dressing.dress(random, plain)
    timetable = CronDataIntervalTimetable(expression="*/2 * * * *") if scheduled else NullTimetable()
    spec = DagSpec(
        dag_id=dag_id,
        tasks=tuple(dressed.tasks),
        groups=dressed.groups,
        timetable=timetable,
        catchup=scheduled,
        start_date=START,
        end_date=START + timedelta(minutes=6) if scheduled else None,
        max_active_runs=random.choice((1, 2, 16)),
        max_active_tasks=random.choice((1, 2, 4, 16)),
        max_active_tasks_scope=random.choice(("run", "dag")),
        is_paused_upon_creation=False,
        callbacks=("failure", "success"),
    )
    behaviours = {task.task_id: _behaviours(random, dressed, task) for task in dressed.tasks}
    return Shape(spec=spec, behaviours=behaviours, pool_slots=random.choice((1, 2, 8)))


def _behaviours(random: Random, dressed: Dressed, task: TaskSpec) -> tuple[Behaviour, ...]:
    return tuple(_behaviour(random) for _ in range(3 if dressed.levels(task) else 1))


def _behaviour(random: Random) -> Behaviour:
    lengths = (0, 1, 2, 2, MOST_RETURNED)
    returns = tuple(random.choice(lengths) for _ in range(random.randint(1, 3)))
    return Behaviour(
        failures=random.choice((0, 0, 0, 0, 1, 2)),
        reschedules=random.choice((0, 0, 0, 1, 2)),
        deferrals=random.choice((0, 0, 0, 1, 2)),
        asks=random.choice((0, 0, 0, 0, 1, 2)),
        ending=random.choices(("success", "failed", "skipped"), (8, 1, 1))[0],
        returns=returns if random.random() < 0.9 else (None,),
        silent=random.random() < 0.1,
    )


def condition_of(spec: DagSpec) -> dict[str, Any] | None:
    """The updates that a DAG waits for; None where it does not."""
    timetable = spec.timetable
    return timetable.condition if isinstance(timetable, AssetTriggeredTimetable) else None


def edited(random: Random, shape: Shape) -> Shape:
    """Another version: a task less, a task more, one mapped otherwise, retries that come sooner."""
    dressed = Dressed(tasks=list(shape.spec.tasks), groups=shape.spec.groups)
    if len(dressed.tasks) > 1 and random.random() < 0.6:
        dressed = dressing.without(dressed, random.choice(dressed.tasks).task_id)
    behaviours = dict(shape.behaviours)
    if random.random() < 0.6:
        task_id = f"t{random.randint(0, 14):02d}"
        if all(task.task_id != task_id for task in dressed.tasks):
            above = [task.task_id for task in dressed.tasks if task.task_id < task_id]
            new = _task(random, task_id, tuple(each for each in above if random.random() < 0.3))
            dressed.tasks.append(new)
            dressed.tasks.sort(key=lambda task: task.task_id)
            behaviours.setdefault(task_id, (Behaviour(failures=random.choice((0, 1)), returns=(2,)),))
    if random.random() < 0.4:
        dressed = dressing.remap(random, dressed)
    tasks = dressed.tasks
    if random.random() < 0.5:
        tasks = [msgspec.structs.replace(task, retry_delay=0.5) for task in tasks]
    spec = msgspec.structs.replace(shape.spec, tasks=tuple(tasks), groups=dressed.groups)
    return msgspec.structs.replace(shape, spec=spec, behaviours=behaviours)


def _task(random: Random, task_id: str, upstream: tuple[str, ...]) -> TaskSpec:
    return TaskSpec(
        task_id=task_id,
        upstream=upstream,
        trigger_rule=random.choice([*RULES, *[TriggerRule.ALL_SUCCESS] * 6]).value,
        retries=random.choice((0, 0, 1, 2)),
        retry_delay=random.choice((0.0, 1.0, 30.0)),
        pool=random.choice(("default_pool", "small")),
        pool_slots=1,
        priority_weight=random.randint(1, 5),
        max_active_tis_per_dag=random.choice((None, None, None, 1)),
        max_active_tis_per_dagrun=random.choice((None, None, None, 1, 2)),
        is_empty=random.random() < 0.1,
        start_trigger={"classpath": TRIGGER, "next_method": "go_on"} if random.random() < 0.1 else None,
    )
