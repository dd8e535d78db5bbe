"""Pure questions about the tasks of a DAG as a graph: order, circles, neighbours."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from tradewind.domain.errors import AirflowDagCycleException


def topological(tasks: Mapping[str, Any], dag_id: str = "") -> list[Any]:
    """The tasks in an order in which each comes after its upstream tasks, equal ones as they were made.

    Raises AirflowDagCycleException, which names the tasks of one circle.
    """
    waiting = {task_id: len(task.upstream_task_ids & tasks.keys()) for task_id, task in tasks.items()}
    free = deque(task_id for task_id, count in waiting.items() if count == 0)
    order = []
    place = {task_id: index for index, task_id in enumerate(tasks)}
    while free:
        task = tasks[free.popleft()]
        order.append(task)
        for down in sorted(task.downstream_task_ids & tasks.keys(), key=place.__getitem__):
            waiting[down] -= 1
            if waiting[down] == 0:
                free.append(down)
    if len(order) < len(tasks):
        raise AirflowDagCycleException(
            dag_id, _circle(tasks, {t for t, count in waiting.items() if count > 0})
        )
    return order


def _circle(tasks: Mapping[str, Any], stuck: set[str]) -> list[str]:
    """One circle among the tasks that never became free."""
    task_id = min(stuck)
    path: list[str] = []
    while task_id not in path:
        path.append(task_id)
        task_id = min(tasks[task_id].upstream_task_ids & stuck)
    circle = path[path.index(task_id) :]
    circle.reverse()
    return [*circle, circle[0]]


def reach(tasks: Mapping[str, Any], start: Iterable[str], *, upstream: bool) -> set[str]:
    """Ids of everything upstream (or downstream) of the tasks ``start``, without those themselves unless
    reached.
    """
    found: set[str] = set()
    todo = list(start)
    while todo:
        task = tasks[todo.pop()]
        near = task.upstream_task_ids if upstream else task.downstream_task_ids
        fresh = near - found
        found |= fresh
        todo.extend(fresh & tasks.keys())
    return found
