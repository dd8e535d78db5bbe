"""Find dispatches whose host is gone, and say so to their runs."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from tradewind.domain.events import Lost, TaskFinished
from tradewind.domain.states import OCCUPIES_SLOT, TaskInstanceState
from tradewind.scheduler.active_runs import ActiveRuns, CachedRun
from tradewind.scheduler.dispatch import Dispatch
from tradewind.scheduler.inbox import Inbox, Incoming


class Rescued(msgspec.Struct, kw_only=True):
    """What one call found."""

    lost: int = 0
    requeued: int = 0


class RescueTasks:
    """A running dispatch of a vanished host is lost and repeated; one that never started is handed out anew.

    ``grace`` is how long a host may be away (a restart of this scheduler, a broken connection) before its
    work is given up. A host that is replaced by a new incarnation on the same machine is given up at once:
    the new one has killed what the old one had started before it said hello.
    """

    def __init__(self, *, runs: ActiveRuns, dispatch: Dispatch, inbox: Inbox, grace: timedelta) -> None:
        self._runs, self._dispatch, self._inbox, self._grace = runs, dispatch, inbox, grace
        self._since: dict[str, datetime] = {}

    def run_once(self, now: datetime, *, replaced: bool = False) -> Rescued:
        """Look at every live dispatch. ``replaced``: a new incarnation has just said hello; waive the
        grace.
        """
        rescued = Rescued()
        for run in list(self._runs):
            for view in run.machine.instances():
                if view.state in OCCUPIES_SLOT:
                    self._one(run, view.attempt_id, view.dispatch, view.state, now, replaced, rescued)
        self._since = {k: v for k, v in self._since.items() if not self._dispatch.is_connected(k)}
        return rescued

    def _one(
        self,
        run: CachedRun,
        attempt_id: str,
        dispatch: int,
        state: TaskInstanceState,
        now: datetime,
        replaced: bool,
        rescued: Rescued,
    ) -> None:
        incarnation = self._dispatch.address_of(attempt_id) or ""
        if self._dispatch.is_connected(incarnation):
            if not self._dispatch.runs_on(attempt_id, incarnation, dispatch):
                rescued.lost += 1
                self._give_up(
                    run, attempt_id, dispatch, state, now, f"worker host {incarnation} does not know of it"
                )
            return
        since = self._since.setdefault(incarnation, self._dispatch.gone.get(incarnation, now))
        if not replaced and now - since < self._grace:
            return
        self._give_up(
            run, attempt_id, dispatch, state, now, f"worker host {incarnation or 'unknown'} is gone"
        )
        if state is TaskInstanceState.QUEUED:
            rescued.requeued += 1
        else:
            rescued.lost += 1

    def _give_up(
        self,
        run: CachedRun,
        attempt_id: str,
        dispatch: int,
        state: TaskInstanceState | None,
        now: datetime,
        reason: str,
    ) -> None:
        if state is TaskInstanceState.QUEUED:
            self._inbox.requeue(run.key, attempt_id)
        else:
            event = TaskFinished(
                attempt_id=attempt_id, dispatch=dispatch, at=now, outcome=Lost(reason=reason)
            )
            self._inbox.happened(Incoming(run=run.key, event=event))
