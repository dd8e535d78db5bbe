"""The third step of a turn: all that was decided, in one transaction; and what to do where a run spoils it.

The common case is one transaction for all runs. Somebody else's change is seen by the version of a run,
before anything is written, and only that run stays out. Rows that are not what they were (people's own SQL
raises no version), or that the database refuses to write, are seen late: the transaction is rolled back, and
the others are written without the run at fault. Where the database does not say which one that is, halves
are tried. A run that has just refused is tried alone the next time, so that it costs the others nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from tradewind.domain.errors import Conflict, DatabaseBusy, DatabaseError, RowsLocked
from tradewind.scheduler.active_runs import ActiveRuns, CachedRun
from tradewind.scheduler.capacity import Capacity
from tradewind.scheduler.dispatch import Dispatch
from tradewind.scheduler.inbox import Inbox, RunKey
from tradewind.scheduler.plan import Plan
from tradewind.scheduler.withdrawn import ODD, Withdrawn
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.transitions import results
from tradewind.store.transitions import runs as run_transitions
from tradewind.store.transitions import tasks as task_transitions


class RowsChanged(DatabaseBusy):
    """Rows were changed or deleted by somebody's own SQL after they were read; trying again is safe."""

    def __init__(self, keys: set[RunKey]) -> None:
        super().__init__(f"rows of runs {sorted(keys)} are not what they were; they are read again")
        self.keys = keys


class Committed(msgspec.Struct, kw_only=True):
    """What became of a plan. Runs in neither of the two are written."""

    moved: set[RunKey] = set()
    """Runs that somebody else had changed."""
    refused: dict[RunKey, str] = {}
    """Runs whose rows refused, with the reason."""
    statements: int = 0

    @property
    def left(self) -> set[RunKey]:
        """Runs that are not written."""
        return self.moved | self.refused.keys()


class Committing:
    """Writes plans."""

    def __init__(
        self,
        *,
        database: Database,
        inbox: Inbox,
        runs: ActiveRuns,
        capacity: Capacity,
        dispatch: Dispatch,
        withdrawn: Withdrawn,
        lease: leases.Lease | None = None,
    ) -> None:
        self._database, self._inbox, self._runs, self._lease = database, inbox, runs, lease
        self._capacity, self._dispatch, self._withdrawn = capacity, dispatch, withdrawn

    def run_once(self, plan: Plan, now: datetime) -> Committed:
        """Write all of it that can be written. Raises what the database raises of itself; then nothing is
        written, as long as nothing was refused before.
        """
        done = Committed()
        suspects = self._withdrawn.suspects.keys() & plan.decisions.keys()
        if suspects:
            # First, as slots that they give back may be granted to others; so nothing is granted either.
            self._withdraw_grants(plan)
            for key in sorted(suspects):
                self._commit([key], plan, done, now)
        self._commit([key for key in plan.decisions if key not in suspects], plan, done, now)
        return done

    def _commit(self, keys: Sequence[RunKey], plan: Plan, done: Committed, now: datetime) -> None:
        """Write these runs, less those that refuse."""
        if not keys:
            return
        try:
            self._write(keys, plan, done, now)
        except RowsChanged as changed:
            self._withdraw_grants(plan)
            done.refused.update(
                dict.fromkeys(changed.keys, "its rows are not what they were when they were read")
            )
            self._commit([key for key in keys if key not in changed.keys], plan, done, now)
        except (Conflict, DatabaseError, *ODD) as error:
            if not _blames_a_row(error):
                raise
            self._withdraw_grants(plan)
            if len(keys) == 1:
                done.refused[keys[0]] = str(error)
                return
            half = len(keys) // 2
            self._commit(keys[:half], plan, done, now)
            self._commit(keys[half:], plan, done, now)

    def _write(self, keys: Sequence[RunKey], plan: Plan, done: Committed, now: datetime) -> None:
        """One transaction: versions, decisions, reports. Memory is told of it when it has committed."""
        runs = {run.record.pk: run for run in map(self._run, keys)}
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            stale = run_transitions.bump(tx, [(pk, run.row_version) for pk, run in runs.items()], at=now)
            if stale:
                self._withdraw_grants(plan)
            left = {pk: run for pk, run in runs.items() if pk not in stale}
            wrong = self._apply(tx, plan, left, now)
            if wrong:
                raise RowsChanged({runs[pk].key for pk in wrong})
            self._record(tx, plan, {run.key for run in left.values()}, now)
            done.statements += tx.statements
        for run in left.values():
            run.row_version += 1
        done.moved.update(runs[pk].key for pk in stale)
        if self._withdrawn.suspects:
            self._withdrawn.written(run.key for run in left.values())

    def _run(self, key: RunKey) -> CachedRun:
        run = self._runs.get(key)
        if run is None:
            raise LookupError(f"run {key} was decided about, but is not cached")
        return run

    def _apply(self, tx: Tx, plan: Plan, runs: dict[int, CachedRun], now: datetime) -> frozenset[int]:
        """The decisions of these runs; the ids of runs whose rows did not match."""
        batch = [(run.record, plan.decisions[run.key]) for run in runs.values()]
        addresses = {ready.attempt_id: incarnation for _, ready, _, incarnation in plan.grants}
        specs = {pk: run.version.spec for pk, run in runs.items() if plan.decisions[run.key].expansions}
        return task_transitions.apply(tx, batch, now=now, addresses=addresses, specs=specs)

    def _record(self, tx: Tx, plan: Plan, written: set[RunKey], now: datetime) -> None:
        """What the accepted results leave behind, in the transaction that accepts them.

        Of a task instance that was cleared while it ran only the end counts: it runs again.
        """
        cleared = {reset.attempt_id for each in plan.decisions.values() for reset in each.resets}
        reports = [
            i.report
            for i in plan.accepted
            if i.report is not None and i.run in written and i.report.attempt_id not in cleared
        ]
        if reports:
            results.record_reports(tx, reports, now)

    def _withdraw_grants(self, plan: Plan) -> None:
        """A run leaves the turn with what it would have given back: nothing that rests on that may start."""
        for run, ready, queue, _ in plan.grants:
            run.machine.unqueue(ready.attempt_id)
            plan.decisions[run.key].queues.remove(queue)
            self._dispatch.release(ready.attempt_id)
            self._capacity.release(ready.attempt_id)
            self._capacity.offer(ready, run.version.tasks[ready.task_id], run.version.spec)
        plan.grants.clear()
        self._inbox.nudge()


def _blames_a_row(error: Exception) -> bool:
    """Whether one run's rows may be at fault, and not the database as a whole."""
    return isinstance(error, (Conflict, RowsLocked, *ODD)) or type(error) is DatabaseError
