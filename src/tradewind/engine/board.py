"""The state of one run: its task instances, and what is derived from them.

``Board.move`` is the only function that changes the state of a task instance. It checks the table of legal
moves and passes the change on to the counters of the downstream tasks, so that a finished task costs as much
as it has downstream tasks, however large the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from tradewind.domain.errors import IllegalMove
from tradewind.domain.states import FAILED_STATES, FINISHED, TASK_MOVES, State, TaskInstanceState
from tradewind.engine.decisions import Decisions, Ready
from tradewind.engine.facts import InstanceFacts, RunFacts
from tradewind.engine.gates import Gates
from tradewind.engine.graph import Graph
from tradewind.engine.instances import NO_TASK, Instance
from tradewind.engine.timers import Timers, due_at
from tradewind.engine.trigger_rules import OPEN, REMOVED, SLOT

T = TaskInstanceState
_FAILED_SLOTS: Final = frozenset(SLOT[state] for state in FAILED_STATES)


class Board:
    """All task instances of one run, with what is derived from them."""

    __slots__ = (
        "_top", "answered", "by_attempt", "by_task", "failed_leaves", "fed", "gates", "graph", "instances",
        "known", "leaves", "lengths", "new_attempt", "out", "past_unmet", "ready", "removed", "repeats",
        "run", "silent", "skips", "timers", "unfinished", "withdrawn",
    )  # fmt: skip

    def __init__(
        self,
        graph: Graph,
        run: RunFacts,
        instances: Iterable[InstanceFacts],
        new_attempt: Callable[[datetime], str],
    ) -> None:
        self.run = run
        self.new_attempt = new_attempt
        self.instances = [Instance(facts) for facts in instances]
        self.by_attempt = {instance.attempt_id: instance for instance in self.instances}
        self.lengths: dict[str, dict[int, int]] = {task: dict(known) for task, known in run.lengths.items()}
        self.silent: dict[str, set[int]] = {task: set(indexes) for task, indexes in run.silent.items()}
        """Of mapped tasks that are mapped over: the indexes that succeeded without a return value."""
        self.skips: dict[str, dict[int, frozenset[str]]] = {
            task: {index: frozenset(ids) for index, ids in chosen.items()}
            for task, chosen in run.skips.items()
        }
        self.past_unmet: set[str] = {past.task_id for past in run.past if not past.met}
        self.out = Decisions()
        self.withdrawn: set[str] = set()
        """Attempts that were ended after this turn had decided something else about them; see ``drain``."""
        self.fed: set[tuple[int, tuple[int, ...]]] = set()
        """(mapped group, beginning of a path) of which an input has ended: it may be expanded there now."""
        self.known: dict[tuple[str, str, tuple[int, ...]], int | None] = {}
        """Lengths that were asked for, until something changes about the tasks that they come from."""
        self.repeats: list[Instance] = []
        """Lost ones, to be scheduled anew in the next decision."""
        self.answered: list[Instance] = []
        """Those that wait for a person who has answered, to go on in the next decision."""
        self.out.stops.extend((i.attempt_id, i.dispatch) for i in self.instances if i.state is T.RESTARTING)
        self.load(graph)

    # --- building -----------------------------------------------------------------------------------

    def load(self, graph: Graph) -> None:
        """Derive everything anew for ``graph``; states of task instances stay as they are."""
        self.graph = graph
        self.leaves = graph.leaves_of(self.run.only_tasks)
        self.gates = Gates(graph)
        self.by_task = self.gates.by_task
        self.timers = Timers()
        self.ready: dict[str, Ready] = {}
        self.unfinished = self.failed_leaves = 0
        self.removed = [0] * len(graph.tasks)
        """Of each task, how many instances are removed."""
        self._top: dict[int, int] = {}
        self.fed.clear()  # numbers of the graph before
        self.known.clear()
        for instance in self.instances:
            self._seat(instance)
        self.gates.build()
        for instance in self.instances:
            self._enter(instance)

    def next_index(self, task: int) -> int:
        """A map index that no instance of the task has had."""
        if task not in self._top:
            self._top[task] = max((instance.map_index for instance in self.by_task[task]), default=-1)
        self._top[task] += 1
        return self._top[task]

    def add(
        self, task: int, map_index: int, attempt_id: str, path: tuple[int, ...] | None = None
    ) -> Instance:
        """A new task instance; the gates of its downstream tasks count it."""
        spec = self.graph.tasks[task]
        if task in self._top:
            self._top[task] = max(self._top[task], map_index)
        facts = InstanceFacts(
            task_id=spec.task_id, map_index=map_index, path=path, attempt_id=attempt_id,
            max_tries=0 if self.run.disable_retry else spec.retries,
            pool=self.run.pool or spec.pool, pool_slots=spec.pool_slots,
        )  # fmt: skip
        instance = Instance(facts)
        self.instances.append(instance)
        self.by_attempt[attempt_id] = instance
        self._seat(instance)
        self.gates.count_in(instance)
        self._enter(instance)
        return instance

    def _seat(self, instance: Instance) -> None:
        only = self.run.only_tasks
        task = self.graph.index.get(instance.task_id, NO_TASK)
        if only is not None and instance.task_id not in only:
            task = NO_TASK
        instance.task = task
        instance.gate = None
        if task != NO_TASK:
            self.gates.seat(instance)

    def _enter(self, instance: Instance) -> None:
        """Put an instance where its state says: behind its gate, among the timers, ready."""
        state = instance.state
        if state not in FINISHED:
            self.unfinished += 1
        if instance.task == NO_TASK:
            return
        if instance.task in self.leaves and state in FAILED_STATES:
            self.failed_leaves += 1
        if state is T.REMOVED:
            self.removed[instance.task] += 1
        if instance.task in self.graph.sources:
            self.known.clear()
        instance.gate = self.gates.of(instance)
        if state is None:
            self.gates.hold(instance)
        elif state is T.SCHEDULED:
            self.ready[instance.attempt_id] = self.demand(instance)
        else:
            self.wait(instance)
            if state is T.AWAITING_INPUT and instance.answer is not None:
                self.answered.append(instance)

    # --- changing -----------------------------------------------------------------------------------

    def move(self, instance: Instance, after: State) -> None:
        """Change the state of a task instance. Raises IllegalMove where the table forbids it."""
        before = instance.state
        if after not in TASK_MOVES[before]:
            raise IllegalMove(f"Task instance {instance!r}", before or "no state", after or "no state")
        instance.state = after
        instance.due = None
        self.gates.let_go(instance)
        if before is T.SCHEDULED:
            self.ready.pop(instance.attempt_id, None)
        if after is None:
            self.gates.hold(instance)
        was, now = SLOT[before], SLOT[after]
        if was != now:
            self._count(instance, was, now)

    def wait(self, instance: Instance) -> None:
        """Wake the instance when its state says."""
        self.timers.set(instance, due_at(instance, self.graph, self.run))

    def _count(self, instance: Instance, was: int, now: int) -> None:
        self.unfinished += (now == OPEN) - (was == OPEN)
        if instance.task == NO_TASK:
            return
        if instance.task in self.leaves:
            self.failed_leaves += (now in _FAILED_SLOTS) - (was in _FAILED_SLOTS)
        if instance.task in self.graph.sources:
            self.known.clear()
        self.removed[instance.task] += (now == REMOVED) - (was == REMOVED)
        self.gates.pass_on(instance, was, now)

    # --- telling ------------------------------------------------------------------------------------

    def drain(self) -> Decisions:
        """What was decided since the last call.

        Decisions are applied verb by verb. So where one event of a turn sends an instance to retry and the
        next one skips it (fail_fast, a branch, the run's time-out), only the skip is told.
        """
        out, self.out = self.out, Decisions()
        gone = self.withdrawn
        if gone:
            self.withdrawn = set()
            out.retries = [each for each in out.retries if each.attempt_id not in gone]
            out.reschedules = [each for each in out.reschedules if each.attempt_id not in gone]
            out.defers = [each for each in out.defers if each.attempt_id not in gone]
            out.awaits = [each for each in out.awaits if each.attempt_id not in gone]
            out.expires = [each for each in out.expires if each.attempt_id not in gone]
            out.schedules = [each for each in out.schedules if each.attempt_id not in gone]
        return out

    # --- asking -----------------------------------------------------------------------------------------

    def demand(self, instance: Instance) -> Ready:
        """What capacity needs to know of an instance that asks for a slot, or holds one."""
        run = self.run
        if instance.task == NO_TASK:
            return Ready(
                dag_id=run.dag_id, run_id=run.run_id, task_id=instance.task_id, map_index=instance.map_index,
                attempt_id=instance.attempt_id, priority=0, run_after=run.run_after, pool=instance.pool,
                pool_slots=instance.pool_slots, queue="default", executor=None,
            )  # fmt: skip
        spec = self.graph.tasks[instance.task]
        return Ready(
            dag_id=run.dag_id,
            run_id=run.run_id,
            task_id=spec.task_id,
            map_index=instance.map_index,
            attempt_id=instance.attempt_id,
            priority=self.graph.priority_of(instance.task, instance.try_number),
            run_after=run.run_after,
            pool=run.pool or spec.pool,
            pool_slots=spec.pool_slots,
            queue=spec.queue,
            executor=spec.executor,
        )

    def expanded(self, task: int) -> int | None:
        """How many instances a mapped task has now; None for one that is not mapped, or not yet expanded."""
        mine = self.by_task[task]
        if not self.graph.mappings[task] or (len(mine) == 1 and not mine[0].path):
            return None
        return len(mine) - self.removed[task]

    def idle_only(self) -> bool:
        """Whether nothing of this run is on its way: what is unfinished waits behind a gate."""
        return self.gates.idle == self.unfinished
