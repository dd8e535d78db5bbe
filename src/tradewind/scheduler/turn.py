"""One scheduler turn: gather → decide → commit → act. The hot path, on one screen.

Synchronous, and free of sockets and of waiting: whoever drives it (``service``, or the simulation) gives it a
clock, a database and a dispatch, and calls ``run_once`` when there is news.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from tradewind.domain.errors import DatabaseBusy
from tradewind.domain.states import TaskInstanceState
from tradewind.engine.decisions import Decisions, Ready
from tradewind.runtime.clock import Clock
from tradewind.scheduler.acting import Acting
from tradewind.scheduler.active_runs import ActiveRuns, CachedRun
from tradewind.scheduler.capacity import Capacity
from tradewind.scheduler.dispatch import Dispatch
from tradewind.scheduler.gather import Gather, Gathered
from tradewind.scheduler.inbox import Inbox, Incoming, RunKey
from tradewind.scheduler.plan import Plan
from tradewind.scheduler.timers import Timers
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.records import RunRecord
from tradewind.store.transitions import results
from tradewind.store.transitions import runs as run_transitions
from tradewind.store.transitions import tasks as task_transitions


class RowsChanged(DatabaseBusy):
    """Rows were changed or deleted by somebody's own SQL after they were read; trying again is safe."""


class TurnResult(msgspec.Struct, kw_only=True):
    """What a turn did, for its caller's log line and for tests."""

    runs: int = 0
    queued: int = 0
    refused: int = 0
    conflicts: int = 0
    statements: int = 0


