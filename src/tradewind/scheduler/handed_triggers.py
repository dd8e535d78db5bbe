"""Which triggerer has which trigger, and which task waits for it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tradewind.domain.states import TaskInstanceState
from tradewind.engine.decisions import Decisions
from tradewind.scheduler.active_runs import CachedRun
from tradewind.scheduler.inbox import RunKey
from tradewind.store.transitions.triggers import TriggerRecord


class Handed(msgspec.Struct, frozen=True):
    """A trigger that a triggerer has."""

    incarnation: str
    run: RunKey
    attempt_id: str
    dispatch: int


class HandedTriggers:
    """The books of what is out. Every question costs by what it is about, not by how many wait."""

    def __init__(self) -> None:
        self._out: dict[int, Handed] = {}
        self._by_attempt: dict[str, int] = {}
        self._of_run: dict[RunKey, set[int]] = {}

    def __contains__(self, trigger_id: int) -> bool:
        return trigger_id in self._out

    def note(self, incarnation: str, record: TriggerRecord) -> None:
        """That triggerer has it."""
        key = (record.dag_id, record.run_id)
        self._out[record.id] = Handed(incarnation, key, record.attempt_id, record.dispatch)
        self._by_attempt[record.attempt_id] = record.id
        self._of_run.setdefault(key, set()).add(record.id)

    def strike(self, trigger_id: int) -> Handed | None:
        """Nobody has it any more; who had it."""
        out = self._out.pop(trigger_id, None)
        if out is None:
            return None
        if self._by_attempt.get(out.attempt_id) == trigger_id:
            del self._by_attempt[out.attempt_id]
        left = self._of_run[out.run]
        left.discard(trigger_id)
        if not left:
            del self._of_run[out.run]
        return out

    def strike_all(self, trigger_ids: Iterable[int]) -> dict[str, list[int]]:
        """Nobody has these any more; which of them whom to tell."""
        told: dict[str, list[int]] = {}
        for trigger_id in trigger_ids:
            out = self.strike(trigger_id)
            if out is not None:
                told.setdefault(out.incarnation, []).append(trigger_id)
        return told

    def over(self, decisions: Decisions) -> list[int]:
        """Triggers of tasks that these decisions move on."""
        if not self._by_attempt:
            return []
        groups = (decisions.finishes, decisions.schedules)
        moved = (each.attempt_id for group in groups for each in group)
        return [self._by_attempt[attempt] for attempt in moved if attempt in self._by_attempt]

    def dropped(self, key: RunKey, run: CachedRun | None) -> list[int]:
        """Triggers of a run that was read again, for which its tasks wait no more."""
        return [each for each in self._of_run.get(key, ()) if not _waits(run, self._out[each])]


def _waits(run: CachedRun | None, out: Handed) -> bool:
    """Does that dispatch still wait for its trigger?"""
    view = None if run is None else run.machine.instance(out.attempt_id)
    return view is not None and view.state is TaskInstanceState.DEFERRED and view.dispatch == out.dispatch
