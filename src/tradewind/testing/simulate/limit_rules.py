"""I5: no limit is ever exceeded. Counted from committed rows, limit by limit."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from tradewind.domain.spec import TaskSpec
from tradewind.testing.simulate.ends import RunKey
from tradewind.testing.simulate.rules import Broken
from tradewind.testing.simulate.shapes import Shape

BUSY = ("queued", "running", "restarting")


class Active(Protocol):
    """What is looked at of a task instance."""

    @property
    def dag_id(self) -> str: ...
    @property
    def run(self) -> RunKey: ...
    @property
    def task_id(self) -> str: ...
    @property
    def state(self) -> str | None: ...
    @property
    def pool(self) -> str: ...


class LimitRules:
    """Slots of pools, active tasks of runs and tasks, running runs of DAGs."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._pools: dict[str, int] = {}

    def accept(self) -> None:
        """Somebody may have edited a pool. One that was lowered may hold more until what it holds has
        ended.
        """
        for name, slots in self._connection.execute("select pool, slots from slot_pool").fetchall():
            self._pools[name] = max(slots, self._pools.get(name, slots))

    def check(
        self,
        rows: Iterable[Active],
        runs: Mapping[RunKey, str],
        shapes: Mapping[str, Shape],
        tasks: Mapping[tuple[str, str], TaskSpec],
    ) -> None:
        """Raises Broken."""
        busy = [row for row in rows if row.state in BUSY]
        for name, count in Counter(row.pool for row in busy).items():
            if 0 <= self._pools[name] < count:
                raise Broken(f"I5: pool {name} holds {count} of {self._pools[name]}")
        for (dag_id, run_id), count in Counter(row.run for row in busy).items():
            if count > shapes[dag_id].spec.max_active_tasks:
                raise Broken(f"I5: run {run_id} has {count} active tasks")
        _check_tasks(busy, tasks)
        # A backfill has a limit of its own.
        regular = (run for run, state in runs.items() if state == "running" and not is_backfill(run))
        for dag_id, count in Counter(dag_id for dag_id, _ in regular).items():
            if count > shapes[dag_id].spec.max_active_runs:
                raise Broken(f"I5: DAG {dag_id} has {count} running runs")


def is_backfill(run: RunKey) -> bool:
    """Whether it is a run of a backfill."""
    return run[1].startswith("backfill__")


def _check_tasks(busy: list[Active], tasks: Mapping[tuple[str, str], TaskSpec]) -> None:
    for (dag_id, task_id), count in Counter((row.dag_id, row.task_id) for row in busy).items():
        limit = tasks[dag_id, task_id].max_active_tis_per_dag
        if limit is not None and count > limit:
            raise Broken(f"I5: task {task_id} is active {count} times, may be {limit}")
    for (dag_id, run_id, task_id), count in Counter((*row.run, row.task_id) for row in busy).items():
        limit = tasks[dag_id, task_id].max_active_tis_per_dagrun
        if limit is not None and count > limit:
            raise Broken(f"I5: task {task_id} is active {count} times in {run_id}, may be {limit}")
