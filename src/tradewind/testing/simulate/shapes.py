"""Random DAGs whose tasks' outcomes are known beforehand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from tradewind.domain import events
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.spec.timetable import CronDataIntervalTimetable, NullTimetable
from tradewind.domain.states import TriggerRule

START = datetime(2024, 1, 1, tzinfo=UTC)
RULES: list[TriggerRule] = [rule for rule in TriggerRule if rule is not TriggerRule.ALL_DONE_SETUP_SUCCESS]


TRIGGER = "simulated.Trigger"


class Behaviour(msgspec.Struct, frozen=True, kw_only=True):
    """What a task does: fail ``failures`` honest tries, reschedule, defer, then end as ``ending``."""

    failures: int = 0
    reschedules: int = 0
    deferrals: int = 0
    ending: str = "success"


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG and its tasks' behaviour."""

    spec: DagSpec
    behaviours: dict[str, Behaviour]
    pool_slots: int

    def outcome(self, assignment: Assignment, honest_try: int) -> events.AnyOutcome:
        """What this dispatch comes to; decided by the task and by how often it really failed, not by luck."""
        behaviour = self.behaviours[assignment.task_id]
        if (
            behaviour.reschedules
            and assignment.dispatch <= behaviour.reschedules
            and honest_try == 1
            and not assignment.lost
        ):
            return events.Rescheduled(until=assignment.run.run_after + timedelta(seconds=20))
        if (
            behaviour.deferrals
            and assignment.dispatch <= behaviour.reschedules + behaviour.deferrals
            and honest_try == 1
            and not assignment.lost
        ):
            return events.Deferred(classpath=TRIGGER, next_method="go_on")
        if honest_try <= behaviour.failures:
            return events.Failed(reason="as planned")
        if behaviour.ending == "skipped":
            return events.Skipped(reason="as planned")
        if behaviour.ending == "failed":
            return events.Failed(may_retry=False, reason="as planned")
        return events.Succeeded()


def make(random: Random, dag_id: str, *, scheduled: bool = False) -> Shape:
    """A DAG of 1 to 12 tasks, in a chain, a fan, a diamond or anything."""
    count = random.randint(1, 12)
    density = random.choice((0.15, 0.3, 0.6))
    tasks, behaviours = [], {}
    for index in range(count):
        task_id = f"t{index:02d}"
        upstream = tuple(f"t{other:02d}" for other in range(index) if random.random() < density)
        tasks.append(_task(random, task_id, upstream))
        behaviours[task_id] = Behaviour(
            failures=random.choice((0, 0, 0, 0, 1, 2)),
            reschedules=random.choice((0, 0, 0, 1, 2)),
            deferrals=random.choice((0, 0, 0, 1, 2)),
            ending=random.choices(("success", "failed", "skipped"), (8, 1, 1))[0],
        )
    timetable = CronDataIntervalTimetable(expression="*/2 * * * *") if scheduled else NullTimetable()
    spec = DagSpec(
        dag_id=dag_id,
        tasks=tuple(tasks),
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
    return Shape(spec=spec, behaviours=behaviours, pool_slots=random.choice((1, 2, 8)))


def edited(random: Random, shape: Shape) -> Shape:
    """Another version of the DAG: a task less, a task more, and retries that come sooner."""
    tasks = list(shape.spec.tasks)
    if len(tasks) > 1 and random.random() < 0.6:
        gone = tasks.pop(random.randrange(len(tasks))).task_id
        tasks = [
            msgspec.structs.replace(task, upstream=tuple(each for each in task.upstream if each != gone))
            for task in tasks
        ]
    behaviours = dict(shape.behaviours)
    if random.random() < 0.6:
        task_id = f"t{random.randint(0, 14):02d}"
        if all(task.task_id != task_id for task in tasks):
            above = tuple(task.task_id for task in tasks if task.task_id < task_id and random.random() < 0.3)
            tasks.append(_task(random, task_id, above))
            behaviours.setdefault(task_id, Behaviour(failures=random.choice((0, 1))))
    if random.random() < 0.5:
        tasks = [msgspec.structs.replace(task, retry_delay=0.5) for task in tasks]
    tasks.sort(key=lambda task: task.task_id)
    spec = msgspec.structs.replace(shape.spec, tasks=tuple(tasks))
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
        is_empty=random.random() < 0.1,
        start_trigger={"classpath": TRIGGER, "next_method": "go_on"} if random.random() < 0.1 else None,
    )
