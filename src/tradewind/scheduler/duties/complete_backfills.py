"""Complete a backfill when the last of its runs has ended: then its DAG may have another."""

from __future__ import annotations

from datetime import datetime

from tradewind.scheduler.active_runs import CachedRun
from tradewind.store import leases
from tradewind.store.database import Database
from tradewind.store.transitions import backfills


class CompleteBackfills:
    """Told of each run that ended; once a minute it is asked to look anyway."""

    def __init__(self, *, database: Database, lease: leases.Lease | None = None) -> None:
        self._database, self._lease = database, lease
        self.wanted = False

    def finished(self, run: CachedRun) -> None:
        """A run ended."""
        self.wanted = self.wanted or run.record.backfill_id is not None

    def run_once(self, now: datetime) -> int:
        """How many were completed. Raises what the database raises; then it is wanted still."""
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            completed = backfills.complete(tx, now)
        self.wanted = False
        return completed
