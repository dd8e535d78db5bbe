"""Pause a DAG whose newest runs have all failed, as ``max_consecutive_failed_dag_runs`` asks."""

from __future__ import annotations

import json
from datetime import datetime

from tradewind.domain.access import SYSTEM
from tradewind.domain.states import DagRunState
from tradewind.scheduler.active_runs import CachedRun
from tradewind.scheduler.inbox import Inbox
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.queries import audit, dags, scheduling

OWNER = "scheduler"


class PauseFailing:
    """Told of each run that ended; looks at the rows only where one of such a DAG failed."""

    def __init__(self, *, database: Database, inbox: Inbox, lease: leases.Lease | None = None) -> None:
        self._database, self._inbox, self._lease = database, inbox, lease
        self._suspects: dict[str, int] = {}

    @property
    def wanted(self) -> bool:
        """Whether a call has something to do."""
        return bool(self._suspects)

    def finished(self, run: CachedRun) -> None:
        """A run ended."""
        limit = run.version.spec.max_consecutive_failed_dag_runs
        if limit > 0 and run.machine.state is DagRunState.FAILED:
            self._suspects[run.key[0]] = limit

    def run_once(self, now: datetime) -> list[str]:
        """The DAGs that were paused. Raises what the database raises; then all are looked at again."""
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            paused = [dag_id for dag_id, limit in self._suspects.items() if _pause(tx, dag_id, limit, now)]
        self._suspects.clear()
        for dag_id in paused:
            self._inbox.dag_changed(dag_id)
        return paused


def _pause(tx: Tx, dag_id: str, limit: int, now: datetime) -> bool:
    newest = scheduling.newest_states(tx, dag_id, limit)
    if len(newest) < limit or any(state != DagRunState.FAILED for state in newest):
        return False
    if not dags.set_paused(tx, [dag_id], True, access=SYSTEM):
        return False
    told = json.dumps({"message": f"the last {limit} runs failed (max_consecutive_failed_dag_runs={limit})"})
    audit.add(tx, "paused", at=now, owner=OWNER, dag_id=dag_id, extra=told)
    return True
