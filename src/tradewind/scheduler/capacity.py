"""Who may start now: slots of executors and pools, and the limits of DAGs and tasks.

Ready task instances wait in one heap, highest priority first. One that is refused is parked under what
refused it and looked at again only when something there was given back, so a pool with 10,000 waiting
costs nothing while it is full. The same goes for a queue for which no host has room: it is asked once for
each time that slots are handed out, and holds up nobody else.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import TaskInstanceState
from tradewind.engine.decisions import Ready
from tradewind.engine.limits import Limits, Refusal
from tradewind.scheduler.inbox import RunKey
from tradewind.telemetry import events

Entry = tuple[int, datetime, int, int, str]
"""(-priority, run_after, map index, arrival, attempt id): the heap's order."""


class _Candidate:
    """A ready task instance with the specs its limits stand in."""

    __slots__ = ("dag", "entry", "ready", "state", "task")

    def __init__(self, ready: Ready, task: TaskSpec, dag: DagSpec, arrival: int) -> None:
        self.ready, self.task, self.dag = ready, task, dag
        self.state = TaskInstanceState.QUEUED
        """Of one that is held: as what it counts. Deferred or awaiting input it has no executor's slot."""
        self.entry: Entry = (-ready.priority, ready.run_after, ready.map_index, arrival, ready.attempt_id)


