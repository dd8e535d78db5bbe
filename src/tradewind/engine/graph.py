"""A spec compiled: tasks as integers, their edges as tuples of integers.

A graph is made once per DAG version and shared by all runs of that version. Task ``i`` is ``graph.tasks[i]``;
every other array is indexed alike.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from tradewind.domain.errors import AirflowDagCycleException, DuplicateTaskIdFound, TaskNotFound
from tradewind.domain.spec import DagSpec, GroupSpec, MappingSpec, TaskSpec
from tradewind.domain.states import DagRunType, TriggerRule
from tradewind.engine import lengths, weights
from tradewind.engine.trigger_rules import Rule, looks_at_nothing, rule_named

Edges = tuple[tuple[int, ...], ...]

_CACHE_SIZE: Final = 256
_compiled: dict[int, Graph] = {}
_lock = threading.Lock()  # the API compiles in several threads


class Scopes:
    """Who waits for which setups and for what a teardown cleans up. Only for DAGs that have such tasks."""

    __slots__ = ("between", "direct", "indirect")

    def __init__(self, graph: Graph) -> None:
        above = weights.closures(graph.order, graph.upstream)
        below = weights.closures(graph.order[::-1], graph.downstream)
        setups = sum(1 << task for task, spec in enumerate(graph.tasks) if spec.is_setup)
        teardowns = sum(1 << task for task, spec in enumerate(graph.tasks) if spec.is_teardown)
        direct_above = [sum(1 << near for near in edges) for edges in graph.upstream]
        self.direct: list[frozenset[int]] = []
        """Direct upstream setups, for tasks under all_done_setup_success."""
        self.indirect: list[frozenset[int]] = []
        """Setups further up that must succeed before the task may run."""
        self.between: list[frozenset[int]] = []
        """Tasks between a teardown's setups and itself: it waits until they are done."""
        for task, spec in enumerate(graph.tasks):
            near = direct_above[task]
            own = near & setups if spec.trigger_rule == TriggerRule.ALL_DONE_SETUP_SUCCESS else 0
            relevant = self.relevant_setups(graph, above[task] & setups, below[task] & teardowns)
            cleaned = above[task] & _union(below, near & setups)
            self.direct.append(_set(own))
            free = spec.is_teardown or looks_at_nothing(spec.trigger_rule)
            self.indirect.append(_set(0 if free else relevant & ~near))
            self.between.append(_set(cleaned if spec.is_teardown else 0))

    @staticmethod
    def relevant_setups(graph: Graph, setups: int, teardowns_below: int) -> int:
        """Of ``setups``, those without a teardown, and those whose teardown still lies downstream."""
        relevant = 0
        for setup in weights.members(setups):
            own = [down for down in graph.downstream[setup] if graph.tasks[down].is_teardown]
            if not own or any(teardowns_below >> teardown & 1 for teardown in own):
                relevant |= 1 << setup
        return relevant


class Group:
    """A mapped task group: its tasks are expanded together and depend on each other index by index."""

    __slots__ = ("chain", "group_id", "mapping", "tasks")

    def __init__(
        self, group_id: str, mapping: MappingSpec, chain: tuple[int, ...], tasks: tuple[int, ...]
    ) -> None:
        self.group_id = group_id
        self.mapping = mapping
        self.chain = chain
        """The mapped groups around it, outermost first."""
        self.tasks = tasks
        """All tasks inside, those of inner groups too."""


