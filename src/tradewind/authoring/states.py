"""The state names as DAG files and callbacks use them: ``State.SUCCESS``, ``State.finished`` …

The states themselves and the legal moves between them stand in ``domain/states.py``; this is the shape in
which Airflow hands them out.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar, Final

from tradewind.domain import states
from tradewind.domain.states import DagRunState, TaskInstanceState

_T: Final = TaskInstanceState


class TerminalTIState(StrEnum):
    """States in which a task instance stays."""

    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    REMOVED = "removed"


class IntermediateTIState(StrEnum):
    """States on the way."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RESTARTING = "restarting"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"


class JobState(StrEnum):
    """States of a component."""

    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"


class State:
    """All states by name, the sets they form, and their colours."""

    SUCCESS: ClassVar = _T.SUCCESS
    RUNNING: ClassVar = _T.RUNNING
    FAILED: ClassVar = _T.FAILED
    NONE: ClassVar = None
    REMOVED: ClassVar = _T.REMOVED
    SCHEDULED: ClassVar = _T.SCHEDULED
    QUEUED: ClassVar = _T.QUEUED
    RESTARTING: ClassVar = _T.RESTARTING
    UP_FOR_RETRY: ClassVar = _T.UP_FOR_RETRY
    UP_FOR_RESCHEDULE: ClassVar = _T.UP_FOR_RESCHEDULE
    UPSTREAM_FAILED: ClassVar = _T.UPSTREAM_FAILED
    SKIPPED: ClassVar = _T.SKIPPED
    DEFERRED: ClassVar = _T.DEFERRED
    AWAITING_INPUT: ClassVar = _T.AWAITING_INPUT
    SHUTDOWN: ClassVar = "shutdown"
    """Only in 1.x and 2.x; nothing is ever in it."""

    finished_dr_states: ClassVar = states.FINISHED_RUN
    unfinished_dr_states: ClassVar = frozenset(DagRunState) - states.FINISHED_RUN
    task_states: ClassVar = (None, *_T)
    dag_states: ClassVar = (_T.QUEUED, _T.SUCCESS, _T.RUNNING, _T.FAILED)
    finished: ClassVar = states.FINISHED
    unfinished: ClassVar = (frozenset(_T) | {None}) - states.FINISHED
    failed_states: ClassVar = states.FAILED_STATES
    success_states: ClassVar = states.SUCCESS_STATES
    running: ClassVar = frozenset({_T.RUNNING, _T.DEFERRED})
    adoptable_states: ClassVar = states.OCCUPIES_SLOT
    state_color: ClassVar = states.COLOURS

    @classmethod
    def color(cls, state: str | None) -> str:
        """The colour of a state; white for an unknown one."""
        return {str(known): colour for known, colour in cls.state_color.items()}.get(str(state), "white")

    @classmethod
    def color_fg(cls, state: str | None) -> str:
        """The colour of text on the state's colour."""
        return "white" if cls.color(state) in {"green", "red"} else "black"
