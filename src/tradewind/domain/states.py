"""States and the table of legal moves.

The two tables below are the only place that says which state may follow which. ``store/transitions``
writes states, the engine decides them, ``docs/architecture.md`` draws them, and a test holds the drawing
against the tables.

Airflow stores "no state yet" as NULL; here it is ``None``.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from tradewind.domain.errors import IllegalMove


class TaskInstanceState(StrEnum):
    """The states of a task instance, with Airflow's names."""

    REMOVED = "removed"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    UPSTREAM_FAILED = "upstream_failed"
    SKIPPED = "skipped"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"


class DagRunState(StrEnum):
    """The states of a DAG run."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


class DagRunType(StrEnum):
    """Why a run exists; also the prefix of its generated run id."""

    BACKFILL = "backfill"
    SCHEDULED = "scheduled"
    MANUAL = "manual"
    OPERATOR_TRIGGERED = "operator_triggered"
    ASSET_TRIGGERED = "asset_triggered"
    ASSET_MATERIALIZATION = "asset_materialization"

    def generate_run_id(self, logical_date: datetime | None = None, *, suffix: str | None = None) -> str:
        """A run id of this type: of a date as in 2.x, or with any ``suffix`` as in 3.x.

        Raises TypeError without exactly one of them.
        """
        if (logical_date is None) == (suffix is None):
            raise TypeError("DagRunType.generate_run_id() takes either a logical date or suffix=…")
        return f"{self.value}__{suffix if logical_date is None else logical_date.isoformat()}"

    @staticmethod
    def from_run_id(run_id: str) -> DagRunType:
        """The type whose prefix a run id has; ``manual`` where it has none of them."""
        prefix, found, _ = (run_id or "").partition("__")
        return DagRunType(prefix) if found and prefix in DagRunType._value2member_map_ else DagRunType.MANUAL


class DagRunTriggeredBy(StrEnum):
    """Through which door a run was asked for."""

    CLI = "cli"
    OPERATOR = "operator"
    REST_API = "rest_api"
    UI = "ui"
    TEST = "test"
    TIMETABLE = "timetable"
    ASSET = "asset"
    BACKFILL = "backfill"


class TriggerRule(StrEnum):
    """When a task may run, given the states of its upstream tasks."""

    ALL_SUCCESS = "all_success"
    ALL_FAILED = "all_failed"
    ALL_DONE = "all_done"
    ALL_DONE_MIN_ONE_SUCCESS = "all_done_min_one_success"
    ALL_DONE_SETUP_SUCCESS = "all_done_setup_success"
    ALL_SKIPPED = "all_skipped"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    ONE_DONE = "one_done"
    NONE_FAILED = "none_failed"
    NONE_FAILED_MIN_ONE_SUCCESS = "none_failed_min_one_success"
    NONE_SKIPPED = "none_skipped"
    ALWAYS = "always"

    # words of 1.10 for two of them
    DUMMY = ALWAYS
    NONE_FAILED_OR_SKIPPED = NONE_FAILED_MIN_ONE_SUCCESS

    @classmethod
    def is_valid(cls, trigger_rule: str) -> bool:
        """Whether there is a rule of that name."""
        return trigger_rule in cls._value2member_map_

    @classmethod
    def all_triggers(cls) -> set[str]:
        """All rules."""
        return set(cls)


class WeightRule(StrEnum):
    """How a task's effective priority grows from its neighbours' weights."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    ABSOLUTE = "absolute"

    @classmethod
    def is_valid(cls, weight_rule: str) -> bool:
        """Whether there is a rule of that name."""
        return weight_rule in cls._value2member_map_

    @classmethod
    def all_weight_rules(cls) -> set[str]:
        """All rules."""
        return set(cls)


T = TaskInstanceState
State = TaskInstanceState | None

FINISHED: Final = frozenset({T.SUCCESS, T.FAILED, T.SKIPPED, T.UPSTREAM_FAILED, T.REMOVED})
SUMMARY: Final[tuple[State, ...]] = (
    T.FAILED, T.UPSTREAM_FAILED, T.UP_FOR_RETRY, T.AWAITING_INPUT, T.RUNNING, T.RESTARTING,
    T.UP_FOR_RESCHEDULE, T.DEFERRED, T.QUEUED, T.SCHEDULED, None, T.SUCCESS, T.SKIPPED, T.REMOVED,
)  # fmt: skip
"""Which state stands for several task instances together: the first of these that one of them has."""
FAILED_STATES: Final = frozenset({T.FAILED, T.UPSTREAM_FAILED})
SUCCESS_STATES: Final = frozenset({T.SUCCESS, T.SKIPPED})
OCCUPIES_SLOT: Final = frozenset({T.QUEUED, T.RUNNING, T.RESTARTING})
"""States in which an executor holds, or is about to hold, a process for the task instance."""
ACTIVE_FOR_TASK_LIMIT: Final = OCCUPIES_SLOT | {T.DEFERRED, T.AWAITING_INPUT}
"""States that count against ``max_active_tis_per_dag`` and ``max_active_tis_per_dagrun``."""
FINISHED_RUN: Final = frozenset({DagRunState.SUCCESS, DagRunState.FAILED})

