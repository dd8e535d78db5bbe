"""Who may start, as far as slots and limits go: counters over all runs, and one question to them.

``admit`` asks, ``take`` counts a task instance in, ``give_back`` counts it out, both in the state in which it
is. A deferred one has no executor slot but still counts for its task's own limits, and for its pool where the
pool says so; one that waits for a person counts for its task's own limits only.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tradewind.domain.spec import DagSpec, TaskSpec
from tradewind.domain.states import OCCUPIES_SLOT, TaskInstanceState
from tradewind.engine.decisions import Ready

T = TaskInstanceState
SLOTS = "slots"
"""The name of the limit over everything: all executors' slots together."""
INFINITE = -1


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a task instance may not start now.

    ``limit`` names what refused; ``give_back`` and ``set_pools`` say which limits may admit again.
    ``final_for_turn`` is True where nothing else may start either, ``hopeless`` where it waits for a person:
    no end of another task instance helps.
    """

    limit: str
    reason: str
    final_for_turn: bool = False
    hopeless: bool = False

    def __str__(self) -> str:
        return self.reason


class _Pool:
    __slots__ = ("deferred", "include_deferred", "limit", "name", "slots", "used")

    def __init__(self, name: str) -> None:
        self.name = name
        self.limit = f"pool:{name}"
        self.slots: int | None = None
        """None: no such pool; task instances wait until somebody creates it."""
        self.include_deferred = False
        self.used = 0
        self.deferred = 0

    def refusal(self, wanted: int) -> Refusal | None:
        if self.slots == INFINITE:
            return None
        if self.slots is None:
            told = f"pool {self.name!r} does not exist; 'airflow pools set {self.name} SLOTS TEXT' creates it"
            return Refusal(limit=self.limit, reason=told, hopeless=True)
        free = self.slots - self.used - (self.deferred if self.include_deferred else 0)
        if wanted <= free:
            return None
        if wanted > self.slots:
            told = f"it needs {wanted} slots, and pool {self.name!r} has {self.slots} in all"
        else:
            told = f"pool {self.name!r} has {max(free, 0)} of {self.slots} slots free"
            told += f", and it needs {wanted}" if wanted > 1 else ""
        return Refusal(limit=self.limit, reason=told, hopeless=wanted > self.slots)


class _Load:
    """How many task instances are out: of an executor, of a DAG, of a run; and of each of its tasks."""

    __slots__ = ("active", "limit", "tasks")

    def __init__(self, limit: str) -> None:
        self.limit = limit
        self.active = 0
        """Queued or running."""
        self.tasks: dict[str, int] = {}
        """The same for each task, with those that wait for a trigger or a person."""

    def count(self, task_id: str, by: int, *, active: bool) -> None:
        if active:
            self.active += by
        left = self.tasks.get(task_id, 0) + by
        if left:
            self.tasks[task_id] = left
        else:
            self.tasks.pop(task_id, None)

    @property
    def empty(self) -> bool:
        return not self.active and not self.tasks


class _DagLoad(_Load):
    __slots__ = ("runs",)

    def __init__(self, dag_id: str) -> None:
        super().__init__(f"dag:{dag_id}")
        self.runs: dict[str, _Load] = {}


class Limits:
    """All counters. Every check and every change costs the same, however much is running."""

    def __init__(self, slots: int, executors: Mapping[str, int] | None = None) -> None:
        """``slots`` over all executors together; ``executors`` those of single ones that have a limit."""
        self._slots = slots
        self._used = 0
        self._executor_slots: dict[str, int] = dict(executors or {})
        self._executors: dict[str, _Load] = {}
        self._pools: dict[str, _Pool] = {}
        self._dags: dict[str, _DagLoad] = {}

    # --- limits that people change ------------------------------------------------------------------

    def set_slots(self, slots: int) -> bool:
        """How many task instances may be out at once; True if that is news."""
        changed = slots != self._slots
        self._slots = slots
        return changed

    def set_executors(self, slots: Mapping[str, int]) -> bool:
        """The slots of single executors; True if that is news."""
        changed = dict(slots) != self._executor_slots
        self._executor_slots = dict(slots)
        return changed

    def set_pools(self, pools: Mapping[str, tuple[int, bool]]) -> bool:
        """Each pool's (slots, whether deferred ones count); -1 slots is no limit. True if that is news."""
        changed = False
        for name, pool in self._pools.items():
            if name not in pools and pool.slots is not None:
                pool.slots, changed = None, True
        for name, (slots, include_deferred) in pools.items():
            pool = self._pool(name)
            if (pool.slots, pool.include_deferred) != (slots, include_deferred):
                pool.slots, pool.include_deferred, changed = slots, include_deferred, True
        return changed

    @property
    def free_slots(self) -> int:
        """How many more may be out, over all executors; below zero where slots were taken away."""
        return self._slots - self._used

    # --- the question ---------------------------------------------------------------------------------

    def admit(self, ready: Ready, task: TaskSpec, dag: DagSpec) -> Refusal | None:
        """None: it may start now. Otherwise the first limit that is in its way."""
        if self._used >= self._slots:
            told = f"all {self._slots} executor slots are taken"
            return Refusal(limit=SLOTS, reason=told, final_for_turn=True)
        return (
            self._executor_refuses(ready.executor)
            or self._pool(ready.pool).refusal(ready.pool_slots)
            or self._dag_refuses(ready, task, dag)
        )

    def _executor_refuses(self, executor: str | None) -> Refusal | None:
        if executor is None or executor not in self._executor_slots:
            return None
        load = self._executors.get(executor)
        slots = self._executor_slots[executor]
        if (load.active if load is not None else 0) < slots:
            return None
        told = f"executor {executor!r} has 0 of {slots} slots free"
        return Refusal(limit=f"executor:{executor}", reason=told)

    def _dag_refuses(self, ready: Ready, task: TaskSpec, dag: DagSpec) -> Refusal | None:
        load = self._dags.get(ready.dag_id)
        if load is None:
            return None
        run = load.runs.get(ready.run_id)
        bound = load if dag.max_active_tasks_scope == "dag" else run
        if bound is not None and bound.active >= dag.max_active_tasks:
            whole = f"run {ready.run_id!r} of DAG" if bound is run else "DAG"
            told = f"{whole} {ready.dag_id!r} has {bound.active} active tasks"
            told += f" and max_active_tasks={dag.max_active_tasks}"
            return Refusal(limit=bound.limit, reason=told)
        return _task_refuses(load, task.max_active_tis_per_dag, ready, "max_active_tis_per_dag") or (
            None
            if run is None
            else _task_refuses(run, task.max_active_tis_per_dagrun, ready, "max_active_tis_per_dagrun")
        )

    # --- counting -----------------------------------------------------------------------------------------

    def take(self, ready: Ready, task: TaskSpec, dag: DagSpec, state: T = T.QUEUED) -> None:
        """Count it in. Never refuses: what was running may be above a limit that was lowered."""
        self._count(ready, 1, state)

    def give_back(self, ready: Ready, task: TaskSpec, dag: DagSpec, state: T = T.QUEUED) -> tuple[str, ...]:
        """Count it out again, as it was taken; the names of the limits that may admit others now."""
        return self._count(ready, -1, state)

    def _count(self, ready: Ready, by: int, state: T) -> tuple[str, ...]:
        pool = self._pool(ready.pool)
        dag = self._dags.get(ready.dag_id)
        if dag is None:
            dag = self._dags[ready.dag_id] = _DagLoad(ready.dag_id)
        run = dag.runs.get(ready.run_id)
        if run is None:
            run = dag.runs[ready.run_id] = _Load(f"run:{ready.dag_id}/{ready.run_id}")
        active = state in OCCUPIES_SLOT
        if state is T.DEFERRED:
            pool.deferred += by * ready.pool_slots
        elif active:
            pool.used += by * ready.pool_slots
            self._used += by
            self._count_executor(ready.executor, by)
        dag.count(ready.task_id, by, active=active)
        run.count(ready.task_id, by, active=active)
        if by < 0:
            self._forget(ready, dag, run)
        return self._touched(ready, pool, dag, run) if by < 0 else ()

    def _count_executor(self, executor: str | None, by: int) -> None:
        if executor is None:
            return
        load = self._executors.get(executor)
        if load is None:
            load = self._executors[executor] = _Load(f"executor:{executor}")
        load.active += by

    def _forget(self, ready: Ready, dag: _DagLoad, run: _Load) -> None:
        """What counts nothing any more is dropped, so that finished runs leave no trace."""
        if run.empty:
            del dag.runs[ready.run_id]
            if dag.empty and not dag.runs:
                del self._dags[ready.dag_id]

    def _touched(self, ready: Ready, pool: _Pool, dag: _DagLoad, run: _Load) -> tuple[str, ...]:
        tasks = _of_task(dag, ready.task_id), _of_task(run, ready.task_id)
        names = (SLOTS, pool.limit, dag.limit, run.limit, *tasks)
        return names if ready.executor is None else (*names, f"executor:{ready.executor}")

    def _pool(self, name: str) -> _Pool:
        pool = self._pools.get(name)
        if pool is None:
            pool = self._pools[name] = _Pool(name)
        return pool


def _task_refuses(load: _Load, limit: int | None, ready: Ready, named: str) -> Refusal | None:
    if limit is None or load.tasks.get(ready.task_id, 0) < limit:
        return None
    told = f"task {ready.task_id!r} has {load.tasks[ready.task_id]} active instances and {named}={limit}"
    return Refusal(limit=_of_task(load, ready.task_id), reason=told)


def _of_task(load: _Load, task_id: str) -> str:
    return f"{load.limit}#{task_id}"
