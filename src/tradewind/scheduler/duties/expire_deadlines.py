"""Look once a second which deadlines and SLAs have passed, record each miss once, and have it told.

The row of the miss and the row of the callback that tells of it are written in one transaction: a scheduler
that dies before it has done neither, one that dies after it finds the callback waiting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import groupby

import msgspec

from tradewind.domain.spec import DagSpec
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.scheduler.duties.ask_references import AskReferences
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.transitions import callbacks, deadlines
from tradewind.store.transitions.deadlines import DeadlineRecord

AT_ONCE = 100
DONE = ("success", "skipped")


class Expired(msgspec.Struct, kw_only=True):
    """What one call found."""

    missed: int = 0
    met: int = 0


class ExpireDeadlines:
    """``on_callbacks`` is told when there are callbacks to send."""

    def __init__(
        self,
        *,
        database: Database,
        runs: ActiveRuns,
        on_callbacks: Callable[[], None],
        references: AskReferences,
        lease: leases.Lease | None = None,
    ) -> None:
        self._database, self._runs, self._references = database, runs, references
        self._on_callbacks, self._lease = on_callbacks, lease

    def run_once(self, now: datetime) -> Expired:
        """Take what has fallen due. Raises what the database raises; then nothing was recorded."""
        with self._database.read() as tx:
            if not deadlines.due(tx, now, limit=1):
                return Expired()
        expired = Expired()
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            rows = deadlines.due(tx, now, limit=AT_ONCE)
            for row in rows:
                if row.kind == "reference":
                    self._references.look_at(tx, row, now)
                elif row.kind != "sla":
                    self._deadline(tx, row, now, expired)
            slas = sorted((row for row in rows if row.kind == "sla"), key=_run)
            for _, group in groupby(slas, key=_run):
                self._slas(tx, list(group), now, expired)
        self._references.ask_all()
        if expired.missed:
            self._on_callbacks()
        return expired

    def _deadline(self, tx: Tx, row: DeadlineRecord, now: datetime, expired: Expired) -> None:
        """Met only by a success in time: a run that failed has not done what it should either."""
        if row.run_state == "success" and row.run_end is not None and row.run_end <= row.at:
            deadlines.drop(tx, [row.id])
            expired.met += 1
            return
        data = {
            "reason": f"the run was not done at {row.at.isoformat()}", "alert": row.alert, "name": row.name,
            "deadline": row.id, "deadline_time": row.at.isoformat(),
        }  # fmt: skip
        aside = self._in_triggerer(tx, row)
        callbacks.request_one(tx, "deadline", row.dag_id, row.run_id, data, now, in_triggerer=aside)
        deadlines.missed(tx, [row.id])
        expired.missed += 1

    def _in_triggerer(self, tx: Tx, row: DeadlineRecord) -> bool:
        """Whether the alert's callback is a coroutine."""
        version = self._runs.version(tx, row.dag_id, row.version_hash) if row.version_hash else None
        alerts = version.spec.deadlines if version is not None else ()
        return row.alert < len(alerts) and bool(alerts[row.alert].get("in_triggerer"))

    def _slas(self, tx: Tx, rows: list[DeadlineRecord], now: datetime, expired: Expired) -> None:
        """Those of one run: told of together."""
        dag_id, run_id = _run(rows[0])
        states = deadlines.task_states(tx, dag_id, run_id)
        undone = {task_id for task_id, state in states if state not in DONE and state != "removed"}
        late = [row for row in rows if row.task_id in undone]
        deadlines.drop(tx, [row.id for row in rows if row not in late])
        expired.met += len(rows) - len(late)
        if not late:
            return
        told = self._wants_to_hear(tx, rows[0])
        deadlines.record_sla_misses(tx, late, now, told=told)
        if told:
            data = {
                "reason": "tasks missed their SLA", "late": [row.task_id for row in late],
                "blocking": sorted(undone), "timestamp": now.isoformat(),
            }  # fmt: skip
            callbacks.request_one(tx, "sla_miss", dag_id, run_id, data, now)
        deadlines.missed(tx, [row.id for row in late])
        expired.missed += len(late)

    def _wants_to_hear(self, tx: Tx, row: DeadlineRecord) -> bool:
        version = self._runs.version(tx, row.dag_id, row.version_hash) if row.version_hash else None
        return version is not None and _is_heard(version.spec)


def _run(row: DeadlineRecord) -> tuple[str, str]:
    return row.dag_id, row.run_id


def _is_heard(spec: DagSpec) -> bool:
    """Whether a missed SLA has a callback or an address."""
    return "sla_miss" in spec.callbacks or any(task.email for task in spec.tasks)