TASK_MOVES: Final[dict[State, frozenset[State]]] = {
    None: frozenset({T.SCHEDULED, T.SUCCESS, T.SKIPPED, T.UPSTREAM_FAILED, T.REMOVED, T.FAILED, T.DEFERRED}),
    T.SCHEDULED: frozenset({T.QUEUED, T.SKIPPED, T.FAILED, T.SUCCESS, T.UPSTREAM_FAILED, T.REMOVED, None}),
    T.QUEUED: frozenset(
        {T.RUNNING, T.SCHEDULED, T.FAILED, T.SUCCESS, T.SKIPPED, T.REMOVED, T.UP_FOR_RETRY, None}
    ),
    T.RUNNING: frozenset(
        {
            T.SUCCESS,
            T.FAILED,
            T.SKIPPED,
            T.UP_FOR_RETRY,
            T.UP_FOR_RESCHEDULE,
            T.DEFERRED,
            T.AWAITING_INPUT,
            T.RESTARTING,
            T.REMOVED,
            T.SCHEDULED,
            None,
        }
    ),
    T.RESTARTING: frozenset({None, T.SUCCESS, T.FAILED, T.SKIPPED, T.REMOVED}),
    T.UP_FOR_RETRY: frozenset(
        {T.SCHEDULED, T.DEFERRED, T.SKIPPED, T.FAILED, T.SUCCESS, T.UPSTREAM_FAILED, T.REMOVED, None}
    ),
    T.UP_FOR_RESCHEDULE: frozenset(
        {T.SCHEDULED, T.SKIPPED, T.FAILED, T.SUCCESS, T.UPSTREAM_FAILED, T.REMOVED, None}
    ),
    T.DEFERRED: frozenset({T.SCHEDULED, T.SUCCESS, T.FAILED, T.SKIPPED, T.REMOVED, None}),
    T.AWAITING_INPUT: frozenset({T.SCHEDULED, T.SUCCESS, T.FAILED, T.SKIPPED, T.REMOVED, None}),
    T.SUCCESS: frozenset({None, T.FAILED, T.SKIPPED, T.REMOVED}),
    T.FAILED: frozenset({None, T.SUCCESS, T.SKIPPED, T.REMOVED}),
    T.SKIPPED: frozenset({None, T.SUCCESS, T.FAILED, T.REMOVED}),
    T.UPSTREAM_FAILED: frozenset({None, T.SUCCESS, T.FAILED, T.SKIPPED, T.REMOVED}),
    T.REMOVED: frozenset({None, T.SUCCESS, T.FAILED, T.SKIPPED}),
}
"""Legal next states. Finished states are left only by a person's clear (to None) or mark."""

RUN_MOVES: Final[dict[DagRunState, frozenset[DagRunState]]] = {
    DagRunState.QUEUED: frozenset({DagRunState.RUNNING, DagRunState.SUCCESS, DagRunState.FAILED}),
    DagRunState.RUNNING: frozenset({DagRunState.SUCCESS, DagRunState.FAILED, DagRunState.QUEUED}),
    DagRunState.SUCCESS: frozenset({DagRunState.QUEUED, DagRunState.FAILED, DagRunState.RUNNING}),
    DagRunState.FAILED: frozenset({DagRunState.QUEUED, DagRunState.SUCCESS, DagRunState.RUNNING}),
}

COLOURS: Final[dict[State, str]] = {
    None: "lightblue",
    T.SCHEDULED: "tan",
    T.QUEUED: "gray",
    T.RUNNING: "lime",
    T.SUCCESS: "green",
    T.FAILED: "red",
    T.UP_FOR_RETRY: "gold",
    T.UP_FOR_RESCHEDULE: "turquoise",
    T.DEFERRED: "mediumpurple",
    T.AWAITING_INPUT: "darkorange",
    T.RESTARTING: "violet",
    T.SKIPPED: "hotpink",
    T.UPSTREAM_FAILED: "orange",
    T.REMOVED: "lightgrey",
}
"""Airflow's colours, for terminals and the web UI."""


def check_task_move(before: State, after: State) -> None:
    """Raises IllegalMove unless a task instance may go from ``before`` to ``after``."""
    if after not in TASK_MOVES[before]:
        raise IllegalMove("A task instance", before or "no state", after or "no state")


def check_run_move(before: DagRunState, after: DagRunState) -> None:
    """Raises IllegalMove unless a run may go from ``before`` to ``after``."""
    if after not in RUN_MOVES[before]:
        raise IllegalMove("A DAG run", before, after)
