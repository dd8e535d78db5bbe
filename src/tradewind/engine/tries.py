"""How a task instance gets its tries: scheduled, handed out, taken back, repeated."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tradewind.domain.events import Deferred
from tradewind.domain.states import TaskInstanceState
from tradewind.engine import retry
from tradewind.engine.board import Board
from tradewind.engine.decisions import Defer, Finish, NewTry, Schedule
from tradewind.engine.graph import common
from tradewind.engine.instances import NO_TASK, Instance

T = TaskInstanceState

_SENT_ON: Final = frozenset({T.UP_FOR_RETRY, T.UP_FOR_RESCHEDULE, T.DEFERRED, T.AWAITING_INPUT, T.SCHEDULED})


def begin(board: Board, instance: Instance, now: datetime) -> None:
    """Everything is met but a slot: schedule a new try, or the same one after a reschedule.

    A new try of a task that starts from its trigger needs no slot before that fires.
    """
    if instance.state is T.UP_FOR_RESCHEDULE:
        schedule(board, instance, now)
        return
    _raise_try(board, instance, now)
    start = board.graph.tasks[instance.task].start_trigger
    if start is None:
        schedule(board, instance, now)
    else:
        instance.start_date = now
        defer(board, instance, Deferred(**start), now)


def repeat_lost(board: Board, now: datetime) -> None:
    """Begin a new try in place of each whose end nobody knows; it uses up none of the retries."""
    repeats, board.repeats = board.repeats, []
    for instance in repeats:
        if instance.state is T.UP_FOR_RETRY and instance.task != NO_TASK:
            instance.max_tries += 1
            instance.lost += 1
            begin(board, instance, now)


def schedule(board: Board, instance: Instance, now: datetime) -> None:
    """→ scheduled, within the current try."""
    board.move(instance, T.SCHEDULED)
    ready = board.demand(instance)
    board.ready[instance.attempt_id] = ready
    board.out.schedules.append(
        Schedule(
            attempt_id=instance.attempt_id,
            at=now,
            try_number=instance.try_number,
            priority=ready.priority,
            resume=instance.next_kwargs,
            next_method=instance.next_method,
        )
    )


def defer(board: Board, instance: Instance, trigger: Deferred, at: datetime) -> None:
    """→ deferred, until the trigger fires or its time is over."""
    board.move(instance, T.DEFERRED)
    instance.next_method, instance.next_kwargs = trigger.next_method, trigger.next_kwargs
    instance.trigger_timeout = None if trigger.timeout is None else retry.due(at, trigger.timeout)
    board.wait(instance)
    board.out.defers.append(
        Defer(
            attempt_id=instance.attempt_id,
            at=at,
            trigger=trigger,
            timeout_at=instance.trigger_timeout,
            try_number=instance.try_number,
        )
    )


def end_without_process(board: Board, instance: Instance, now: datetime, reason: str = "") -> None:
    """→ success of a try that needs no process: an empty operator, or a run that only marks."""
    instance.try_number += 1
    instance.start_date = now
    finish(board, instance, T.SUCCESS, now, reason=reason, start=now)
    if instance.task in board.graph.counted:
        board.silent.setdefault(instance.task_id, set()).add(instance.map_index)


def finish(
    board: Board,
    instance: Instance,
    state: TaskInstanceState,
    at: datetime,
    *,
    reason: str = "",
    counted: bool = True,
    start: datetime | None = None,
) -> None:
    """→ a finished state. ``start`` is the start date to record where the row has none."""
    ran = instance.state is T.RUNNING
    board.move(instance, state)
    instance.end_date = at
    feed(board, instance)
    board.out.finishes.append(
        Finish(
            attempt_id=instance.attempt_id,
            state=state,
            at=at,
            start=start,
            duration=duration(instance, at),
            reason=reason,
            counted=counted,
            try_number=instance.try_number,
            ran=ran,
        )
    )


def feed(board: Board, instance: Instance) -> None:
    """Have the groups looked at that are mapped over a task of which an instance has just ended."""
    graph = board.graph
    for number in graph.feeds.get(instance.task, ()):
        level = common(graph.groups[number].chain, graph.chains[instance.task])
        board.fed.add((number, instance.path[:level]))


def drop(board: Board, instance: Instance, state: TaskInstanceState, at: datetime, reason: str) -> None:
    """→ a finished state that nobody worked for; a process that is there must end."""
    stop(board, instance)
    if instance.state in _SENT_ON:
        board.withdrawn.add(instance.attempt_id)
    finish(board, instance, state, at, reason=reason, counted=False)


def stop(board: Board, instance: Instance) -> None:
    """Have the instance's process ended, if there may be one."""
    if instance.state in (T.QUEUED, T.RUNNING, T.RESTARTING):
        board.out.stops.append((instance.attempt_id, instance.dispatch))


def duration(instance: Instance, at: datetime) -> float | None:
    """Seconds since the try started, not below zero (clocks step); None where it never started."""
    if instance.start_date is None:
        return None
    return max(0.0, (at - instance.start_date).total_seconds())


def _raise_try(board: Board, instance: Instance, now: datetime) -> None:
    """The next try: a new attempt, except for the first one, which has the id of its row."""
    if instance.state is None:
        instance.lost = 0  # a person's clear gives it a fresh start
    instance.try_number += 1
    instance.start_date = instance.handed_over = instance.end_date = None
    instance.until = instance.trigger_timeout = instance.retry_delay_override = None
    instance.next_method = instance.next_kwargs = instance.answer = instance.fallback = None
    if instance.try_number == 1:
        return
    old = instance.attempt_id
    del board.by_attempt[old]
    instance.attempt_id = board.new_attempt(now)
    instance.dispatch = 0
    board.by_attempt[instance.attempt_id] = instance
    board.out.new_tries.append(
        NewTry(
            attempt_id=old,
            new_attempt_id=instance.attempt_id,
            try_number=instance.try_number,
            max_tries=instance.max_tries,
            lost=instance.lost,
        )
    )
