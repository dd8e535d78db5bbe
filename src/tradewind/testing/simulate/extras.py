"""What most histories have beside plain tasks: branches, triggers that hang, break or end a task, assets with
a DAG that waits for them, backfills.

Laid over the shapes with dice of their own, so that the others stay what they were.
"""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final

import msgspec

from tradewind.domain.spec import TaskSpec
from tradewind.domain.spec.timetable import AssetTriggeredTimetable
from tradewind.domain.states import TriggerRule
from tradewind.testing.simulate.backfill_rules import Plan
from tradewind.testing.simulate.shapes import HANGS, TRIGGER, TRIGGERS, Behaviour, Shape, make

ASSETS: Final = ("a", "b", "c")
EARLY: Final = frozenset(
    {TriggerRule.ONE_SUCCESS, TriggerRule.ONE_FAILED, TriggerRule.ONE_DONE, TriggerRule.ALWAYS}
)
"""Rules that do not wait for the end of all tasks above."""


def add(seed: int, shapes: list[Shape]) -> list[Shape]:
    """The same DAGs, with branches, with unruly triggers, with both or as they were."""
    random = Random(f"extras of {seed}")
    branches, triggers, assets = (random.random() < 0.4 for _ in range(3))
    if branches:
        shapes = [_with_branches(random, shape) for shape in shapes]
    if triggers:
        shapes = [_with_triggers(random, shape) for shape in shapes]
    if assets:
        shapes = [*(_with_outlets(random, shape) for shape in shapes), _waiting_for_assets(random)]
    callbacks = Random(f"callbacks of {seed}")
    if callbacks.random() < 0.4:
        shapes = [_with_callbacks(callbacks, shape) for shape in shapes]
    return shapes


def backfills(seed: int, shapes: list[Shape], *, cancel: bool) -> list[Plan]:
    """Some histories have backfills, one of a DAG. ``cancel``: they may be cancelled."""
    random = Random(f"backfills of {seed}")
    return [_backfill(random, shape, cancel) for shape in shapes if random.random() < 0.25]


def _backfill(random: Random, shape: Shape, cancel: bool) -> Plan:
    begin, cancels, moment = random.uniform(0.0, 30.0), random.random() < 0.4, random.uniform(0.0, 60.0)
    return Plan(
        at=random.uniform(0.0, 40.0), dag_id=shape.spec.dag_id, dates=random.randint(1, 4),
        max_active_runs=random.choice((1, 2, 10)),
        pause=(begin, begin + random.uniform(0.0, 60.0)) if random.random() < 0.5 else None,
        cancel=moment if cancel and cancels else None,
    )  # fmt: skip


# --- branches ----------------------------------------------------------------------------------------------


def _with_branches(random: Random, shape: Shape) -> Shape:
    behaviours = {
        task.task_id: tuple(
            msgspec.structs.replace(each, skip=_passed_by(random, shape, task.task_id))
            for each in shape.behaviours[task.task_id]
        )
        for task in shape.spec.tasks
    }
    return msgspec.structs.replace(shape, behaviours=behaviours)


def _passed_by(random: Random, shape: Shape, task_id: str) -> tuple[str, ...]:
    """Some tasks that lie below this one only, so that nothing but its choice decides about them."""
    if random.random() < 0.5:
        return ()
    below = [task for task in shape.spec.tasks if task.upstream == (task_id,) and _waits(task)]
    return tuple(task.task_id for task in below if random.random() < 0.5)


def _waits(task: TaskSpec) -> bool:
    return task.trigger_rule not in EARLY and not task.is_teardown


# --- callbacks ---------------------------------------------------------------------------------------------


def _with_callbacks(random: Random, shape: Shape) -> Shape:
    """Half of the tasks have something called when they end well."""
    tasks = [
        msgspec.structs.replace(task, callbacks=("success",)) if random.random() < 0.5 else task
        for task in shape.spec.tasks
    ]
    return msgspec.structs.replace(shape, spec=msgspec.structs.replace(shape.spec, tasks=tuple(tasks)))


# --- assets ------------------------------------------------------------------------------------------------


def _asset(name: str) -> dict[str, Any]:
    return {"name": name, "uri": f"s3://{name}", "group": "asset"}


def _outlets(random: Random) -> tuple[dict[str, Any], ...]:
    chosen = random.sample(ASSETS, random.choice((0, 1, 1, 2)))
    return tuple({"type": "asset", **_asset(name)} for name in chosen)


def _with_outlets(random: Random, shape: Shape) -> Shape:
    tasks = [msgspec.structs.replace(task, outlets=_outlets(random)) for task in shape.spec.tasks]
    spec = msgspec.structs.replace(shape.spec, tasks=tuple(tasks))
    return msgspec.structs.replace(shape, spec=spec)


def _waiting_for_assets(random: Random) -> Shape:
    """A DAG that is run for updates of all, or any, or for one thing and either of two others."""
    shape = make(random, "consumer")
    leaves: list[dict[str, Any]] = [{"asset": _asset(name)} for name in ASSETS]
    a, b, c = leaves
    conditions: list[dict[str, Any]] = [
        a, {"all": [a, b]}, {"any": [a, b]}, {"all": [c, {"any": [a, b]}]}, {"any": [c, {"all": [a, b]}]},
    ]  # fmt: skip
    condition = random.choice(conditions)
    timetable = AssetTriggeredTimetable(condition=condition)
    return msgspec.structs.replace(shape, spec=msgspec.structs.replace(shape.spec, timetable=timetable))


# --- triggers ----------------------------------------------------------------------------------------------


def _with_triggers(random: Random, shape: Shape) -> Shape:
    tasks = [_starting(random, task) for task in shape.spec.tasks]
    behaviours = {
        task_id: tuple(_waiting(random, each) for each in kinds)
        for task_id, kinds in shape.behaviours.items()
    }
    spec = msgspec.structs.replace(shape.spec, tasks=tuple(tasks))
    return msgspec.structs.replace(shape, spec=spec, behaviours=behaviours)


def _starting(random: Random, task: TaskSpec) -> TaskSpec:
    """One that starts from its trigger may start from an unruly one."""
    if task.start_trigger is None or random.random() < 0.4:
        return task
    does = random.choice(TRIGGERS)
    start: dict[str, Any] = {
        "classpath": TRIGGER, "next_method": "go_on", "kwargs": json.dumps({"does": does}),
        "timeout": HANGS if does == "hang" else None,
    }  # fmt: skip
    return msgspec.structs.replace(task, start_trigger=start)


def _waiting(random: Random, behaviour: Behaviour) -> Behaviour:
    """It waits for one trigger, at the beginning of each try."""
    if random.random() < 0.8:
        return behaviour
    return msgspec.structs.replace(behaviour, trigger=random.choice(TRIGGERS))
