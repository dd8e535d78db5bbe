"""Events of one run: each passes the fence, or is refused, and moves its task instance on."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tradewind.domain import events
from tradewind.domain.states import TaskInstanceState
from tradewind.engine import expansion, inputs, outcome, readiness, retry, tries
from tradewind.engine.board import Board
from tradewind.engine.decisions import Callback, Reschedule, Reset, Retry, Start
from tradewind.engine.facts import ALL_DOWNSTREAM
from tradewind.engine.graph import reach
from tradewind.engine.instances import NO_TASK, Instance

T = TaskInstanceState

FAIL_METHOD = "__fail__"
"""``next_method`` of a deferred task whose trigger failed or ran out of time."""


class Reports:
    """Takes the events of one run in."""

    __slots__ = ("_board", "_lost_limit")

    def __init__(self, board: Board, lost_limit: int) -> None:
        self._board = board
        self._lost_limit = lost_limit

    # --- started ----------------------------------------------------------------------------------

    def started(self, event: events.TaskStarted) -> bool:
        """queued → running. A late or second one changes nothing; one of another dispatch is refused."""
        instance = self._current(event.attempt_id, event.dispatch)
        if instance is None:
            return False
        if instance.state is T.QUEUED:
            self._start(instance, event.at, event)
        elif instance.state is T.RESTARTING:
            tries.stop(self._board, instance)
        return True

    def _start(self, instance: Instance, at: datetime, event: events.TaskStarted | None) -> None:
        self._board.move(instance, T.RUNNING)
        instance.handed_over = at
        if instance.start_date is None:
            instance.start_date = at
        self._board.out.starts.append(
            Start(
                attempt_id=instance.attempt_id,
                at=at,
                hostname=event.hostname if event else "",
                pid=event.pid if event else 0,
                unixname=event.unixname if event else "",
            )
        )

    def _current(self, attempt_id: str, dispatch: int) -> Instance | None:
        """The fence: the instance, if this attempt and dispatch is the one that is out now."""
        instance = self._board.by_attempt.get(attempt_id)
        if instance is None or instance.dispatch != dispatch:
            return None
        return instance if instance.state in (T.QUEUED, T.RUNNING, T.RESTARTING) else None

    # --- finished ---------------------------------------------------------------------------------

    def finished(self, event: events.TaskFinished, now: datetime) -> bool:
        """A dispatch ended. Refused unless it is the one that is out now."""
        instance = self._current(event.attempt_id, event.dispatch)
        if instance is None:
            return False
        end = event.outcome
        if instance.state is T.RESTARTING:
            self._reset(instance)
        elif isinstance(end, events.Lost):
            self._lost(instance, event.at, end.reason, now)
        else:
            if instance.state is T.QUEUED:
                self._start(instance, event.at, None)
            self._end(instance, event.at, end, now)
        return True

    def _end(self, instance: Instance, at: datetime, end: events.Outcome, now: datetime) -> None:
        if isinstance(end, events.Succeeded):
            if end.uncalled or end.calling:
                self._call(instance, "success", "", calling=end.calling)
            self._succeeded(instance, at, end, now)
        elif isinstance(end, events.Failed):
            self._failed(instance, at, end, now)
        elif isinstance(end, events.Skipped):
            if end.uncalled:
                self._call(instance, "skipped", end.reason)
            tries.finish(self._board, instance, T.SKIPPED, at, reason=end.reason)
        elif instance.task == NO_TASK:
            # It would go on with code that is not there any more.
            tries.drop(self._board, instance, T.REMOVED, at, "its task is not in the DAG any more")
        elif isinstance(end, events.Rescheduled):
            self._rescheduled(instance, at, end)
        elif isinstance(end, events.Deferred):
            self._deferred(instance, at, end)
        elif isinstance(end, events.AwaitingInput):
            inputs.park(self._board, instance, end, at)

    def _succeeded(self, instance: Instance, at: datetime, end: events.Succeeded, now: datetime) -> None:
        board = self._board
        tries.finish(board, instance, T.SUCCESS, at)
        if instance.task == NO_TASK:
            return
        expansion.learn(board, instance, end.lengths, silent=end.silent)
        if end.skip or end.skip_all_downstream or instance.map_index in board.skips.get(instance.task_id, ()):
            self._skip_downstream(instance, end, now)

    def _skip_downstream(self, instance: Instance, end: events.Succeeded, now: datetime) -> None:
        """Skip what a branch did not choose, and remember it for when those tasks are cleared."""
        board, graph = self._board, self._board.graph
        chosen = [graph.index[task_id] for task_id in end.skip if task_id in graph.index]
        if end.skip_all_downstream:
            below = reach([instance.task], graph.downstream)
            chosen += [task for task in below if not graph.tasks[task].is_teardown]
        remembered = {*end.skip, ALL_DOWNSTREAM} if end.skip_all_downstream else end.skip
        board.skips.setdefault(instance.task_id, {})[instance.map_index] = frozenset(remembered)
        for task in chosen:
            shared = graph.shared(instance.task, task)
            for each in list(board.gates.under(task, instance.path[:shared])):
                if readiness.follows(instance, each) and each.state in _MAY_BE_SKIPPED:
                    tries.drop(board, each, T.SKIPPED, now, f"task {instance.task_id!r} chose another branch")

    def _failed(self, instance: Instance, at: datetime, end: events.Failed, now: datetime) -> None:
        board = self._board
        spec = board.graph.tasks[instance.task] if instance.task != NO_TASK else None
        tries_left = spec is not None and retry.may_retry(spec, instance.try_number, instance.max_tries)
        retried = end.may_retry and tries_left
        if end.uncalled:
            self._call(instance, "retry" if retried else "failure", end.reason)
        if retried:
            self._up_for_retry(instance, at, end.retry_delay, end.reason)
            board.wait(instance)
        else:
            self._final_failure(instance, at, end.reason, now)

    def _call(self, instance: Instance, end: str, reason: str, *, calling: bool = False) -> None:
        """Have the task's callbacks and mail of that end done by a process of their own, unless the task's
        is ``calling`` them and comes to an end. What it may call besides, listeners, nobody else can.
        """
        if instance.task == NO_TASK:
            return
        spec = self._board.graph.tasks[instance.task]
        mail = {"failure": spec.email_on_failure, "retry": spec.email_on_retry}.get(end, False)
        if end in spec.callbacks or (spec.email and mail):
            called = Callback(
                kind=f"task_{end}", attempt_id=instance.attempt_id, reason=reason, calling=calling
            )
            self._board.out.callbacks.append(called)

    def _final_failure(self, instance: Instance, at: datetime, reason: str, now: datetime) -> None:
        board = self._board
        tries.finish(board, instance, T.FAILED, at, reason=reason)
        if board.graph.spec.fail_fast:
            outcome.fail_fast(board, instance.task_id, now)

    def _up_for_retry(self, instance: Instance, at: datetime, override: float | None, reason: str) -> None:
        self._board.move(instance, T.UP_FOR_RETRY)
        instance.end_date = at
        instance.retry_delay_override = override
        self._board.out.retries.append(
            Retry(
                attempt_id=instance.attempt_id,
                at=at,
                duration=tries.duration(instance, at),
                retry_delay=override,
                reason=reason,
            )
        )

    def _rescheduled(self, instance: Instance, at: datetime, end: events.Rescheduled) -> None:
        board = self._board
        board.move(instance, T.UP_FOR_RESCHEDULE)
        instance.end_date, instance.until = at, end.until
        board.wait(instance)
        start = instance.handed_over or at
        board.out.reschedules.append(
            Reschedule(attempt_id=instance.attempt_id, start=start, at=at, until=end.until)
        )

    def _deferred(self, instance: Instance, at: datetime, end: events.Deferred) -> None:
        tries.defer(self._board, instance, end, at)

    def _reset(self, instance: Instance) -> None:
        """The process of a task instance that was cleared while it ran has ended."""
        board = self._board
        if instance.task != NO_TASK:
            instance.max_tries = instance.try_number + board.graph.tasks[instance.task].retries
            chain = board.graph.chains[instance.task]
            board.fed.update((number, instance.path[:level]) for level, number in enumerate(chain))
        board.move(instance, None)
        board.out.resets.append(Reset(attempt_id=instance.attempt_id, max_tries=instance.max_tries))

    # --- lost -------------------------------------------------------------------------------------

    def _lost(self, instance: Instance, at: datetime, reason: str, now: datetime) -> None:
        board = self._board
        spec = board.graph.tasks[instance.task] if instance.task != NO_TASK else None
        if spec is None:
            self._final_failure(instance, at, f"lost: {reason}; its task is not in the DAG any more", now)
        elif spec.on_lost == "fail":
            self._lost_for_good(instance, at, f'lost: {reason}; on_lost="fail" forbids to repeat it', now)
        elif instance.lost >= self._lost_limit:
            told = f"lost: {reason}; it was lost {instance.lost} times before, and lost_attempt_limit is "
            self._lost_for_good(instance, at, f"{told}{self._lost_limit}", now)
        else:
            self._up_for_retry(instance, at, 0.0, f"lost: {reason}; repeated without using a retry")
            board.repeats.append(instance)

    def _lost_for_good(self, instance: Instance, at: datetime, reason: str, now: datetime) -> None:
        self._call(instance, "failure", reason)
        self._final_failure(instance, at, reason, now)

    # --- deferral ---------------------------------------------------------------------------------

    def fired(self, event: events.TriggerFired, now: datetime) -> bool:
        """deferred → scheduled, with the event for the method that resumes; or straight to an end."""
        instance = self._board.by_attempt.get(event.attempt_id)
        if instance is None or instance.state is not T.DEFERRED:
            return False
        if event.dispatch is not None and event.dispatch != instance.dispatch:
            return False
        if event.ends is not None:
            self._ended_by_trigger(instance, event, event.ends, now)
        elif event.error is not None:
            failure = {"error": "Trigger failure", "traceback": event.error.splitlines()}
            self._resume(instance, FAIL_METHOD, failure, now)
        else:
            kwargs = json.loads(instance.next_kwargs or "{}")
            kwargs["event"] = json.loads(event.payload)
            self._resume(instance, instance.next_method, kwargs, now)
        return True

    def _ended_by_trigger(
        self, instance: Instance, event: events.TriggerFired, end: str, now: datetime
    ) -> None:
        """No process ran at the end, so that another one has to call the task's callbacks."""
        reason = "" if end == T.SUCCESS else "its trigger said so"
        self._call(instance, {T.FAILED: "failure"}.get(T(end), end), reason)
        if end == T.SUCCESS:
            succeeded = events.Succeeded(lengths=event.lengths, silent=event.silent)
            self._succeeded(instance, event.at, succeeded, now)
        elif end == T.SKIPPED:
            tries.finish(self._board, instance, T.SKIPPED, event.at, reason=reason)
        else:
            self._final_failure(instance, event.at, reason, now)

    def trigger_timed_out(self, instance: Instance, now: datetime) -> None:
        """deferred → scheduled: the worker fails the task, so that its callbacks run there."""
        self._resume(instance, FAIL_METHOD, {"error": "Trigger timeout"}, now)

    def _resume(self, instance: Instance, method: str | None, kwargs: dict[str, Any], now: datetime) -> None:
        instance.next_method = method
        instance.next_kwargs = json.dumps(kwargs, separators=(",", ":"))
        instance.trigger_timeout = None
        tries.schedule(self._board, instance, now)


_MAY_BE_SKIPPED = frozenset(
    {
        None, T.SCHEDULED, T.QUEUED, T.UP_FOR_RETRY, T.UP_FOR_RESCHEDULE, T.DEFERRED, T.AWAITING_INPUT,
        T.UPSTREAM_FAILED,
    }
)  # fmt: skip
"""A branch skips what has not run; it changes nothing about what runs or has ended by itself. What failed
with another task above is skipped too: whichever of the two ends first, the outcome is the same."""
