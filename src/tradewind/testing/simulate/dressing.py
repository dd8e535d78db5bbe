"""What is laid over a plain random DAG: mapped tasks, mapped groups within each other, setups, teardowns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from random import Random

import msgspec

from tradewind.domain.spec import GroupSpec, MappingSpec, TaskSpec
from tradewind.domain.spec.mapping import MapInput
from tradewind.domain.states import TriggerRule

MOST_RETURNED = 3
"""The longest value that a simulated task returns."""
MOST_INSTANCES = 9
"""A task has no more instances in a run: what goes wrong with ten goes wrong with three."""
OUTER, INNER = "g", "h"


class Dressed(msgspec.Struct, kw_only=True):
    """A DAG in the making. ``tasks`` are in an order in which each comes below those before it only."""

    tasks: list[TaskSpec]
    groups: tuple[GroupSpec, ...] = ()

    def levels(self, task: TaskSpec) -> list[MappingSpec]:
        """What a task is mapped over, from its outermost group in."""
        named = {group.group_id: group for group in self.groups}
        around = {OUTER: (OUTER,), INNER: (OUTER, INNER)}.get(task.group_id or "", ())
        found = [named[group_id].mapping for group_id in around if group_id in named]
        return [each for each in (*found, task.mapping) if each is not None]

    def most(self, task: TaskSpec) -> int:
        """How many instances a task may have."""
        return math.prod(self._longest(one) for each in self.levels(task) for one in each.inputs)

    def _longest(self, each: MapInput) -> int:
        if each.parts:
            return sum(map(self._longest, each.parts))
        if each.task_id is None:
            return each.length or 1
        source = next(task for task in self.tasks if task.task_id == each.task_id)
        return self.most(source) if self.levels(source) else MOST_RETURNED


def dress(random: Random, tasks: Sequence[TaskSpec]) -> Dressed:
    """Half of all DAGs stay as they are."""
    dressed = Dressed(tasks=list(tasks))
    if random.random() < 0.5:
        return dressed
    if len(tasks) > 2 and random.random() < 0.5:
        _group(random, dressed)
    _map_some(random, dressed)
    if len(tasks) > 2 and random.random() < 0.4:
        _stage(random, dressed)
    return dressed


# --- groups ----------------------------------------------------------------------------------------------


def _group(random: Random, dressed: Dressed) -> None:
    """A mapped group around some tasks that follow each other; half of the time with another one inside."""
    first = random.randint(0, len(dressed.tasks) - 2)
    last = random.randint(first + 1, min(len(dressed.tasks) - 1, first + 3))
    _enclose(random, dressed, range(first, last + 1), OUTER, None)
    if random.random() < 0.5:
        _enclose(random, dressed, range(random.randint(first, last), last + 1), INNER, OUTER)


def _enclose(random: Random, dressed: Dressed, inside: range, group_id: str, parent: str | None) -> None:
    mapping = MappingSpec(inputs=(_input(random, dressed.tasks[: inside.start]),))
    ids = {dressed.tasks[number].task_id for number in inside}
    for number in inside:
        task = dressed.tasks[number]
        above = sources(mapping) if ids.isdisjoint(task.upstream) else ()
        dressed.tasks[number] = _changed(_below(task, above), group_id=group_id)
    dressed.groups = (*dressed.groups, GroupSpec(group_id=group_id, parent=parent, mapping=mapping))


# --- tasks -----------------------------------------------------------------------------------------------


def _map_some(random: Random, dressed: Dressed) -> None:
    for number, plain in enumerate(dressed.tasks):
        task = plain
        if random.random() < 0.3:
            mapping = random_mapping(random, dressed.tasks[:number])
            task = _below(_changed(plain, mapping=mapping), sources(mapping))
        if dressed.most(task) > MOST_INSTANCES:
            task = _changed(task, mapping=None)
        if dressed.levels(task) and task.trigger_rule == TriggerRule.ALWAYS:  # Airflow refuses that
            task = _changed(task, trigger_rule=TriggerRule.ALL_DONE.value)
        dressed.tasks[number] = task


def random_mapping(random: Random, before: Sequence[TaskSpec]) -> MappingSpec:
    """Over a literal, over what a task before returns, over two things crossed, zipped or joined."""
    one = _input(random, before)
    dice = random.random()
    if dice < 0.2:
        return MappingSpec(inputs=(one, MapInput(length=random.randint(1, 2))))
    if dice < 0.35:
        kind, other = random.choice(("zip", "concat")), MapInput(length=random.randint(0, 2))
        joined = MapInput(combine=kind, parts=(one, other), fill=random.random() < 0.5)
        return MappingSpec(inputs=(joined,))
    return MappingSpec(inputs=(one,))


def _input(random: Random, before: Sequence[TaskSpec]) -> MapInput:
    if before and random.random() < 0.7:
        return MapInput(task_id=random.choice(before).task_id)
    return MapInput(length=random.choice((0, 1, 2, 2, 3)))


def sources(mapping: MappingSpec | None) -> tuple[str, ...]:
    """Ids of the tasks that are mapped over."""
    inputs = list(mapping.inputs) if mapping is not None else []
    leaves = [leaf for each in inputs for leaf in (each.parts or (each,))]
    return tuple(leaf.task_id for leaf in leaves if leaf.task_id is not None)


# --- setups and teardowns ----------------------------------------------------------------------------------


def _stage(random: Random, dressed: Dressed) -> None:
    """Two tasks of one group (or of none) become a setup and its teardown; what lies between may use them."""
    homes: dict[str | None, list[int]] = {}
    for number, task in enumerate(dressed.tasks):
        if task.mapping is None:
            homes.setdefault(task.group_id, []).append(number)
    fitting = [numbers for numbers in homes.values() if len(numbers) > 1]
    if not fitting:
        return
    first, last = sorted(random.sample(random.choice(fitting), 2))
    setup, teardown = dressed.tasks[first], dressed.tasks[last]
    dressed.tasks[first] = _changed(setup, is_setup=True)
    dressed.tasks[last] = _changed(
        _below(teardown, (setup.task_id,)), is_teardown=True, start_trigger=None,
        on_failure_fail_dagrun=random.random() < 0.5, trigger_rule=TriggerRule.ALL_DONE_SETUP_SUCCESS.value,
    )  # fmt: skip
    for number in range(first + 1, last):
        if random.random() < 0.6:
            dressed.tasks[number] = _below(dressed.tasks[number], (setup.task_id,))
            dressed.tasks[last] = _below(dressed.tasks[last], (dressed.tasks[number].task_id,))


# --- edits -------------------------------------------------------------------------------------------------


def without(dressed: Dressed, task_id: str) -> Dressed:
    """The same with one task less; what was mapped over it is mapped over two things instead."""
    tasks = [
        _changed(
            task,
            upstream=tuple(each for each in task.upstream if each != task_id),
            mapping=_detached(task.mapping, task_id),
        )
        for task in dressed.tasks
        if task.task_id != task_id
    ]
    groups = [
        msgspec.structs.replace(group, mapping=_detached(group.mapping, task_id)) for group in dressed.groups
    ]
    return Dressed(tasks=tasks, groups=tuple(groups))


def _detached(mapping: MappingSpec | None, task_id: str) -> MappingSpec | None:
    return MappingSpec(inputs=(MapInput(length=2),)) if task_id in sources(mapping) else mapping


def remap(random: Random, dressed: Dressed) -> Dressed:
    """The same with a task that is mapped otherwise, no more, or for the first time; or a group that is."""
    if dressed.groups and random.random() < 0.3:
        chosen = random.randrange(len(dressed.groups))
        mapping = random.choice((None, MappingSpec(inputs=(MapInput(length=random.randint(0, 3)),))))
        groups = list(dressed.groups)
        groups[chosen] = msgspec.structs.replace(groups[chosen], mapping=mapping)
        return Dressed(tasks=dressed.tasks, groups=tuple(groups))
    number = random.randrange(len(dressed.tasks))
    task = dressed.tasks[number]
    mapping = random_mapping(random, dressed.tasks[:number]) if random.random() < 0.6 else None
    tasks = list(dressed.tasks)
    tasks[number] = _below(_changed(task, mapping=mapping), sources(mapping))
    return Dressed(tasks=tasks, groups=dressed.groups)


def _below(task: TaskSpec, above: Iterable[str]) -> TaskSpec:
    return _changed(task, upstream=tuple(sorted({*task.upstream, *above})))


def _changed(task: TaskSpec, **fields: object) -> TaskSpec:
    return msgspec.structs.replace(task, **fields)