class Graph:
    """One version of a DAG, ready for decisions. Immutable once compiled."""

    __slots__ = (
        "chains", "counted", "downstream", "feeds", "groups", "ids", "index", "leaves", "mappings", "order",
        "past_dependent", "priority", "rank", "roots", "rules", "scopes", "sources", "spec", "tasks",
        "upstream",
    )  # fmt: skip

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.tasks: tuple[TaskSpec, ...] = spec.tasks
        self.ids: tuple[str, ...] = tuple(task.task_id for task in spec.tasks)
        self.index: dict[str, int] = _index(spec)
        self.upstream: Edges = _upstream(spec, self.index)
        self.downstream: Edges = _reversed(self.upstream)
        self.order: tuple[int, ...] = _topological(spec.dag_id, self.ids, self.upstream, self.downstream)
        self.rank: list[int] = [0] * len(self.ids)
        """The place of each task in ``order``."""
        for place, task in enumerate(self.order):
            self.rank[task] = place
        self.roots: tuple[int, ...] = tuple(task for task in self.order if not self.upstream[task])
        self.leaves: frozenset[int] = _leaves(self.tasks, self.downstream, range(len(self.tasks)))
        """Tasks whose end decides the run's outcome."""
        self.rules: tuple[Rule, ...] = tuple(rule_named(task.trigger_rule) for task in spec.tasks)
        self.priority: tuple[int, ...] = tuple(
            weights.priorities(self.tasks, self.order, self.upstream, self.downstream)
        )
        self.past_dependent: tuple[str, ...] = tuple(
            task.task_id for task in spec.tasks if task.depends_on_past or task.wait_for_downstream
        )
        """Ids of the tasks that ask what the previous run says."""
        staged = any(task.is_setup or task.is_teardown for task in spec.tasks)
        rules = {task.trigger_rule for task in spec.tasks}
        self.scopes: Scopes | None = (
            Scopes(self) if staged or TriggerRule.ALL_DONE_SETUP_SUCCESS in rules else None
        )
        self.groups: tuple[Group, ...] = ()
        """The mapped groups."""
        self.chains: list[tuple[int, ...]] = [()] * len(self.tasks)
        """The mapped groups around each task, outermost first, as indexes into ``groups``."""
        self._find_groups()
        self.mappings: list[tuple[MappingSpec, ...]] = [
            (*(self.groups[number].mapping for number in chain), *filter(None, (spec.mapping,)))
            for chain, spec in zip(self.chains, spec.tasks, strict=True)
        ]
        """What each task is expanded over, level by level: its groups from the outermost in, then itself."""
        self.feeds: dict[int, tuple[int, ...]] = self._find_feeds()
        """Task to the mapped groups that are expanded over its XCom."""
        self.sources: frozenset[int] = frozenset(
            self.index[name]
            for levels in self.mappings
            for mapping in levels
            for name in lengths.sources(mapping)
            if name in self.index
        )
        """Tasks over whose XComs something is mapped."""
        self.counted: frozenset[int] = frozenset(task for task in self.sources if self.mappings[task])
        """Of these, the mapped ones: the number of values that they pushed is what counts."""

    def priority_of(self, task: int, try_number: int) -> int:
        """The effective priority weight of a task in that try."""
        spec = self.tasks[task]
        return weights.of_try(spec, try_number) if spec.try_weights else self.priority[task]

    @classmethod
    def compile(cls, spec: DagSpec) -> Graph:
        """The graph of a spec; the same one when asked again for the same spec.

        Raises AirflowDagCycleException, DuplicateTaskIdFound, TaskNotFound (an unknown upstream task) or
        InvalidValue (an unknown trigger rule).
        """
        known = _compiled.get(id(spec))
        if known is not None and known.spec is spec:
            return known
        graph = cls(spec)
        with _lock:
            while len(_compiled) >= _CACHE_SIZE:
                del _compiled[next(iter(_compiled))]
            _compiled[id(spec)] = graph  # keeps the spec alive, so its id stays its own
        return graph

    def shared(self, one: int, other: int) -> int:
        """How many mapped groups two tasks share: so many indexes of their instances belong together."""
        return common(self.chains[one], self.chains[other])

    def takes_part(self, task: int, logical_date: datetime | None, run_type: str) -> bool:
        """Whether a run of that date has this task: not before its start date nor after its end date."""
        if logical_date is None or run_type == DagRunType.BACKFILL:
            return True
        spec = self.tasks[task]
        begun = spec.start_date is None or spec.start_date <= logical_date
        return begun and (spec.end_date is None or logical_date <= spec.end_date)

    def rows(
        self, *, logical_date: datetime | None, run_type: str, only_tasks: Sequence[str] | None = None
    ) -> Iterator[tuple[TaskSpec, int]]:
        """(task, map index) of each task instance that a new run begins with.

        A task mapped over literals is there with all its indexes, one mapped over an XCom with index -1. Of
        one that is mapped inside a mapped group the first level is there.
        """
        only = None if only_tasks is None else frozenset(only_tasks)
        for task, spec in enumerate(self.tasks):
            if only is not None and spec.task_id not in only:
                continue
            if self.takes_part(task, logical_date, run_type):
                levels = self.mappings[task]
                length = lengths.literal_length(levels[0]) if levels else None
                for map_index in range(length) if length else (-1,):
                    yield spec, map_index

    def leaves_of(self, only_tasks: Sequence[str] | None) -> frozenset[int]:
        """The tasks that decide how a run ends in which only these take part; None: all."""
        if only_tasks is None:
            return self.leaves
        chosen = [self.index[task_id] for task_id in only_tasks if task_id in self.index]
        return _leaves(self.tasks, self.downstream, chosen)

    def flat_downstream(self, task: int) -> list[int]:
        """All tasks below ``task``, each once, nearest first."""
        return reach([task], self.downstream)

    def _find_groups(self) -> None:
        specs = {group.group_id: group for group in self.spec.groups}
        around = {group_id: _mapped_around(specs, group_id) for group_id in specs}
        mapped = [group for group in self.spec.groups if group.mapping is not None]
        numbers = {group.group_id: number for number, group in enumerate(mapped)}
        for task, spec in enumerate(self.tasks if mapped else ()):
            names = around.get(spec.group_id, ()) if spec.group_id else ()
            self.chains[task] = tuple(numbers[name] for name in names)
        self.groups = tuple(
            Group(
                group.group_id,
                group.mapping or MappingSpec(),
                tuple(numbers[name] for name in around[group.group_id][:-1]),
                tuple(task for task, chain in enumerate(self.chains) if numbers[group.group_id] in chain),
            )
            for group in mapped
        )

    def _find_feeds(self) -> dict[int, tuple[int, ...]]:
        feeds: dict[int, list[int]] = {}
        for number, each in enumerate(self.groups):
            for task_id in sorted(lengths.sources(each.mapping)):
                if task_id in self.index:
                    feeds.setdefault(self.index[task_id], []).append(number)
        return {task: tuple(numbers) for task, numbers in feeds.items()}


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """The length of the longest beginning that two sequences share."""
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def reach(start: Sequence[int], edges: Sequence[Sequence[int]]) -> list[int]:
    """All tasks that ``edges`` lead to from ``start`` (without these), each once, nearest first."""
    seen = dict.fromkeys(start)
    front = deque(start)
    while front:
        fresh = [near for near in edges[front.popleft()] if near not in seen]
        seen.update(dict.fromkeys(fresh))
        front.extend(fresh)
    return list(seen)[len(set(start)) :]


