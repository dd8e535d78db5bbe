"""One scheduler turn: gather → decide → commit → act. The hot path, on one screen.

Synchronous, and free of sockets and of waiting: whoever drives it (``service``, or the simulation) gives it a
clock, a database and a dispatch, and calls ``run_once`` when there is news.

A run leaves the turn alone. Where somebody else changed it, it is read again and decided in the next turn.
Where its rows refuse what was decided again and again, or nothing can be decided about it, it comes back
after a pause that grows: see ``withdrawn``.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from tradewind.runtime.clock import Clock
from tradewind.scheduler.acting import Acting
from tradewind.scheduler.committing import Committed, Committing
from tradewind.scheduler.deciding import Deciding
from tradewind.scheduler.dispatch import Dispatch
from tradewind.scheduler.gather import Gather
from tradewind.scheduler.inbox import Inbox, Incoming, RunKey
from tradewind.scheduler.plan import Plan
from tradewind.scheduler.withdrawn import Withdrawn


class TurnResult(msgspec.Struct, kw_only=True):
    """What a turn did, for its caller's log line and for tests."""

    runs: int = 0
    queued: int = 0
    refused: int = 0
    conflicts: int = 0
    """Runs that somebody else had changed."""
    withdrawn: int = 0
    """Runs whose rows refused what was decided."""
    statements: int = 0


class Turn:
    """The four steps of a turn, and what becomes of runs that leave it; ``run_once`` is a turn."""

    def __init__(
        self,
        *,
        clock: Clock,
        inbox: Inbox,
        dispatch: Dispatch,
        gather: Gather,
        deciding: Deciding,
        committing: Committing,
        acting: Acting,
        withdrawn: Withdrawn,
    ) -> None:
        self._clock, self._inbox, self._dispatch, self._withdrawn = clock, inbox, dispatch, withdrawn
        self._gather, self._deciding, self._committing, self._acting = gather, deciding, committing, acting

    def run_once(self) -> TurnResult:
        """Work on everything that has happened. Raises what the database raises; then nothing was lost or
        sent.
        """
        now = self._clock.now()
        gathered = self._gather.run_once(now)
        plan = Plan()
        try:
            self._deciding.run_once(gathered, plan, now)
            committed = self._committing.run_once(plan, now)
        except BaseException:
            # What was not recorded the machines believe wrongly, and nothing may be sent.
            self._forget([*{**gathered.runs, **plan.decisions}], gathered.events, plan)
            raise
        result = _result(plan, committed)
        for key, reason in (plan.spoiled | committed.refused).items():
            self._withdrawn.refused(key, reason, now)
        self._leave(plan, committed.left | plan.spoiled.keys())
        self._acting.run_once(plan)
        return result

    def _leave(self, plan: Plan, left: Collection[RunKey]) -> None:
        """These runs leave the turn: their events are decided again after a reload."""
        if not left:
            return
        # The refused ones too: what they came after is not recorded.
        again = [incoming for incoming in (*plan.accepted, *plan.refused) if incoming.run in left]
        plan.accepted = [incoming for incoming in plan.accepted if incoming.run not in left]
        plan.refused = [incoming for incoming in plan.refused if incoming.run not in left]
        self._forget(sorted(left), again, plan)
        plan.grants = [grant for grant in plan.grants if grant[0].key not in left]
        for key in left:
            plan.decisions.pop(key, None)

    def _forget(self, keys: Collection[RunKey], events: list[Incoming], plan: Plan) -> None:
        """These runs are read again, and their events told again, in the next turn."""
        for run, ready, _, _ in plan.grants:
            if run.key in keys:
                self._dispatch.release(ready.attempt_id)
        self._inbox.give_back(events)
        for key in keys:
            self._gather.forget(key)
            self._inbox.look_at(key, reload=True)


def _result(plan: Plan, committed: Committed) -> TurnResult:
    return TurnResult(
        runs=len(plan.decisions), queued=len(plan.grants), refused=len(plan.refused),
        conflicts=len(committed.moved),
        withdrawn=len(plan.spoiled | committed.refused), statements=committed.statements,
    )  # fmt: skip
