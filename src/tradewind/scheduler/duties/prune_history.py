"""Drop what nobody asks for any more: rendered fields of old runs, state of tasks that has expired, and
components that fell silent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tradewind.scheduler.duties.prune_xcom_files import PruneXComFiles
from tradewind.store import leases
from tradewind.store.database import Database
from tradewind.store.queries import jobs, state_stores
from tradewind.store.transitions import results

RUNS_KEPT: Final = 30
"""Of so many runs a DAG the rendered fields are kept."""
DAGS_AT_ONCE: Final = 50
SILENT: Final = timedelta(minutes=5)
"""A component that said nothing for so long is dead."""
COMPONENTS: Final = ("SchedulerJob", "TriggererJob", "DagProcessorJob")


class Pruned(msgspec.Struct, kw_only=True):
    """What one call dropped."""

    rendered: int = 0
    jobs: int = 0
    states: int = 0
    files: int = 0


class PruneHistory:
    """Looks at DAGs of which runs have ended since it looked last, a bounded number a call."""

    def __init__(
        self, *, database: Database, files: PruneXComFiles, lease: leases.Lease | None = None
    ) -> None:
        self._database, self._files, self._lease = database, files, lease
        self._dags: dict[str, None] = {}

    def finished(self, dag_id: str) -> None:
        """A run of that DAG ended."""
        self._dags[dag_id] = None

    def run_once(self, now: datetime) -> Pruned:
        """Drop what is old. Raises what the database raises; then the same DAGs are looked at next time."""
        chosen = list(self._dags)[:DAGS_AT_ONCE]
        pruned = Pruned()
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            pruned.rendered = sum(results.prune_rendered(tx, dag_id, RUNS_KEPT) for dag_id in chosen)
            pruned.states = state_stores.prune_task_state(tx, now)
            pruned.jobs = sum(jobs.fail_silent(tx, kind, now - SILENT, now) for kind in COMPONENTS)
        for dag_id in chosen:
            del self._dags[dag_id]
        pruned.files = self._files.run_once()
        return pruned
