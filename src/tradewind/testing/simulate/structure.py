"""What a DAG's edges, groups, setups and teardowns mean, asked the slow way: without the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from tradewind.domain.spec import DagSpec, MappingSpec, TaskSpec

Path = tuple[int, ...]


class Structure:
    """Questions about one version of a DAG; what was asked before is remembered."""

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.tasks = {task.task_id: task for task in spec.tasks}
        self._groups = {group.group_id: group for group in spec.groups}
        self._chains: dict[str, tuple[str, ...]] = {}

    def chain(self, task_id: str) -> tuple[str, ...]:
        """The mapped groups around a task, outermost first."""
        if task_id not in self._chains:
            self._chains[task_id] = self._around(self.tasks[task_id].group_id)
        return self._chains[task_id]

    def _around(self, group_id: str | None) -> tuple[str, ...]:
        if group_id is None:
            return ()
        group = self._groups[group_id]
        return (*self._around(group.parent), *([group_id] if group.mapping is not None else ()))

    def levels(self, task_id: str) -> tuple[MappingSpec, ...]:
        """What a task is mapped over, level by level."""
        found = [self._groups[group_id].mapping for group_id in self.chain(task_id)]
        return tuple(each for each in (*found, self.tasks[task_id].mapping) if each is not None)

    def depends(self, task_id: str, path: Path, other: str, place: Path) -> bool:
        """Whether an instance looks at one of a task above it: index by index within groups they share."""
        mine, theirs = self.chain(task_id), self.chain(other)
        shared = 0
        while shared < min(len(mine), len(theirs)) and mine[shared] == theirs[shared]:
            shared += 1
        return all(left == right for left, right in zip(path[:shared], place, strict=False))

    # --- setups and teardowns ---------------------------------------------------------------------

    @cached_property
    def above(self) -> Mapping[str, frozenset[str]]:
        """Of each task, all tasks above it."""
        return {task_id: _reach(task_id, lambda each: self.tasks[each].upstream) for task_id in self.tasks}

    @cached_property
    def below(self) -> Mapping[str, frozenset[str]]:
        """Of each task, all tasks below it."""
        return {
            task_id: frozenset(each for each in self.tasks if task_id in self.above[each])
            for task_id in self.tasks
        }

    def must_succeed(self, task_id: str) -> frozenset[str]:
        """The setups, not directly above a task, in whose scope it works: those whose teardown lies below
        it, and those that have none.
        """
        task = self.tasks[task_id]
        if task.is_teardown:
            return frozenset()
        further = self.above[task_id].difference(task.upstream)
        return frozenset(each for each in further if self.tasks[each].is_setup and self._open(each, task_id))

    def _open(self, setup: str, task_id: str) -> bool:
        ends = [each.task_id for each in self.spec.tasks if each.is_teardown and setup in each.upstream]
        return not ends or any(end in self.below[task_id] for end in ends)

    def must_end(self, task_id: str) -> frozenset[str]:
        """What a teardown waits for beside its upstream: everything between its setups and itself."""
        task = self.tasks[task_id]
        if not task.is_teardown:
            return frozenset()
        own = [each for each in task.upstream if self.tasks[each].is_setup]
        return frozenset(each for setup in own for each in self.below[setup] & self.above[task_id])

    def setups_of(self, task: TaskSpec) -> tuple[str, ...]:
        """The setups directly above a task."""
        return tuple(each for each in task.upstream if self.tasks[each].is_setup)


def _reach(start: str, edges: Callable[[str], Iterable[str]]) -> frozenset[str]:
    found: set[str] = set()
    front = list(edges(start))
    while front:
        each = front.pop()
        if each not in found:
            found.add(each)
            front.extend(edges(each))
    return frozenset(found)
