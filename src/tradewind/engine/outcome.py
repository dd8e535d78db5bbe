"""How a run ends: by its leaves, by its time, by its first failure, or stuck."""

from __future__ import annotations

from datetime import datetime

from tradewind.domain.states import FINISHED, DagRunState, TaskInstanceState
from tradewind.engine import tries
from tradewind.engine.board import Board

T = TaskInstanceState

SUCCESS = "success"
TASK_FAILURE = "task_failure"
DEADLOCK = "all_tasks_deadlocked"
TIMED_OUT = "timed_out"


def judge(board: Board) -> tuple[DagRunState, str] | None:
    """(end state, reason) of a run that has come to its end; None while it goes on."""
    if not board.unfinished:
        if board.failed_leaves:
            return DagRunState.FAILED, TASK_FAILURE
        return DagRunState.SUCCESS, SUCCESS
    if board.idle_only() and not _past_may_move(board):
        return DagRunState.FAILED, DEADLOCK
    return None


def time_out(board: Board, now: datetime) -> None:
    """The run took too long: whatever is unfinished is skipped."""
    for instance in list(board.instances):
        if instance.state not in FINISHED:
            tries.drop(board, instance, T.SKIPPED, now, "the run took longer than its dagrun_timeout")


def fail_fast(board: Board, task_id: str, now: datetime) -> None:
    """A task of a fail-fast DAG failed: running ones fail, others are skipped, teardowns go on."""
    reason = f"fail_fast: task {task_id!r} failed"
    for instance in list(board.instances):
        if instance.state in FINISHED or _is_teardown(board, instance.task):
            continue
        running = instance.state in (T.RUNNING, T.RESTARTING)
        tries.drop(board, instance, T.FAILED if running else T.SKIPPED, now, reason)


def _is_teardown(board: Board, task: int) -> bool:
    return task >= 0 and board.graph.tasks[task].is_teardown


def _past_may_move(board: Board) -> bool:
    """Whether some task waits for the previous run, which may yet let it go."""
    index = board.graph.index
    return any(
        instance.state not in FINISHED
        for task_id in board.past_unmet
        if task_id in index
        for instance in board.by_task[index[task_id]]
    )
