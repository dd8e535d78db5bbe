"""The second step of a turn: what follows from what happened, and which slots it may have."""

from __future__ import annotations

from datetime import datetime

from tradewind.domain.events import Succeeded, TaskFinished
from tradewind.domain.states import TaskInstanceState
from tradewind.engine.decisions import Decisions, Ready
from tradewind.scheduler.active_runs import ActiveRuns, CachedRun
from tradewind.scheduler.capacity import Capacity
from tradewind.scheduler.dispatch import Dispatch
from tradewind.scheduler.gather import Gathered
from tradewind.scheduler.inbox import Incoming
from tradewind.scheduler.plan import Plan
from tradewind.scheduler.timers import Timers
from tradewind.scheduler.withdrawn import Spoils


class Deciding:
    """Changes memory only: machines, capacity, addresses. Nothing is written, nothing leaves the process."""

    def __init__(self, *, runs: ActiveRuns, capacity: Capacity, dispatch: Dispatch, timers: Timers) -> None:
        self._runs, self._capacity, self._dispatch, self._timers = runs, capacity, dispatch, timers

    def run_once(self, gathered: Gathered, plan: Plan, now: datetime) -> None:
        """Tell the machines what happened, and write into ``plan`` what follows."""
        plan.spoiled.update(gathered.spoiled)
        for incoming in gathered.events:
            with Spoils(plan.spoiled, incoming.run):
                self._apply(gathered.runs.get(incoming.run), incoming, plan, now)
        for key, attempt_id in gathered.requeues:
            with Spoils(plan.spoiled, key):
                self._requeue(gathered.runs.get(key), attempt_id, plan)
        for run in gathered.runs.values():
            with Spoils(plan.spoiled, run.key):
                self._settle(run, plan, now)
        self._grant(plan, now)
        for key in plan.spoiled:
            plan.decisions.pop(key, None)

    def _apply(self, run: CachedRun | None, incoming: Incoming, plan: Plan, now: datetime) -> None:
        """Tell a machine. What a spoiled run is told, or spoils it, counts as refused, and is told again."""
        plan.refused.append(incoming)
        if run is not None and incoming.run not in plan.spoiled and run.machine.apply(incoming.event, now):
            plan.accepted.append(plan.refused.pop())
            self._note_end(incoming)

    def _note_end(self, incoming: Incoming) -> None:
        """A process that has ended well may call callbacks yet; any other end is its last word."""
        event = incoming.event
        if isinstance(event, TaskFinished):
            if isinstance(event.outcome, Succeeded) and event.outcome.calling:
                self._dispatch.linger(event.attempt_id)
            else:
                self._dispatch.ended(event.attempt_id)

    def _settle(self, run: CachedRun, plan: Plan, now: datetime) -> None:
        """What follows in one run; slots that its decisions free and candidates they make go to capacity."""
        if run.key in plan.spoiled:
            return
        decisions = run.machine.decide(now)
        if not decisions:
            self._timers.set(("run", run.key), run.machine.next_wake())
            return
        earlier = plan.decisions.get(run.key)
        if earlier is not None:
            decisions.unqueues.extend(earlier.unqueues)
        plan.decisions[run.key] = decisions
        self._return_slots(run, decisions)
        ready = run.machine.ready
        for schedule in decisions.schedules:
            candidate = ready.get(schedule.attempt_id)
            if candidate is not None:
                self._offer(run, candidate)

    def _requeue(self, run: CachedRun | None, attempt_id: str, plan: Plan) -> None:
        decision = run.machine.unqueue(attempt_id) if run is not None else None
        if run is None or decision is None:
            return
        self._capacity.release(attempt_id)
        self._dispatch.release(attempt_id)
        ready = run.machine.ready.get(attempt_id)
        if ready is not None:
            # Where its task has left the DAG it is not handed out anew: the decision of this turn removes it.
            plan.decisions.setdefault(run.key, Decisions()).unqueues.append(decision)
            self._offer(run, ready)

    def _offer(self, run: CachedRun, ready: Ready) -> None:
        self._capacity.offer(ready, run.version.tasks[ready.task_id], run.version.spec)

    def _return_slots(self, run: CachedRun, decisions: Decisions) -> None:
        """First what is parked, for it may go on in the same turn."""
        for deferral in decisions.defers:
            self._park(run, deferral.attempt_id, TaskInstanceState.DEFERRED)
        for wait in decisions.awaits:
            self._park(run, wait.attempt_id, TaskInstanceState.AWAITING_INPUT)
        for group in (
            decisions.finishes,
            decisions.retries,
            decisions.reschedules,
            decisions.resets,
            decisions.schedules,
        ):
            for decision in group:
                self._capacity.release(decision.attempt_id)
                self._capacity.withdraw(decision.attempt_id)
                self._dispatch.leave(decision.attempt_id)
        for new_try in decisions.new_tries:
            self._capacity.release(new_try.attempt_id)
            self._dispatch.leave(new_try.attempt_id)

    def _park(self, run: CachedRun, attempt_id: str, state: TaskInstanceState) -> None:
        """A task that starts from its trigger had no slot that it could keep."""
        self._capacity.park(attempt_id, state)
        self._dispatch.release(attempt_id)
        if not self._capacity.holds(attempt_id):
            held = run.machine.demand(attempt_id)
            task = run.version.tasks.get(held.task_id)
            if task is not None:
                self._capacity.hold(held, task, run.version.spec, state)

    def _grant(self, plan: Plan, now: datetime) -> None:
        for ready in self._capacity.grant():
            run = self._runs.get((ready.dag_id, ready.run_id))
            incarnation = self._dispatch.choose(ready.queue)
            if run is None or incarnation is None or run.key in plan.spoiled:
                self._capacity.release(ready.attempt_id)
                continue
            with Spoils(plan.spoiled, run.key):
                self._queue(run, ready, incarnation, plan, now)

    def _queue(self, run: CachedRun, ready: Ready, incarnation: str, plan: Plan, now: datetime) -> None:
        queue = run.machine.queue(ready.attempt_id, now)
        plan.decisions.setdefault(run.key, Decisions()).queues.append(queue)
        self._dispatch.address(ready.attempt_id, incarnation, queue.dispatch)
        plan.grants.append((run, ready, queue, incarnation))
