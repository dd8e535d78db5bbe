"""One run: events in, decisions out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

import msgspec

from tradewind.domain import events
from tradewind.domain.errors import IllegalMove
from tradewind.domain.states import (
    ACTIVE_FOR_TASK_LIMIT,
    FAILED_STATES,
    FINISHED_RUN,
    OCCUPIES_SLOT,
    SUCCESS_STATES,
    DagRunState,
    TaskInstanceState,
    check_run_move,
)
from tradewind.engine import clearing, inputs, outcome, readiness, retry, tries
from tradewind.engine.board import Board
from tradewind.engine.decisions import Callback, Decisions, Queue, Ready, RunMove, Unqueue
from tradewind.engine.facts import InstanceFacts, RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.instances import NO_TASK, Instance
from tradewind.engine.reconcile import reconcile
from tradewind.engine.reports import Reports

T = TaskInstanceState


class InstanceView(clearing.Row, Protocol):
    """What a machine shows of a task instance. It changes with the machine; keep nothing but values."""

    @property
    def path(self) -> tuple[int, ...]: ...
    @property
    def attempt_id(self) -> str: ...
    @property
    def lost(self) -> int: ...
    @property
    def start_date(self) -> datetime | None: ...
    @property
    def end_date(self) -> datetime | None: ...
    @property
    def due(self) -> datetime | None: ...
    @property
    def next_method(self) -> str | None: ...
    @property
    def next_kwargs(self) -> str | None: ...


class RunMachine:
    """Decides about one run. A cache: throw it away and build it again whenever in doubt."""

    __slots__ = ("_board", "_not_before", "_reports", "_stale", "_start_date", "_state")

    def __init__(
        self,
        graph: Graph,
        run: RunFacts,
        instances: Sequence[InstanceFacts],
        *,
        new_attempt: Callable[[datetime], str],
        lost_limit: int = 3,
    ) -> None:
        self._board = Board(graph, run, instances, new_attempt)
        self._reports = Reports(self._board, lost_limit)
        self._state = run.state
        self._start_date = run.start_date
        self._stale = True
        """Whether the task instances have yet to be brought in line with the graph."""
        self._not_before = run.logical_date
        """A run of a logical date in the future waits for that date. None once that is past."""

    # --- what happens -----------------------------------------------------------------------------

    def apply(self, event: events.Event, now: datetime) -> bool:
        """Take an event in. False: it belongs to an older attempt or dispatch, and changed nothing."""
        if isinstance(event, events.TaskFinished):
            return self._reports.finished(event, now)
        if isinstance(event, events.TaskStarted):
            return self._reports.started(event)
        if isinstance(event, events.TriggerFired):
            return self._reports.fired(event, now)
        if isinstance(event, events.InputGiven):
            return inputs.answered(self._board, event)
        if isinstance(event, events.PastMoved):
            self._past_moved(event)
            return True
        return False

    def start(self, now: datetime) -> None:
        """queued → running. Raises IllegalMove for a run that is not queued."""
        if self._state is not DagRunState.QUEUED:
            raise IllegalMove(f"Run {self._board.run.run_id!r}", self._state, DagRunState.RUNNING)
        self._start_date = now
        self._move_run(DagRunState.RUNNING, now, "")

    def regraph(self, graph: Graph, now: datetime) -> None:
        """Go on with another version of the DAG: the next decision adds, removes and re-times tasks."""
        self._board.load(graph)
        self._stale = True

    def queue(self, attempt_id: str, now: datetime) -> Queue:
        """scheduled → queued: a slot was granted. The decision is returned, not kept for ``decide``.

        A turn is *apply, decide, queue*: what ``decide`` told of the attempt is written before this.

        Raises IllegalMove for an attempt that is not in ``ready``.
        """
        board = self._board
        if attempt_id not in board.ready:
            known = board.by_attempt.get(attempt_id)
            raise IllegalMove(f"Attempt {attempt_id!r}", known.state if known else "unknown", T.QUEUED)
        instance, ready = board.by_attempt[attempt_id], board.ready[attempt_id]
        board.move(instance, T.QUEUED)
        instance.dispatch += 1
        instance.pool, instance.pool_slots = ready.pool, ready.pool_slots
        instance.answer = instance.fallback = None  # of what an earlier dispatch asked
        return Queue(
            attempt_id=attempt_id, at=now, dispatch=instance.dispatch, pool=ready.pool,
            pool_slots=ready.pool_slots,
        )  # fmt: skip

    def unqueue(self, attempt_id: str) -> Unqueue | None:
        """queued → scheduled: the executor gave it back. None where it is not queued (any more).

        One whose task has left the DAG is not in ``ready`` then: the next decision removes it.
        """
        board = self._board
        instance = board.by_attempt.get(attempt_id)
        if instance is None or instance.state is not T.QUEUED:
            return None
        board.move(instance, T.SCHEDULED)
        if instance.task == NO_TASK:
            self._stale = True  # the next decision removes it
        else:
            board.ready[attempt_id] = board.demand(instance)
        return Unqueue(attempt_id=attempt_id)

    # --- what follows -----------------------------------------------------------------------------

    def decide(self, now: datetime) -> Decisions:
        """Everything that follows from what happened since the last call, and from the time."""
        board = self._board
        if self._state is DagRunState.RUNNING:
            self._advance(now)
        return board.drain()

    def next_wake(self) -> datetime | None:
        """When to call ``decide`` again though nothing happened."""
        if self._state is not DagRunState.RUNNING:
            return None
        moments = (self._board.timers.next(), self._deadline(), self._not_before)
        return min((moment for moment in moments if moment is not None), default=None)

    def _advance(self, now: datetime) -> None:
        board = self._board
        if self._stale:
            self._stale = False
            reconcile(board, now)
        deadline = self._deadline()
        if deadline is not None and deadline <= now:
            outcome.time_out(board, now)
            self._end(DagRunState.FAILED, now, outcome.TIMED_OUT)
            return
        tries.repeat_lost(board, now)
        inputs.resume_answered(board, now)
        self._wake_due(now)
        if self._not_before is not None:
            if now < self._not_before:
                return
            self._not_before = None
        readiness.settle(board, now)
        end = outcome.judge(board)
        if end is not None:
            self._end(end[0], now, end[1])

    def _wake_due(self, now: datetime) -> None:
        for instance in self._board.timers.pop_due(now):
            if instance.state is T.DEFERRED:
                self._reports.trigger_timed_out(instance, now)
            elif instance.state is T.AWAITING_INPUT:
                inputs.expire(self._board, instance, now)
            else:
                self._board.gates.hold(instance)

    def _end(self, state: DagRunState, now: datetime, reason: str) -> None:
        self._move_run(state, now, reason)
        kind = "success" if state is DagRunState.SUCCESS else "failure"
        if kind in self._board.graph.spec.callbacks:
            last = self._last_to_end(state)
            self._board.out.callbacks.append(Callback(kind=f"dag_{kind}", attempt_id=last, reason=reason))

    def _last_to_end(self, state: DagRunState) -> str | None:
        """The attempt that a callback of the DAG gets to see: of a failed run, one that failed."""
        ended = [each for each in self._board.instances if each.end_date is not None]
        if state is DagRunState.FAILED:
            ended = [each for each in ended if each.state in FAILED_STATES] or ended
        newest = max(ended, key=lambda each: (each.end_date, each.attempt_id), default=None)
        return newest.attempt_id if newest is not None else None

    def _move_run(self, state: DagRunState, now: datetime, reason: str) -> None:
        check_run_move(self._state, state)
        self._state = state
        self._board.out.run.append(RunMove(state=state, at=now, reason=reason))

    def _deadline(self) -> datetime | None:
        timeout = self._board.graph.spec.dagrun_timeout
        if timeout is None or self._start_date is None:
            return None
        return retry.due(self._start_date, timeout)

    def _past_moved(self, event: events.PastMoved) -> None:
        board = self._board
        if not event.met:
            board.past_unmet.add(event.task_id)
            return
        board.past_unmet.discard(event.task_id)
        task = board.graph.index.get(event.task_id)
        if task is not None:
            board.gates.touch_task(task)

    # --- what is --------------------------------------------------------------------------------------

    @property
    def state(self) -> DagRunState:
        """The state of the run."""
        return self._state

    @property
    def finished(self) -> bool:
        """Whether the run has ended."""
        return self._state in FINISHED_RUN

    @property
    def graph(self) -> Graph:
        """The DAG version that decides."""
        return self._board.graph

    @property
    def run(self) -> RunFacts:
        """What the machine was told about its run."""
        return self._board.run

    @property
    def start_date(self) -> datetime | None:
        """When the run started."""
        return self._start_date

    @property
    def ready(self) -> Mapping[str, Ready]:
        """Attempt id to what it needs, for each task instance that waits for a slot; a live view."""
        return MappingProxyType(self._board.ready)

    def instance(self, attempt_id: str) -> InstanceView | None:
        """The task instance whose current attempt this is."""
        return self._board.by_attempt.get(attempt_id)

    def instances(self) -> Iterable[InstanceView]:
        """All task instances."""
        return self._board.instances

    def demand(self, attempt_id: str) -> Ready:
        """What that attempt asks of capacity, or holds. Raises KeyError for one that is not known."""
        return self._board.demand(self._board.by_attempt[attempt_id])

    def expanded(self, task_id: str) -> int | None:
        """How many instances a mapped task has; None for one that is not mapped, or not yet expanded."""
        task = self._board.graph.index.get(task_id)
        return None if task is None else self._board.expanded(task)

    def holding(self) -> Iterator[tuple[Ready, TaskInstanceState]]:
        """(what it holds, its state) for each instance that counts against limits, to load ``Limits``."""
        for instance in self._board.instances:
            state = instance.state
            if state is not None and state in ACTIVE_FOR_TASK_LIMIT:
                held = self._board.demand(instance)
                if state in OCCUPIES_SLOT:  # of the pool that it was handed out from, whatever the file says
                    held = msgspec.structs.replace(held, pool=instance.pool, pool_slots=instance.pool_slots)
                yield held, state

    def past_for(self, task_id: str) -> bool:
        """What this run says to the next one: has the task, as far as it depends on the past, succeeded?

        Where the task waits for downstream, its direct downstream tasks must have succeeded too. A task that
        has no instance here does not hold the next run up, unless it may not ignore its first run.
        """
        board = self._board
        task = board.graph.index.get(task_id)
        if task is None:
            return True
        spec = board.graph.tasks[task]
        mine = board.by_task[task]
        if not mine:
            return spec.ignore_first_depends_on_past
        asked = [mine]
        if spec.wait_for_downstream:
            asked += [board.by_task[below] for below in board.graph.downstream[task]]
        return all(_succeeded(instances) for instances in asked)


def _succeeded(instances: Sequence[Instance]) -> bool:
    return all(instance.state in SUCCESS_STATES for instance in instances)
