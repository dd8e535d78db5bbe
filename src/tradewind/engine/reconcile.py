"""Bringing a run's task instances in line with its DAG version: added, removed and restored tasks."""

from __future__ import annotations

from datetime import datetime

from tradewind.domain.states import FINISHED, TaskInstanceState
from tradewind.engine import expansion, tries
from tradewind.engine.board import Board
from tradewind.engine.decisions import Expand
from tradewind.engine.instances import NO_TASK

T = TaskInstanceState


def reconcile(board: Board, now: datetime) -> None:
    """Add instances of new tasks, remove those of tasks that are gone, and expand what can be expanded.

    A queued or running attempt of a task that is gone finishes on its own code, and what has finished keeps
    its result.
    """
    _remove(board, now)
    _restore(board)
    _add(board, now)
    board.fed.update((number, ()) for number in range(len(board.graph.groups)))


def _remove(board: Board, now: datetime) -> None:
    run = board.run
    for instance in list(board.instances):
        state = instance.state
        if state in FINISHED or state in (T.QUEUED, T.RUNNING):
            continue
        if instance.task == NO_TASK:
            gone = instance.task_id not in board.graph.index
            told = "its task is not in the DAG any more" if gone else "its task is not part of this run"
            tries.drop(board, instance, T.REMOVED, now, told)
        elif state is None and len(instance.path) > len(board.graph.mappings[instance.task]):
            tries.drop(board, instance, T.REMOVED, now, "its task is not mapped like that any more")
        elif state is None and not board.graph.takes_part(instance.task, run.logical_date, run.run_type):
            told = f"logical date {run.logical_date} lies outside the task's start and end date"
            tries.drop(board, instance, T.REMOVED, now, told)


def _restore(board: Board) -> None:
    run = board.run
    for instance in board.instances:
        if instance.state is not T.REMOVED or instance.task == NO_TASK:
            continue
        alone = len(board.by_task[instance.task]) == 1
        if (
            (alone or not board.graph.mappings[instance.task])
            and not instance.path
            and board.graph.takes_part(instance.task, run.logical_date, run.run_type)
        ):
            expansion.restore(board, instance)


def _add(board: Board, now: datetime) -> None:
    """Instances of tasks that have none. A mapped one begins unexpanded."""
    run = board.run
    for task, spec in enumerate(board.graph.tasks):
        depth = len(board.graph.mappings[task])
        there = any(len(instance.path) <= depth for instance in board.by_task[task])
        if there or not board.graph.takes_part(task, run.logical_date, run.run_type):
            continue
        if run.only_tasks is not None and spec.task_id not in run.only_tasks:
            continue
        instance = board.add(task, -1, board.new_attempt(now))
        board.out.expansions.append(
            Expand(task_id=spec.task_id, template=None, map_indexes=(-1,), attempt_ids=(instance.attempt_id,))
        )
