"""Rules straight from their definitions, which what the scheduler does is held against."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol

from tradewind.domain.messages.assignment import Assignment
from tradewind.testing.simulate.structure import Path, Structure

ENDED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})


class Broken(AssertionError):
    """An invariant does not hold."""


class Seen(Protocol):
    """What is looked at of a task instance of the run."""

    @property
    def task_id(self) -> str: ...
    @property
    def place(self) -> Path: ...
    @property
    def state(self) -> str | None: ...


def may_run(structure: Structure, task_id: str, path: Path, rows: Sequence[Seen]) -> bool:
    """Whether a task instance may run, given all task instances of its run."""
    task = structure.tasks[task_id]

    def states(above: Iterable[str]) -> list[str | None]:
        meant = frozenset(above)
        return [
            row.state
            for row in rows
            if row.task_id in meant and structure.depends(task_id, path, row.task_id, row.place)
        ]

    if any(state not in ENDED for state in states(structure.must_end(task_id))):
        return False
    if any(state not in ("success", "removed") for state in states(structure.must_succeed(task_id))):
        return False
    setups = states(structure.setups_of(task))
    if task.trigger_rule == "all_done_setup_success" and setups and "success" not in setups:
        return False
    direct = states(task.upstream)
    return rule_holds(task.trigger_rule, Counter(direct), len(direct))


def is_passed_by(structure: Structure, task_id: str, path: Path, branch: Seen) -> bool:
    """Whether a branch that named the task decides for that instance: a mapped one does for its own index."""
    return branch.task_id in structure.tasks[task_id].upstream and path[: len(branch.place)] == branch.place


def rule_holds(rule: str, states: Counter[str | None], total: int) -> bool:
    """Whether a task with that rule and so many upstream task instances may run."""
    s, f, u, k, r = (states[name] for name in ("success", "failed", "upstream_failed", "skipped", "removed"))
    done = s + f + u + k + r
    definition = {
        "all_success": s + r == total,
        "all_failed": f + u + r == total,
        "all_done": done == total,
        "all_done_setup_success": done == total,
        "all_done_min_one_success": done == total and s >= 1 and k == 0,
        "all_skipped": k == total,
        "one_success": s >= 1,
        "one_failed": f + u >= 1,
        "one_done": s + f >= 1,
        "none_failed": s + k + r == total,
        "none_failed_min_one_success": s + k + r == total and s >= 1,
        "none_skipped": done == total and k == 0,
        "always": True,
    }
    return total == 0 or definition[rule]


def is_recorded(
    assignment: Assignment, responded_by: str | None, responded_at: str | None, asked: int | None
) -> bool:
    """Whether a task is told of its question what the row says. ``asked``: which dispatch did."""
    event = json.loads(assignment.next_kwargs or "{}").get("event")
    if not isinstance(event, dict) or not event.keys() & {"timedout", "error_type"}:
        return True
    if (asked or 0) >= assignment.dispatch:
        return True  # it asks again already
    told = (event.get("responded_by_user") is not None, "timedout" in event)
    return told == (responded_by is not None, responded_at is not None)
