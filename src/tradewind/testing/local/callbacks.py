"""Callbacks of the DAG file that no task's own process calls: the DAG's own, and those of tasks that ended
without a process.
"""

from __future__ import annotations

from tradewind.domain.messages.assignment import Assignment, RunContext
from tradewind.engine.decisions import Callback


def assignment(
    callback: Callback, number: int, *, run: RunContext, file: str, tried: Assignment | None
) -> Assignment:
    """The callback as work. ``tried`` is the try that it tells of, where one was ever handed out."""
    return Assignment(
        attempt_id=f"callback-{number}", dispatch=1, kind="callback",
        callback={"kind": callback.kind, "reason": callback.reason},
        task_id=tried.task_id if tried else "", map_index=tried.map_index if tried else -1,
        path=tried.path if tried else (), try_number=tried.try_number if tried else 1,
        max_tries=tried.max_tries if tried else 0, run=run, file=file, log_path="",
    )  # fmt: skip
