"""Who waits for whom: the counters of all tasks of a run, kept up to date change by change.

A *gate* holds what the instances of a task wait for, and those that wait. All instances of a task share one,
as they all depend on the same upstream. Inside a mapped task group each index has its own, as instance ``i``
depends on instances ``i``: the key of a gate is the path of group indexes.

The counters are *tallies*. An edge between two tasks that share ``n`` mapped groups counts in the tally of
the first ``n`` indexes of the path: one for each instance where they share all groups, one for all gates of
the task where they share none. So an end costs as much as it has downstream tasks, however wide the group.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence

from tradewind.engine.graph import Graph
from tradewind.engine.instances import DIRECT, Gate, Instance, Tally
from tradewind.engine.trigger_rules import OPEN, SLOT, no_counts

Path = tuple[int, ...]
Table = dict[Path, Tally]
Listener = tuple[int, int, int]
"""(task that listens, relation, number of shared groups)."""


class Gates:
    """The gates of one run."""

    __slots__ = (
        "_dirty", "_far", "_gates", "_graph", "_heard", "_near", "_stale", "_tables", "_ticket", "_under",
        "by_task", "idle",
    )  # fmt: skip

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        tasks = range(len(graph.tasks))
        self._gates: list[dict[Path, Gate]] = [{} for _ in tasks]
        self._under: list[dict[Path, list[Instance]]] = [{} for _ in tasks]
        """Of each task in mapped groups: the beginning of a path to the instances below it."""
        self._dirty: list[tuple[int, int, Gate | Tally]] = []
        """A heap of what to look at, upstream first, so that what follows does not depend on chance."""
        self._ticket = 0
        self.by_task: list[list[Instance]] = [[] for _ in tasks]
        self.idle = 0
        """How many task instances wait behind gates."""
        self._stale: set[int] = set()
        """Tasks whose gates are to be made anew, because their instances have other paths now."""
        self._heard = _listeners(graph)
        self._tables: list[dict[tuple[int, int], Table]] = [{} for _ in tasks]
        """Of each task: (relation, number of shared groups) to its tallies."""
        self._near: list[list[Tally]] = [[] for _ in tasks]
        """Of each task: the tallies that count all its instances."""
        self._far: list[list[tuple[Table, int]]] = [[] for _ in tasks]
        """Of each task: the tallies that count its instances index by index, and how many indexes."""
        for task, listeners in enumerate(self._heard):
            for watcher, relation, level in listeners:
                table = self._tables[watcher].setdefault((relation, level), {})
                if level:
                    self._far[task].append((table, level))
                else:
                    self._near[task].append(table.setdefault((), Tally(graph.rank[watcher])))

    # --- building -----------------------------------------------------------------------------------

    def build(self) -> None:
        """Make all gates and count everything once, when all instances are seated."""
        self._stale.update(range(len(self._gates)))
        self.refresh()

    def seat(self, instance: Instance) -> None:
        """Enter an instance under its task and its path."""
        self.by_task[instance.task].append(instance)
        self._list(instance)

    def count_in(self, instance: Instance) -> None:
        """A new instance, with no state yet: the gates of its downstream tasks wait for it too."""
        for tally in self._counting(instance):
            tally.counts[OPEN] += 1
            self._changed(tally)

    def relocate(self, instance: Instance, path: Path) -> None:
        """An unexpanded instance becomes the first of those it is expanded into."""
        slot = SLOT[instance.state]
        for tally in self._counting(instance):
            tally.counts[slot] -= 1
        for beginning in self._beginnings(instance):
            self._under[instance.task][beginning].remove(instance)
        instance.path = path
        self._list(instance)
        for tally in self._counting(instance):
            tally.counts[slot] += 1
            self._changed(tally)
        if instance.gate is not None and instance.gate.path != self._key(instance):
            self._stale.add(instance.task)

    def of(self, instance: Instance) -> Gate | None:
        """The gate of an instance; None where it has yet to be made, before anything is decided."""
        gate = self._gates[instance.task].get(self._key(instance))
        if gate is None:
            self._stale.add(instance.task)
        return gate

    def under(self, task: int, beginning: Path) -> Sequence[Instance]:
        """The instances of a task whose group indexes begin like that."""
        return self._under[task].get(beginning, ()) if beginning else self.by_task[task]

    def refresh(self) -> None:
        """Make the gates of tasks whose instances have other paths now."""
        while self._stale:
            self._rebuild(self._stale.pop())

    def _rebuild(self, task: int) -> None:
        waiting = {instance: None for gate in self._gates[task].values() for instance in gate.pending}
        self.idle -= len(waiting)
        waiting.update((instance, None) for instance in self.by_task[task] if instance.state is None)
        keys = dict.fromkeys(self._key(instance) for instance in self.by_task[task]) or {(): None}
        self._gates[task] = {key: Gate(task, key) for key in keys}
        self._open_tallies(task)
        self._tally(task)
        for instance in self.by_task[task]:
            instance.gate = self._gates[task][self._key(instance)]
        for instance in waiting:
            self.hold(instance)

    def _open_tallies(self, task: int) -> None:
        """Fresh tallies for the gates of a task. Those that all gates share stay the same objects."""
        rank = self._graph.rank[task]
        for (relation, level), table in self._tables[task].items():
            shared = None if level else table[()]
            table.clear()
            if shared is not None:
                shared.counts, shared.gates = no_counts(), []
                table[()] = shared
            for key, gate in self._gates[task].items():
                tally = table.get(key[:level])
                if tally is None:
                    tally = table[key[:level]] = Tally(rank)
                tally.gates.append(gate)
                gate.tallies[relation].append(tally)

    def _tally(self, task: int) -> None:
        graph = self._graph
        for relation, above in _relations(graph, task):
            level = graph.shared(above, task)
            table = self._tables[task][relation, level]
            for instance in self.by_task[above]:
                for tally in _matching(table, instance.path, level):
                    tally.counts[SLOT[instance.state]] += 1

    def _list(self, instance: Instance) -> None:
        under = self._under[instance.task]
        for beginning in self._beginnings(instance):
            under.setdefault(beginning, []).append(instance)

    def _beginnings(self, instance: Instance) -> Iterator[Path]:
        depth = min(len(self._graph.chains[instance.task]), len(instance.path))
        for length in range(1, depth + 1):
            yield instance.path[:length]

    def _key(self, instance: Instance) -> Path:
        return instance.path[: len(self._graph.chains[instance.task])]

    # --- waiting ------------------------------------------------------------------------------------

    def hold(self, instance: Instance) -> None:
        """Let an instance wait behind its gate, and have the gate looked at."""
        gate = instance.gate
        if gate is not None and instance not in gate.pending:
            gate.pending[instance] = None
            self.idle += 1
            self.touch(gate)

    def let_go(self, instance: Instance) -> None:
        """The instance waits no more, if it did."""
        gate = instance.gate
        if gate is not None and instance in gate.pending:
            del gate.pending[instance]
            self.idle -= 1

    def touch(self, gate: Gate) -> None:
        """Have the gate looked at in the next decision, if anything waits behind it."""
        if not gate.dirty and gate.pending:
            gate.dirty = True
            self._push(self._graph.rank[gate.task], gate)

    def touch_task(self, task: int) -> None:
        """Have all gates of a task looked at."""
        for gate in self._gates[task].values():
            self.touch(gate)

    def pop_dirty(self) -> Gate | None:
        """The next gate to look at."""
        self.refresh()
        while self._dirty:
            item = heapq.heappop(self._dirty)[2]
            item.dirty = False
            if isinstance(item, Gate):
                if self._gates[item.task].get(item.path) is item:
                    return item
            else:
                for gate in item.gates:
                    self.touch(gate)
        return None

    def _changed(self, tally: Tally) -> None:
        if len(tally.gates) == 1:
            self.touch(tally.gates[0])
        elif not tally.dirty:
            tally.dirty = True
            self._push(tally.rank, tally)

    def _push(self, rank: int, item: Gate | Tally) -> None:
        self._ticket += 1
        heapq.heappush(self._dirty, (rank, self._ticket, item))

    # --- passing on ---------------------------------------------------------------------------------

    def pass_on(self, instance: Instance, was: int, now: int) -> None:
        """An instance went from one slot of the counters to another: tell the gates below."""
        for tally in self._counting(instance):
            tally.counts[was] -= 1
            tally.counts[now] += 1
            self._changed(tally)

    def _counting(self, instance: Instance) -> Iterator[Tally]:
        """All tallies in which the instance counts."""
        yield from self._near[instance.task]
        for table, level in self._far[instance.task]:
            yield from _matching(table, instance.path, level)


def _matching(table: Table, path: Path, level: int) -> Iterable[Tally]:
    """The tallies at which an upstream instance counts: those whose path begins like its own, as far as both
    are expanded.
    """
    if len(path) < level:
        return [tally for key, tally in table.items() if _agree(key, path)]
    found = (table.get(path[:length]) for length in range(level, -1, -1))
    return [tally for tally in found if tally is not None]


def _agree(one: Path, other: Path) -> bool:
    return all(left == right for left, right in zip(one, other, strict=False))


def _relations(graph: Graph, task: int) -> Iterator[tuple[int, int]]:
    """(relation, task above) of a task."""
    for above in graph.upstream[task]:
        yield DIRECT, above
    scopes = graph.scopes
    if scopes is not None:
        for relation, tasks in enumerate((scopes.direct, scopes.indirect, scopes.between), DIRECT + 1):
            for above in sorted(tasks[task]):
                yield relation, above


def _listeners(graph: Graph) -> list[list[Listener]]:
    """Of each task: who must hear of the end of its instances."""
    heard: list[list[Listener]] = [[] for _ in graph.tasks]
    for task in range(len(graph.tasks)):
        for relation, above in _relations(graph, task):
            heard[above].append((task, relation, graph.shared(above, task)))
    return heard
