"""Effective priority weights: a task's own weight and those of the tasks its rule adds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tradewind.domain.spec import TaskSpec
from tradewind.domain.states import WeightRule

INT32_MAX: Final = 2**31 - 1
INT32_MIN: Final = -(2**31)

Neighbours = Sequence[Sequence[int]]


def closures(order: Sequence[int], neighbours: Neighbours) -> list[int]:
    """For each task the set of all tasks that ``neighbours`` lead to, as a bit mask.

    ``order`` must list a task after all tasks that its neighbours lead to.
    """
    reached = [0] * len(order)
    for task in order:
        mask = 0
        for near in neighbours[task]:
            mask |= reached[near] | 1 << near
        reached[task] = mask
    return reached


def members(mask: int) -> list[int]:
    """The tasks of a bit mask, lowest first."""
    found = []
    while mask:
        lowest = mask & -mask
        found.append(lowest.bit_length() - 1)
        mask ^= lowest
    return found


def priorities(
    tasks: Sequence[TaskSpec], order: Sequence[int], upstream: Neighbours, downstream: Neighbours
) -> list[int]:
    """The effective priority weight of each task, clamped to 32 bits.

    Each distinct task counts once, however many paths lead to it. What a strategy of the author's said was
    computed where the DAG file was read, for each try (``of_try``); it is here that of the first.
    """
    weights = [task.priority_weight for task in tasks]
    used = {task.weight_rule for task in tasks}
    sums: dict[str, Sequence[int]] = {}
    if WeightRule.DOWNSTREAM in used:
        sums[WeightRule.DOWNSTREAM] = _sums(weights, closures(order[::-1], downstream))
    if WeightRule.UPSTREAM in used:
        sums[WeightRule.UPSTREAM] = _sums(weights, closures(order, upstream))
    nothing = [0] * len(tasks)
    return [
        of_try(spec, 1)
        if spec.try_weights
        else _clamp(weights[task] + sums.get(spec.weight_rule, nothing)[task])
        for task, spec in enumerate(tasks)
    ]


def of_try(spec: TaskSpec, try_number: int) -> int:
    """What the task's strategy said of that try."""
    return _clamp(spec.try_weights[min(max(try_number, 1), len(spec.try_weights)) - 1])


def _sums(weights: Sequence[int], reached: Sequence[int]) -> list[int]:
    """The sum of the weights of the tasks in each mask: few distinct weights, so one bit count for each."""
    holders: dict[int, int] = {}
    for task, weight in enumerate(weights):
        holders[weight] = holders.get(weight, 0) | 1 << task
    if len(holders) == 1:
        (weight,) = holders
        return [weight * mask.bit_count() for mask in reached]
    return [
        sum(weight * (mask & holder).bit_count() for weight, holder in holders.items()) if mask else 0
        for mask in reached
    ]


def _clamp(value: int) -> int:
    return max(INT32_MIN, min(INT32_MAX, value))