def _mapped_around(specs: Mapping[str, GroupSpec], group_id: str) -> tuple[str, ...]:
    """Ids of the mapped groups from the outermost to the group itself."""
    found: list[str] = []
    group = specs.get(group_id)
    while group is not None:
        if group.mapping is not None:
            found.append(group.group_id)
        group = specs.get(group.parent) if group.parent else None
    return tuple(reversed(found))


def _index(spec: DagSpec) -> dict[str, int]:
    index: dict[str, int] = {}
    for number, task in enumerate(spec.tasks):
        if index.setdefault(task.task_id, number) != number:
            raise DuplicateTaskIdFound(task.task_id, spec.dag_id)
    return index


def _upstream(spec: DagSpec, index: dict[str, int]) -> Edges:
    try:
        return tuple(tuple(sorted({index[up] for up in task.upstream})) for task in spec.tasks)
    except KeyError as error:
        raise TaskNotFound(spec.dag_id, error.args[0], index) from None


def _reversed(edges: Edges) -> Edges:
    back: list[list[int]] = [[] for _ in edges]
    for task, near in enumerate(edges):
        for other in near:
            back[other].append(task)
    return tuple(tuple(each) for each in back)


def _topological(dag_id: str, ids: Sequence[str], upstream: Edges, downstream: Edges) -> tuple[int, ...]:
    missing = [len(near) for near in upstream]
    order = [task for task, count in enumerate(missing) if not count]
    for task in order:  # grows while it is walked
        for below in downstream[task]:
            missing[below] -= 1
            if not missing[below]:
                order.append(below)
    if len(order) < len(ids):
        raise AirflowDagCycleException(dag_id, _cycle(ids, upstream, missing))
    return tuple(order)


def _cycle(ids: Sequence[str], upstream: Edges, missing: Sequence[int]) -> list[str]:
    """One cycle, in the direction of its edges: each task left over has an upstream that is left over."""
    task = next(task for task, count in enumerate(missing) if count)
    path: list[int] = []
    place: dict[int, int] = {}
    while task not in place:
        place[task] = len(path)
        path.append(task)
        task = next(up for up in upstream[task] if missing[up])
    circle = [*path[place[task] :], task]
    return [ids[each] for each in reversed(circle)]


def _leaves(tasks: Sequence[TaskSpec], downstream: Edges, chosen: Collection[int]) -> frozenset[int]:
    """Chosen tasks with none of them below. Teardowns that may not fail the run are looked through."""
    chosen = frozenset(chosen)
    ignored = {task for task in chosen if tasks[task].is_teardown and not tasks[task].on_failure_fail_dagrun}
    works = chosen - ignored
    leaves = frozenset(task for task in works if works.isdisjoint(downstream[task]))
    return leaves or frozenset(task for task in chosen if chosen.isdisjoint(downstream[task]))


def _union(masks: Sequence[int], chosen: int) -> int:
    union = 0
    for task in weights.members(chosen):
        union |= masks[task]
    return union


def _set(mask: int) -> frozenset[int]:
    return frozenset(weights.members(mask))
