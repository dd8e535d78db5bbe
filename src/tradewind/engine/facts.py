"""What the engine is told about a run when its machine is built."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from tradewind.domain.states import DagRunState, TaskInstanceState

ALL_DOWNSTREAM: Final = "*"
"""Stands for all tasks below, where task ids are listed; no task can have this id."""


class InstanceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One task instance, as its row says."""

    task_id: str
    map_index: int = -1
    path: tuple[int, ...] | None = None
    """Its index at each level of mapping, where there is more than one; see ``place``."""
    attempt_id: str
    state: TaskInstanceState | None = None
    try_number: int = 0
    """0 until the first try begins."""
    max_tries: int = 0
    dispatch: int = 0
    lost: int = 0
    start_date: datetime | None = None
    end_date: datetime | None = None
    until: datetime | None = None
    """When a rescheduled task instance is due."""
    trigger_timeout: datetime | None = None
    retry_delay_override: float | None = None
    next_method: str | None = None
    next_kwargs: str | None = None
    answer: str | None = None
    """What a person has answered to this dispatch: the event for the method that resumes, as JSON text."""
    fallback: str | None = None
    """As in ``events.AwaitingInput``."""
    pool: str = "default_pool"
    """What it holds where its task is not in the DAG any more."""
    pool_slots: int = 1
    external_executor_id: str | None = None
    """Which host incarnation the dispatch is addressed to; the engine only carries it."""

    @property
    def place(self) -> tuple[int, ...]:
        """The path; where none is given, the map index is all of it."""
        if self.path is not None:
            return self.path
        return (self.map_index,) if self.map_index >= 0 else ()


class PastFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the previous run says for one task: may it run, as far as the past goes?"""

    task_id: str
    met: bool


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as its row says, with what else its decisions need."""

    dag_id: str
    run_id: str
    run_type: str = "manual"
    state: DagRunState = DagRunState.QUEUED
    logical_date: datetime | None = None
    run_after: datetime
    start_date: datetime | None = None
    past: tuple[PastFacts, ...] = ()
    """For tasks with depends_on_past or wait_for_downstream; a task not listed is free."""
    lengths: dict[str, dict[int, int]] = {}
    """``task_id`` to {map index: length of its return value}, for mapping over it. The length of another XCom
    key stands under ``task_id/key``."""
    silent: dict[str, tuple[int, ...]] = {}
    """Of mapped tasks that are mapped over: the map indexes that succeeded without a return value."""
    skips: dict[str, dict[int, tuple[str, ...]]] = {}
    """Branching task to {map index: the tasks it decided to skip}, so that a cleared task is skipped again.
    ALL_DOWNSTREAM among them means everything below it but teardowns (a short circuit)."""
    ignore_depends_on_past: bool = False
    mark_success: bool = False
    """Backfill ``--mark-success``: end each task instance as success without running it."""
    ignore_pause: bool = False
    """``airflow run`` and ``airflow backfill``: whoever waits for it wants it now, paused DAG or not. The
    engine knows no pause; the scheduler heeds this."""
    disable_retry: bool = False
    """Backfill ``--disable-retry``: what fails has failed."""
    pool: str | None = None
    """Backfill ``--pool``: instead of the pool of each task."""
    only_tasks: tuple[str, ...] | None = None
    """Backfill ``--task-regex``: other tasks of the DAG are not part of this run."""
