"""Task instances that time alone moves on: retries, reschedules, waits with a time-out."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime

from tradewind.domain.states import TaskInstanceState
from tradewind.engine import retry
from tradewind.engine.facts import RunFacts
from tradewind.engine.graph import Graph
from tradewind.engine.instances import Instance

T = TaskInstanceState


def due_at(instance: Instance, graph: Graph, run: RunFacts) -> datetime | None:
    """When time alone moves the instance on, by the current spec; None where it waits for no time."""
    state = instance.state
    if state is T.UP_FOR_RESCHEDULE:
        return instance.until or instance.end_date or run.run_after
    if state in (T.DEFERRED, T.AWAITING_INPUT):
        return instance.trigger_timeout
    if state is not T.UP_FOR_RETRY:
        return None
    seconds = retry.delay(
        graph.tasks[instance.task],
        dag_id=run.dag_id,
        logical_date=run.logical_date,
        try_number=instance.try_number,
        override=instance.retry_delay_override,
    )
    return retry.due(instance.end_date or run.run_after, seconds)


class Timers:
    """A heap of due times. An entry counts only while the instance's ``due`` is the one it was made with."""

    __slots__ = ("_heap", "_ticket")

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Instance]] = []
        self._ticket = 0

    def set(self, instance: Instance, due: datetime | None) -> None:
        """Wake the instance then; None: not at all."""
        instance.due = due
        if due is not None:
            self._ticket += 1
            heapq.heappush(self._heap, (due, self._ticket, instance))

    def next(self) -> datetime | None:
        """The earliest moment at which an instance is due."""
        heap = self._heap
        while heap and heap[0][2].due is not heap[0][0]:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def pop_due(self, now: datetime) -> Iterator[Instance]:
        """Instances whose time has come, each once."""
        while (due := self.next()) is not None and due <= now:
            instance = heapq.heappop(self._heap)[2]
            instance.due = None
            yield instance
