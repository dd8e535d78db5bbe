"""Where a task lies among mapped groups, and so which instances of two tasks belong together.

An instance has an index for each level of mapping, from the outermost group in: its path. Instances of two
tasks that share ``n`` mapped groups belong together where the first ``n`` indexes of their paths agree.
"""

from __future__ import annotations

from typing import Any

from tradewind.domain.errors import AirflowException


def groups_around(task: Any) -> tuple[Any, ...]:
    """The mapped groups around a task or a group, outermost first."""
    found = []
    group = getattr(task, "task_group", None)
    while group is not None:
        if group.mapping is not None:
            found.append(group)
        group = group.parent_group
    return tuple(reversed(found))


def depth(task: Any) -> int:
    """How many indexes an instance of the task has."""
    return len(groups_around(task)) + bool(task.is_mapped)


def shared(task: Any, other: Any) -> int:
    """How many mapped groups both lie in."""
    count = 0
    for one, another in zip(groups_around(task), groups_around(other), strict=False):
        if one is not another:
            break
        count += 1
    return count


def path(ti: Any) -> tuple[int, ...]:
    """The indexes of the task instance that is running."""
    known: tuple[int, ...] = tuple(getattr(ti, "path", None) or ())
    if known or ti.map_index is None or ti.map_index < 0:
        return known
    return (ti.map_index,)


def index_at(ti: Any, level: int, who: str) -> int:
    """The index of the running instance at a level of mapping. Raises AirflowException where none was given,
    as for a mapped task that somebody tries out by name alone.
    """
    known = path(ti)
    if level >= len(known):
        raise AirflowException(f"{who} is mapped: say which instance is meant, for example --map-index 0.")
    return known[level]
