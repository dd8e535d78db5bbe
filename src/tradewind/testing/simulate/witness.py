"""What hosts and triggerers said of attempts: how they ended, and which branches they chose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tradewind.domain import events
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.engine.reports import FAIL_METHOD
from tradewind.testing.simulate.rules import ENDED, Broken

InstanceKey = tuple[str, str, str, int]
"""(DAG, run, task, map index)."""
TryKey = tuple[InstanceKey, int]
_ENDS: dict[type, str] = {events.Succeeded: "success", events.Skipped: "skipped", events.Failed: "failed"}


class Ended(Protocol):
    """What is looked at of a task instance."""

    @property
    def id(self) -> str: ...
    @property
    def key(self) -> InstanceKey: ...
    @property
    def state(self) -> str | None: ...
    @property
    def try_number(self) -> int: ...


class Witness:
    """Nobody but a host or a triggerer says how a try that was handed out has ended."""

    def __init__(self) -> None:
        self._ends: dict[str, set[str]] = {}
        self._skips: dict[str, tuple[str, ...]] = {}
        self._broke: set[str] = set()
        self._well: dict[InstanceKey, set[str]] = {}
        """Of each task instance the attempts that a host saw end well."""
        self._calling: set[TryKey] = set()
        self._called: set[TryKey] = set()
        """Tries whose own process calls the callbacks of their success, and those of which that is over."""
        self._sent: set[TryKey] = set()
        """Those whose callbacks another process was sent to call."""

    def reported(self, assignment: Assignment, outcome: events.AnyOutcome) -> None:
        """A host says how a dispatch ended."""
        attempt_id = assignment.attempt_id
        if isinstance(outcome, events.Succeeded):
            self._note_callbacks(_try_of(assignment), outcome)
        if type(outcome) in _ENDS:
            self._ends.setdefault(attempt_id, set()).add(_ENDS[type(outcome)])
        if isinstance(outcome, events.Succeeded):
            a = assignment
            key = (a.run.dag_id, a.run.run_id, a.task_id, a.map_index)
            self._well.setdefault(key, set()).add(attempt_id)
        if isinstance(outcome, events.Succeeded) and outcome.skip:
            self._skips[attempt_id] = tuple(outcome.skip)

    def _note_callbacks(self, key: TryKey, outcome: events.Succeeded) -> None:
        if outcome.calling:
            self._calling.add(key)
        else:
            self._calling.discard(key)
        if outcome.called and not outcome.uncalled:
            self._called.add(key)

    def calls(self, assignment: Assignment) -> bool:
        """A process was sent to call callbacks; False where those are not a task's, but of a whole run.
        Those of a success nobody else may call, or have called.
        """
        if not assignment.callback["kind"].startswith("task_"):
            return False
        key = _try_of(assignment)
        self._sent.add(key)
        if key in self._calling or key in self._called:
            raise Broken(f"I9: callbacks of {key} are sent out, its own process calls them or has done so")
        return True

    def uncalled(self, rows: Iterable[Ended]) -> list[InstanceKey]:
        """Those of these that ended well, and whose callbacks nobody called."""
        called = self._called | self._sent
        return [row.key for row in rows if row.state == "success" and (row.key, row.try_number) not in called]

    def fired(self, event: TriggerEvent) -> None:
        """A triggerer says that a trigger broke, or that a task has ended by it alone."""
        if event.error is not None:
            self._broke.add(event.attempt_id)
        if event.ends is not None:
            self._ends.setdefault(event.attempt_id, set()).add(event.ends)

    def misled(self, assignment: Assignment) -> bool:
        """Whether a task goes on otherwise than by failing, though its trigger broke."""
        return assignment.attempt_id in self._broke and assignment.next_method != FAIL_METHOD

    def skips(self, row: Ended) -> tuple[str, ...]:
        """The tasks that a task instance, which has ended well, chose to pass by."""
        return self._skips.get(row.id, ()) if row.state == "success" else ()

    def successes(self, key: InstanceKey) -> int:
        """How many attempts of a task instance a host saw end well."""
        return len(self._well.get(key, ()))

    def ended_well(self, row: Ended) -> bool:
        """Whether that is how its process ended."""
        return row.state == "success" and row.id in self._well.get(row.key, ())

    def differing(self, rows: Iterable[Ended]) -> list[Ended]:
        """Of task instances that nobody touched, those that ended otherwise than was said of them."""
        return [row for row in rows if row.state in ENDED and not self._is_said(row)]

    def _is_said(self, row: Ended) -> bool:
        said = self._ends.get(row.id)
        if said is not None:
            return row.state in said
        return row.state != "success"


def _try_of(a: Assignment) -> TryKey:
    return (a.run.dag_id, a.run.run_id, a.task_id, a.map_index), a.try_number
