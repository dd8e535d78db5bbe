"""The slow safety net under every wake-up: compare ids, versions and states of active runs with the cache.

People delete and update rows by hand, wake-ups get lost, another door may have crashed after its commit:
whatever it was, this duty sees within a second that a row is not what the cache holds. SQL that raises no
version is seen by the states themselves; of many active runs only so many are compared at a time.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import msgspec

from tradewind.domain.states import DagRunState
from tradewind.scheduler.active_runs import UNTRUSTED, ActiveRuns, QueuedRuns
from tradewind.scheduler.inbox import Inbox, RunKey
from tradewind.store.database import Database, Tx
from tradewind.store.queries import scheduling

RUNS_AT_ONCE: Final = 200
ROWS_AT_ONCE: Final = 5000
"""So many runs, or task instances, are compared in one call; the next call goes on from there."""


class Watched(msgspec.Struct, kw_only=True):
    """What one call found."""

    moved: int = 0
    gone: int = 0
    unknown: int = 0
    by_hand: int = 0
    active: Counter[str] = msgspec.field(default_factory=Counter)
    """Queued and running runs of each DAG, without those of backfills."""


class WatchRows:
    """Reads a narrow row per active run, and the states of its tasks; nothing of the finished ones."""

    def __init__(
        self,
        *,
        database: Database,
        runs: ActiveRuns,
        queued: QueuedRuns,
        inbox: Inbox,
        only_dag: str | None = None,
    ) -> None:
        self._database, self._runs, self._queued, self._inbox = database, runs, queued, inbox
        self._only_dag = only_dag
        self._compared: RunKey = ("", "")
        self._dag_marks: dict[str, tuple[Any, ...]] | None = None
        self._backfill_marks: dict[int, tuple[str, int]] = {}

    def run_once(self) -> Watched:
        """Tell the inbox of every difference."""
        watched = Watched()
        with self._database.read() as tx:
            rows = scheduling.active_runs(tx)
            marks, backfill_marks = scheduling.dag_marks(tx), scheduling.backfill_marks(tx)
            by_hand = self._changed_by_hand(tx, {(row.dag_id, row.run_id): row.row_version for row in rows})
        seen = set()
        for row in rows:
            if self._only_dag not in (None, row.dag_id):
                continue
            key = (row.dag_id, row.run_id)
            seen.add(key)
            watched.active[row.dag_id] += row.backfill_id is None
            cached = self._runs.get(key)
            if row.state is DagRunState.QUEUED:
                if cached is not None:
                    self.distrust(key)
                elif not self._queued.knows(key):
                    self._inbox.may_start(row.dag_id)
            elif cached is None:
                watched.unknown += 1
                self._inbox.look_at(key)
            elif cached.row_version != row.row_version:
                watched.moved += 1
                self._inbox.look_at(key, reload=True)
        cached_runs = self._runs.keys()
        for key in [key for key in cached_runs if key not in seen]:
            watched.gone += 1
            self.distrust(key)
        for key in by_hand:
            watched.by_hand += 1
            self.distrust(key)
        self._compare_dags(marks)
        self._compare_backfills(backfill_marks)
        return watched

    def _changed_by_hand(self, tx: Tx, versions: dict[RunKey, int]) -> list[RunKey]:
        """Runs whose tasks have other states than the cache believes, though their version says nothing."""
        keys = sorted(filter(lambda key: self._is_current(key, versions), self._runs.keys()))
        later = [key for key in keys if key > self._compared]
        changed, rows = [], 0
        for key in (later + keys[: len(keys) - len(later)])[:RUNS_AT_ONCE]:
            cached = self._runs.get(key)
            if cached is None or rows > ROWS_AT_ONCE:
                break
            self._compared = key
            states = scheduling.instance_states(tx, *key)
            rows += len(states)
            if states != {view.attempt_id: view.state for view in cached.machine.instances()}:
                changed.append(key)
        return changed

    def _is_current(self, key: RunKey, versions: dict[RunKey, int]) -> bool:
        cached = self._runs.get(key)
        return cached is not None and versions.get(key) == cached.row_version

    def distrust(self, key: RunKey) -> None:
        """Its rows are not what the cache holds: it is read again before anything is decided about it."""
        cached = self._runs.get(key)
        if cached is not None:
            cached.row_version = UNTRUSTED
        self._inbox.look_at(key, reload=True)

    def _compare_dags(self, marks: dict[str, tuple[Any, ...]]) -> None:
        """With those of the last look, and with the cached rows, which may be of a moment between."""
        before, self._dag_marks = self._dag_marks, marks
        if before is not None and before != marks:
            for dag_id in {**marks, **before}:
                if marks.get(dag_id) != before.get(dag_id):
                    self._inbox.dag_changed(dag_id)
        for row in self._runs.known_dags():
            if marks.get(row.dag_id) != (row.is_paused, row.is_stale, row.version_hash):
                self._inbox.dag_changed(row.dag_id)

    def _compare_backfills(self, marks: dict[int, tuple[str, int]]) -> None:
        """One that goes on after a pause, or has another limit, may let runs start that are known to wait."""
        before, self._backfill_marks = self._backfill_marks, marks
        for _, (dag_id, _) in sorted(before.items() ^ marks.items()):
            self._inbox.may_start(dag_id)
