"""A run's task instances as user code may know them."""

from __future__ import annotations

from collections.abc import Mapping

from tradewind.domain.messages.data import TaskInstanceFacts
from tradewind.domain.spec import TaskSpec
from tradewind.engine.machine import InstanceView, RunMachine


def instances(machine: RunMachine, tasks: Mapping[str, TaskSpec]) -> list[TaskInstanceFacts]:
    """All whose task is there still, by task and map index."""
    views = sorted(machine.instances(), key=lambda view: (view.task_id, view.map_index))
    return [_facts(view, tasks[view.task_id]) for view in views if view.task_id in tasks]


def _facts(view: InstanceView, task: TaskSpec) -> TaskInstanceFacts:
    start, end = view.start_date, view.end_date
    return TaskInstanceFacts(
        id=view.attempt_id, task_id=view.task_id, map_index=view.map_index,
        state=None if view.state is None else str(view.state),
        try_number=view.try_number, max_tries=view.max_tries, start_date=start, end_date=end,
        duration=(end - start).total_seconds() if start is not None and end is not None else None,
        operator=task.operator, pool=task.pool, queue=task.queue,
    )  # fmt: skip