class Turn:
    """The parts that a turn works with; ``run_once`` is a turn."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        inbox: Inbox,
        runs: ActiveRuns,
        gather: Gather,
        capacity: Capacity,
        dispatch: Dispatch,
        timers: Timers,
        acting: Acting,
        lease: leases.Lease | None = None,
    ) -> None:
        self._database, self._clock, self._lease = database, clock, lease
        self._inbox, self._runs, self._gather = inbox, runs, gather
        self._capacity, self._dispatch, self._timers, self._acting = capacity, dispatch, timers, acting

    def run_once(self) -> TurnResult:
        """Work on everything that has happened. Raises what the database raises; then nothing was lost or
        sent.
        """
        now = self._clock.now()
        gathered = self._gather.run_once(now)
        plan = Plan()
        try:
            self._decide(gathered, plan, now)
            result, conflicts = self._commit(plan, now)
        except BaseException:
            # Nothing was recorded: what the machines believe now is wrong, and nothing may be sent.
            self._forget([*{**gathered.runs, **plan.decisions}], gathered.events, plan)
            raise
        self._drop_conflicts(plan, conflicts)
        self._acting.run_once(plan)
        return result

    # --- decide ---------------------------------------------------------------------------------------

    def _decide(self, gathered: Gathered, plan: Plan, now: datetime) -> None:
        for incoming in gathered.events:
            run = gathered.runs.get(incoming.run)
            if run is not None and run.machine.apply(incoming.event, now):
                plan.accepted.append(incoming)
            else:
                plan.refused.append(incoming)
        for key, attempt_id in gathered.requeues:
            self._requeue(gathered.runs.get(key), attempt_id, plan)
        for run in gathered.runs.values():
            self._settle(run, plan, now)
        self._grant(plan, now)

    def _settle(self, run: CachedRun, plan: Plan, now: datetime) -> None:
        """What follows in one run; slots that its decisions free and candidates they make go to capacity."""
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
                self._dispatch.release(decision.attempt_id)
        for new_try in decisions.new_tries:
            self._capacity.release(new_try.attempt_id)
            self._dispatch.release(new_try.attempt_id)

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
            if run is None or incarnation is None:
                # Only a bug or a host that vanished within this turn leads here: keep it waiting.
                self._capacity.release(ready.attempt_id)
                if run is not None:
                    self._offer(run, ready)
                return
            queue = run.machine.queue(ready.attempt_id, now)
            plan.decisions.setdefault(run.key, Decisions()).queues.append(queue)
            self._dispatch.address(ready.attempt_id, incarnation, queue.dispatch)
            plan.grants.append((run, ready, queue, incarnation))

    # --- commit -----------------------------------------------------------------------------------------

    def _commit(self, plan: Plan, now: datetime) -> tuple[TurnResult, set[RunKey]]:
        """Write all of it in one transaction; the keys of the runs that somebody else had changed."""
        result = TurnResult(runs=len(plan.decisions), queued=len(plan.grants), refused=len(plan.refused))
        if not plan.decisions:
            return result, set()
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            moved = self._bump(tx, plan, now)
            if moved:
                self._withdraw_grants(plan)
            batch = [
                (self._row(key), decisions) for key, decisions in plan.decisions.items() if key not in moved
            ]
            addresses = {ready.attempt_id: incarnation for _, ready, _, incarnation in plan.grants}
            specs = {run.record.pk: run.version.spec for run in self._with_expansions(plan)}
            wrong = task_transitions.apply(tx, batch, now=now, addresses=addresses, specs=specs)
            if wrong:
                # People's own SQL took rows from under us: nothing of this turn stands.
                raise RowsChanged(f"rows of runs {sorted(wrong)} are not what they were; they are read again")
            self._record(tx, plan, moved, now)
            result.statements = tx.statements
        result.conflicts = len(moved)
        return result, moved

    def _bump(self, tx: Tx, plan: Plan, now: datetime) -> set[RunKey]:
        runs = {run.record.pk: run for run in map(self._runs.get, plan.decisions) if run is not None}
        moved = run_transitions.bump(tx, [(pk, run.row_version) for pk, run in runs.items()], at=now)
        for pk, run in runs.items():
            if pk not in moved:
                run.row_version += 1
        return {runs[pk].key for pk in moved}

    def _withdraw_grants(self, plan: Plan) -> None:
        """A run that moved leaves the turn with what it would have given back: nothing that rests on that
        may start.
        """
        for run, ready, queue, _ in plan.grants:
            run.machine.unqueue(ready.attempt_id)
            plan.decisions[run.key].queues.remove(queue)
            self._dispatch.release(ready.attempt_id)
            self._capacity.release(ready.attempt_id)
            self._offer(run, ready)
        plan.grants.clear()
        self._inbox.nudge()

    def _row(self, key: RunKey) -> RunRecord:
        run = self._runs.get(key)
        if run is None:
            raise LookupError(f"run {key} was decided about, but is not cached")
        return run.record

    def _with_expansions(self, plan: Plan) -> list[CachedRun]:
        expanding = (key for key, decisions in plan.decisions.items() if decisions.expansions)
        return [run for key in expanding if (run := self._runs.get(key)) is not None]

    def _record(self, tx: Tx, plan: Plan, moved: set[RunKey], now: datetime) -> None:
        """What the accepted results leave behind, in the transaction that accepts them."""
        reports = [i.report for i in plan.accepted if i.report is not None and i.run not in moved]
        if reports:
            results.record_reports(tx, reports, now)

    def _drop_conflicts(self, plan: Plan, conflicts: set[RunKey]) -> None:
        """Runs that moved leave the turn: their events are decided again after a reload."""
        if not conflicts:
            return
        again = [incoming for incoming in plan.accepted if incoming.run in conflicts]
        plan.accepted = [incoming for incoming in plan.accepted if incoming.run not in conflicts]
        self._forget(sorted(conflicts), again, plan)
        plan.grants = [grant for grant in plan.grants if grant[0].key not in conflicts]
        for key in conflicts:
            del plan.decisions[key]

    def _forget(self, keys: Collection[RunKey], events: list[Incoming], plan: Plan) -> None:
        """These runs are read again, and their events told again, in the next turn."""
        for run, ready, _, _ in plan.grants:
            if run.key in keys:
                self._dispatch.release(ready.attempt_id)
        self._inbox.give_back(events)
        for key in keys:
            self._gather.forget(key)
            self._inbox.look_at(key, reload=True)
