"""Once a minute: does memory hold as many slots as the rows say, and is what is addressed to hosts alive?

Everything here should find nothing. What it finds is repaired, and told, because it is a bug or the trace of
somebody's own SQL.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import msgspec

from tradewind.domain.states import OCCUPIES_SLOT
from tradewind.scheduler.active_runs import UNTRUSTED, ActiveRuns
from tradewind.scheduler.capacity import Capacity
from tradewind.scheduler.dispatch import Dispatch
from tradewind.scheduler.inbox import Inbox, RunKey
from tradewind.store.database import Database
from tradewind.store.queries import scheduling


class Recounted(msgspec.Struct, kw_only=True):
    """What one call repaired."""

    runs: list[RunKey] = []
    """Runs that are read again because they held more, or less, than their rows."""
    addresses: int = 0


class Recount:
    """Compares and repairs; it decides nothing."""

    def __init__(
        self, *, database: Database, runs: ActiveRuns, capacity: Capacity, dispatch: Dispatch, inbox: Inbox
    ) -> None:
        self._database, self._runs, self._capacity = database, runs, capacity
        self._dispatch, self._inbox = dispatch, inbox
        self._doubtful: set[str] = set()
        """Addressed attempts that were no living dispatch at the last call."""

    def run_once(self, now: datetime) -> Recounted:
        """Call it between turns."""
        recounted = Recounted()
        in_memory = self._capacity.held()
        with self._database.read() as tx:
            in_rows: Counter[RunKey] = Counter()
            for held in scheduling.active_counts(tx):
                in_rows[held.dag_id, held.run_id] += held.count
        for key in in_memory | in_rows:
            cached = self._runs.get(key)
            if cached is None:
                self._capacity.forget_run(key)  # a run that has ended holds nothing, whatever its rows say
            elif in_memory[key] != in_rows[key]:
                recounted.runs.append(key)
                cached.row_version = UNTRUSTED
                self._inbox.look_at(key, reload=True)
        recounted.addresses = self._free_addresses(now)
        return recounted

    def _free_addresses(self, now: datetime) -> int:
        """Free the slots of hosts that are kept for what is no living dispatch, twice in a row."""
        living = {
            view.attempt_id
            for run in self._runs
            for view in run.machine.instances()
            if view.state in OCCUPIES_SLOT
        }
        doubtful = {
            attempt_id
            for attempt_id, _ in self._dispatch.addressed()
            if attempt_id not in living and not self._dispatch.lingers(attempt_id, gone_since=now)
        }
        gone = doubtful & self._doubtful
        for attempt_id in gone:
            self._dispatch.release(attempt_id)
        self._doubtful = doubtful - gone
        if gone:
            self._inbox.nudge()
        return len(gone)