class Capacity:
    """Hands out slots in order of priority and takes them back."""

    def __init__(
        self,
        limits: Limits,
        emit: events.Emit = lambda event: None,
        *,
        has_room: Callable[[str], bool] = lambda queue: True,
    ) -> None:
        """``has_room``: whether a host takes one more of that queue."""
        self.limits, self._emit, self._has_room = limits, emit, has_room
        self._crowded: set[str] = set()
        """Queues under which something is parked."""
        self._told: set[str] = set()
        """Reasons for which something can never start, that were told of already."""
        self._arrivals = 0
        self._heap: list[Entry] = []
        self._waiting: dict[str, _Candidate] = {}
        self._parked: dict[str, list[Entry]] = {}
        self._held: dict[str, _Candidate] = {}
        self._of_run: dict[RunKey, dict[str, None]] = {}
        self._freed: dict[str, None] = {}
        self._paused: set[str] = set()
        self._pause_free: set[RunKey] = set()

    # --- what waits -------------------------------------------------------------------------------

    def offer(self, ready: Ready, task: TaskSpec, dag: DagSpec) -> None:
        """A task instance is ready and wants a slot."""
        self._arrivals += 1
        candidate = _Candidate(ready, task, dag, self._arrivals)
        self._waiting[ready.attempt_id] = candidate
        self._of_run.setdefault((ready.dag_id, ready.run_id), {})[ready.attempt_id] = None
        heapq.heappush(self._heap, candidate.entry)

    def withdraw(self, attempt_id: str) -> None:
        """It is not ready any more."""
        candidate = self._waiting.pop(attempt_id, None)
        if candidate is not None:
            self._unlist(candidate.ready)

    def hold(self, ready: Ready, task: TaskSpec, dag: DagSpec, state: TaskInstanceState) -> None:
        """It has its slot already: read from the database in that state."""
        self.withdraw(ready.attempt_id)
        if ready.attempt_id not in self._held:
            candidate = _Candidate(ready, task, dag, 0)
            candidate.state = state
            self._take(candidate)

    def release(self, attempt_id: str) -> None:
        """It gave its slot back. Harmless for one that held none."""
        candidate = self._held.pop(attempt_id, None)
        if candidate is not None:
            self._unlist(candidate.ready)
            freed = self.limits.give_back(candidate.ready, candidate.task, candidate.dag, candidate.state)
            self._freed.update(dict.fromkeys(freed))

    def park(self, attempt_id: str, state: TaskInstanceState) -> None:
        """It waits for a trigger or a person now: the executor's slot is free, its task's own limits still
        count it.
        """
        candidate = self._held.get(attempt_id)
        if candidate is not None:
            self.release(attempt_id)
            candidate.state = state
            self._take(candidate)

    def holds(self, attempt_id: str) -> bool:
        """Whether it has a slot, or counts against a limit."""
        return attempt_id in self._held

    def forget_run(self, key: RunKey) -> None:
        """Drop all that is known of a run: its machine is about to be read again, or it is over."""
        self._pause_free.discard(key)
        for attempt_id in list(self._of_run.get(key, ())):
            self.withdraw(attempt_id)
            self.release(attempt_id)

    def held(self) -> Counter[RunKey]:
        """How many task instances of each run hold something."""
        return Counter((held.ready.dag_id, held.ready.run_id) for held in self._held.values())

    def pause(self, dag_id: str, paused: bool) -> None:
        """What waits of a paused DAG keeps waiting; what runs runs on."""
        if paused:
            self._paused.add(dag_id)
        elif dag_id in self._paused:
            self._paused.discard(dag_id)
            self.changed(_pause(dag_id))

    def ignore_pause(self, key: RunKey) -> None:
        """This run does not heed its DAG's pause."""
        self._pause_free.add(key)

    def changed(self, limit: str | None = None) -> None:
        """A limit was raised, a pool edited, a DAG unpaused: look at what that had parked (None: at all)."""
        self._freed.update(dict.fromkeys(self._parked if limit is None else (limit,)))

    def why_waiting(self, attempt_id: str) -> str | None:
        """The limit that a ready task instance waits for, in words; None if it is not ready or not seen."""
        candidate = self._waiting.get(attempt_id)
        if candidate is None:
            return None
        refusal = self._admit(candidate)
        return refusal.reason if refusal is not None else None

    # --- handing out ------------------------------------------------------------------------------

    def grant(self) -> Iterator[Ready]:
        """Everything that may start now, highest priority first. Its slots are taken as it is yielded; the
        caller takes its room on a host before it asks for the next.
        """
        for queue in [queue for queue in self._crowded if self._has_room(queue)]:
            self._crowded.discard(queue)
            self.changed(_queue(queue))
        while (candidate := self._next()) is not None:
            refusal = self._admit(candidate)
            if refusal is None:
                del self._waiting[candidate.ready.attempt_id]
                self._take(candidate)
                yield candidate.ready
            elif refusal.final_for_turn:
                heapq.heappush(self._heap, candidate.entry)
                return
            else:
                if refusal.limit == _queue(candidate.ready.queue):
                    self._crowded.add(candidate.ready.queue)
                self._park(candidate, refusal)

    def _admit(self, candidate: _Candidate) -> Refusal | None:
        dag_id, run_id = candidate.ready.dag_id, candidate.ready.run_id
        if dag_id in self._paused and (dag_id, run_id) not in self._pause_free:
            told = f"DAG {dag_id!r} is paused; 'airflow dags unpause {dag_id}' lets it go on"
            return Refusal(limit=_pause(dag_id), reason=told)
        refusal = self.limits.admit(candidate.ready, candidate.task, candidate.dag)
        queue = candidate.ready.queue
        if refusal is None and not self._has_room(queue):
            return Refusal(limit=_queue(queue), reason=f"no worker host has room for queue {queue!r}")
        return refusal

    def _next(self) -> _Candidate | None:
        """The best of the heap and of what was parked under limits that gave something back."""
        best: list[Entry] | None = self._heap if self._prune(self._heap) else None
        for limit in list(self._freed):
            parked = self._parked.get(limit)
            if parked is None or not self._prune(parked):
                self._freed.pop(limit, None)
                self._parked.pop(limit, None)
            elif best is None or parked[0] < best[0]:
                best = parked
        return None if best is None else self._waiting[heapq.heappop(best)[4]]

    def _prune(self, heap: list[Entry]) -> bool:
        """Drop entries of what no longer waits from the top; whether any is left."""
        while heap:
            candidate = self._waiting.get(heap[0][4])
            if candidate is not None and candidate.entry is heap[0]:
                return True
            heapq.heappop(heap)
        return False

    def _park(self, candidate: _Candidate, refusal: Refusal) -> None:
        heapq.heappush(self._parked.setdefault(refusal.limit, []), candidate.entry)
        self._freed.pop(refusal.limit, None)
        if refusal.hopeless and refusal.reason not in self._told:
            self._told.add(refusal.reason)
            ready = candidate.ready
            self._emit(
                events.TaskStuck(
                    dag_id=ready.dag_id, run_id=ready.run_id, task_id=ready.task_id, reason=refusal.reason
                )
            )

    def _take(self, candidate: _Candidate) -> None:
        self._held[candidate.ready.attempt_id] = candidate
        self._of_run.setdefault((candidate.ready.dag_id, candidate.ready.run_id), {})[
            candidate.ready.attempt_id
        ] = None
        self.limits.take(candidate.ready, candidate.task, candidate.dag, candidate.state)

    def _unlist(self, ready: Ready) -> None:
        key = (ready.dag_id, ready.run_id)
        attempts = self._of_run.get(key)
        if attempts is not None:
            attempts.pop(ready.attempt_id, None)
            if not attempts:
                del self._of_run[key]


def _pause(dag_id: str) -> str:
    return f"pause:{dag_id}"


def _queue(queue: str) -> str:
    return f"queue:{queue}"
