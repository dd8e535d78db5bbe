"""The last step of a turn: what leaves the process, and what a committed decision means for others."""

from __future__ import annotations

from collections.abc import Callable

from tradewind.domain.events import TaskFinished, TaskStarted
from tradewind.domain.messages.report import Finished
from tradewind.domain.states import FINISHED_RUN, OCCUPIES_SLOT
from tradewind.engine.decisions import Decisions
from tradewind.engine.machine import InstanceView
from tradewind.scheduler import dispatch as dispatching
from tradewind.scheduler.active_runs import ActiveRuns, CachedRun
from tradewind.scheduler.dispatch import Dispatch, Outgoing
from tradewind.scheduler.gather import Gather
from tradewind.scheduler.inbox import Inbox, Incoming, RunKey
from tradewind.scheduler.plan import Plan
from tradewind.scheduler.timers import Timers


class Acting:
    """Called with a plan that is committed; whatever it does may be done twice."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        runs: ActiveRuns,
        gather: Gather,
        dispatch: Dispatch,
        timers: Timers,
        on_finished: Callable[[CachedRun], None] = lambda run: None,
        on_callbacks: Callable[[], None] = lambda: None,
        on_assets: Callable[[], None] = lambda: None,
        on_fired: Callable[[Incoming], None] = lambda incoming: None,
        on_decided: Callable[[Decisions], None] = lambda decisions: None,
        on_moved: Callable[[CachedRun, Decisions], None] = lambda run, decisions: None,
        on_updated: Callable[[Finished], None] = lambda report: None,
        on_called: Callable[[Finished, str], None] = lambda report, source: None,
    ) -> None:
        self._inbox, self._runs, self._gather = inbox, runs, gather
        self._dispatch, self._timers = dispatch, timers
        self._on_finished, self._on_callbacks, self._on_assets = on_finished, on_callbacks, on_assets
        self._on_fired, self._on_decided, self._on_called = on_fired, on_decided, on_called
        self._on_moved, self._on_updated = on_moved, on_updated

    def run_once(self, plan: Plan) -> None:
        """Hand out, acknowledge, stop; wake what depends on the runs that moved."""
        outgoing = Outgoing()
        for run, ready, queue, incarnation in plan.grants:
            outgoing.assign(incarnation, dispatching.assignment(run, ready, queue.dispatch))
        for incoming in plan.accepted:
            if incoming.fired is not None:
                self._on_fired(incoming)
            elif incoming.report is not None:
                outgoing.ack(incoming.source, incoming.report)
        updates = [it.report for it in plan.accepted if it.report is not None and it.report.asset_events]
        for report in updates:
            self._on_updated(report)
        if updates:
            self._on_assets()
        for incoming in plan.refused:
            self._refuse(outgoing, incoming)
        for key, decisions in plan.decisions.items():
            for attempt_id, dispatch in decisions.stops:
                outgoing.stop(self._dispatch.address_of(attempt_id), attempt_id, dispatch)
            self._on_decided(decisions)
            self._after(key, decisions)
        self._dispatch.send(outgoing)

    def _refuse(self, outgoing: Outgoing, incoming: Incoming) -> None:
        """An older attempt, or a run that is gone: the host may forget a result and must stop a process."""
        event = incoming.event
        if incoming.fired is not None:
            self._on_fired(incoming)
        elif isinstance(event, TaskFinished):
            self._acknowledge(outgoing, incoming)
            if self._is_calling(incoming):
                return  # an older word, and its process is there yet
            view = self._view(incoming)
            if view is None or view.state not in OCCUPIES_SLOT:
                # Recorded by an earlier scheduler, or of a row that is gone: no later news frees that slot.
                self._dispatch.release(event.attempt_id)
                self._inbox.nudge()
        elif isinstance(event, TaskStarted) and incoming.source is not None and not self._is_live(incoming):
            outgoing.stop(incoming.source, event.attempt_id, event.dispatch)

    def _is_calling(self, incoming: Incoming) -> bool:
        report = incoming.report
        if report is None or dispatching.has_called(report):
            return False
        return self._dispatch.is_lingering(report.attempt_id)

    def _acknowledge(self, outgoing: Outgoing, incoming: Incoming) -> None:
        report = incoming.report
        if report is None or incoming.source is None:
            return
        if dispatching.has_called(report):
            self._on_called(report, incoming.source)
        else:
            outgoing.ack(incoming.source, report)

    def _is_live(self, incoming: Incoming) -> bool:
        """Whether a refused Started is only a repetition of one that was accepted."""
        view, event = self._view(incoming), incoming.event
        return view is not None and isinstance(event, TaskStarted) and view.dispatch == event.dispatch

    def _view(self, incoming: Incoming) -> InstanceView | None:
        """The task instance whose current attempt an event names."""
        run, event = self._runs.get(incoming.run), incoming.event
        if run is None or not isinstance(event, TaskStarted | TaskFinished):
            return None
        return run.machine.instance(event.attempt_id)

    def _after(self, key: RunKey, decisions: Decisions) -> None:
        """What a committed run's decisions mean for others: its timers, its DAG's queue, runs that look
        back on it.
        """
        run = self._runs.get(key)
        if run is None:
            return
        if decisions.run:
            self._on_moved(run, decisions)
        if decisions.callbacks:
            self._on_callbacks()
        if decisions.finishes and run.version.depends_on_past:
            self._inbox.past_moved(key[0])
        if run.machine.state in FINISHED_RUN:
            self._gather.forget(key)
            self._timers.set(("run", key), None)
            self._inbox.may_start(key[0])
            self._on_finished(run)
        else:
            self._timers.set(("run", key), run.machine.next_wake())
