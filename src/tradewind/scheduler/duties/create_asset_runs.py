"""Make the runs that updates of assets ask for.

Whoever records an update also writes, in the same transaction, a row of ``asset_dag_run_queue`` for each DAG
that waits for the asset. This duty holds the rows of a DAG against the condition of its schedule; where that
is satisfied, one transaction makes the run, tells it of the events, and takes the rows away. So a scheduler
that dies in between has either made the run or still finds the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tradewind.domain import timetables
from tradewind.domain.spec.timetable import PartitionedAssetTimetable
from tradewind.domain.states import DagRunTriggeredBy, DagRunType
from tradewind.engine import assets as conditions
from tradewind.runtime.clock import Clock
from tradewind.scheduler import partition_runs
from tradewind.scheduler.active_runs import ActiveRuns, DagVersion
from tradewind.scheduler.inbox import Inbox
from tradewind.scheduler.plugin_memory import PluginMemory
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.queries import assets, scheduling
from tradewind.store.queries.assets import Waiting
from tradewind.store.records import NewRun, RunRecord
from tradewind.store.transitions import asset_events, asset_mentions
from tradewind.store.transitions import runs as run_transitions

PER_CALL = 50


class CreatedForAssets(msgspec.Struct, kw_only=True):
    """What one call made."""

    runs: list[tuple[str, str]] = []
    blocked: list[str] = []
    """DAGs whose condition is satisfied, but which have as many active runs as they may."""
    more: bool = False
    """There is more to do at once."""


class CreateAssetRuns:
    """``wanted`` says that there may be something to do: an update was recorded, a DAG changed, a run
    ended.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        runs: ActiveRuns,
        inbox: Inbox,
        new_attempt: Callable[[datetime], str],
        only_dag: str | None = None,
        lease: leases.Lease | None = None,
    ) -> None:
        self._database, self._runs, self._inbox, self._lease = database, runs, inbox, lease
        self._new_attempt, self._only_dag = new_attempt, only_dag
        self._known: list[Waiting] = []
        self._blocked: set[str] = set()
        self.wanted = True
        self.plugins = PluginMemory(clock=clock, on_news=self._plugin_said)

    def _plugin_said(self) -> None:
        self.wanted = True
        self._inbox.nudge()

    def happened(self) -> None:
        """An update was recorded, or a DAG changed."""
        self.wanted = True

    def finished(self, dag_id: str) -> None:
        """A run of that DAG ended, which may make room for the next."""
        self.wanted = self.wanted or dag_id in self._blocked

    def look_again(self, now: datetime) -> None:
        """The safety net: is there anything that no wake-up told of? Blocked DAGs are tried again too, and
        plug-ins that did not answer.
        """
        with self._database.read() as tx:
            found = assets.waiting(tx, only_dag=self._only_dag)
        again = self.plugins.forget_failures(now)
        self.wanted = self.wanted or bool(self._blocked) or found != self._known or again

    def run_once(self, now: datetime) -> CreatedForAssets:
        """Make at most one run for each DAG whose condition is satisfied."""
        created = CreatedForAssets()
        with self._database.read() as tx:
            found = assets.waiting(tx, only_dag=self._only_dag)
        dag_ids = sorted({one.dag_id for one in found})
        for start in range(0, len(dag_ids), PER_CALL):
            self._some(dag_ids[start : start + PER_CALL], now, created)
        # Only now: what the database refused is wanted still.
        self.wanted = created.more
        if created.more:
            self._inbox.nudge()
        made = {dag_id for dag_id, _ in created.runs}
        self._known = [one for one in found if one.dag_id not in made]
        self._blocked = set(created.blocked)
        for dag_id in sorted(made):
            self._inbox.may_start(dag_id)
        return created

    def _some(self, dag_ids: Sequence[str], now: datetime, created: CreatedForAssets) -> None:
        """One transaction for a bounded number of DAGs."""
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            by_dag: dict[str, list[Waiting]] = {}
            for one in assets.locked(tx, dag_ids):
                by_dag.setdefault(one.dag_id, []).append(one)
            for dag_id in sorted(by_dag):
                self._one(tx, dag_id, by_dag[dag_id], now, created)

    def _one(
        self, tx: Tx, dag_id: str, waiting: list[Waiting], now: datetime, created: CreatedForAssets
    ) -> None:
        row = self._runs.dag(tx, dag_id, fresh=True)
        version = self._runs.version(tx, dag_id, row.version_hash) if row and row.version_hash else None
        if row is None or version is None:
            return
        condition = asset_mentions.condition_of(version.spec.timetable)
        if condition is None or not _may_run(version):
            asset_events.drop_queue(tx, dag_id, [one.asset_id for one in waiting])
            return
        if isinstance(version.spec.timetable, PartitionedAssetTimetable):
            self._create_for_partitions(tx, version, version.spec.timetable, waiting, now, created)
            return
        aliases = assets.aliases_of(tx, [one.asset_id for one in waiting])
        if not conditions.holds(condition, assets.updated(waiting, aliases)):
            return
        if scheduling.count_active_runs(tx, dag_id) >= row.max_active_runs:
            created.blocked.append(dag_id)
            return
        self._create(tx, version, waiting, now, created)

    def _create(
        self, tx: Tx, version: DagVersion, waiting: list[Waiting], now: datetime, created: CreatedForAssets
    ) -> None:
        dag_id = version.spec.dag_id
        record = self._make(tx, version, max(one.at for one in waiting), now)
        asset_events.give(tx, dag_id, record.pk, assets.watched(tx, dag_id))
        asset_events.drop_queue(tx, dag_id, [one.asset_id for one in waiting])
        created.runs.append((dag_id, record.run_id))

    def _create_for_partitions(
        self,
        tx: Tx,
        version: DagVersion,
        timetable: PartitionedAssetTimetable,
        waiting: list[Waiting],
        now: datetime,
        created: CreatedForAssets,
    ) -> None:
        dag_id = version.spec.dag_id

        def make(key: str, date: datetime | None) -> RunRecord:
            return self._make(tx, version, now, now, partition_key=key, partition_date=date)

        mapped = partition_runs.create(tx, dag_id, timetable, now, make, self.plugins)
        if not mapped.more and not mapped.waits:
            asset_events.drop_queue(tx, dag_id, [one.asset_id for one in waiting])
        created.more = created.more or mapped.more
        created.runs += [(dag_id, run_id) for run_id in mapped.runs]

    def _make(
        self, tx: Tx, version: DagVersion, run_after: datetime, now: datetime, **partition: Any
    ) -> RunRecord:
        # The random end of an attempt id keeps runs of one moment apart.
        run_id = timetables.run_id(DagRunType.ASSET_TRIGGERED, run_after, self._new_attempt(now)[-12:])
        new_run = NewRun(
            dag_id=version.spec.dag_id,
            run_id=run_id,
            run_type=DagRunType.ASSET_TRIGGERED,
            run_after=run_after,
            queued_at=now,
            triggered_by=DagRunTriggeredBy.ASSET,
            version_hash=version.hash,
            **partition,
        )
        return run_transitions.create(tx, new_run, version.spec, self._new_attempt)


def _may_run(version: DagVersion) -> bool:
    allowed = version.spec.allowed_run_types
    return allowed is None or DagRunType.ASSET_TRIGGERED.value in allowed
