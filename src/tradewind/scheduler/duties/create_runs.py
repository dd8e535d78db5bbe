"""Make the runs that timetables ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from tradewind.domain import timetables
from tradewind.domain.errors import DagRunAlreadyExists
from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import PluginTimetable
from tradewind.domain.states import DagRunTriggeredBy, DagRunType
from tradewind.scheduler.active_runs import ActiveRuns, DagVersion
from tradewind.scheduler.inbox import Inbox
from tradewind.store import leases, records
from tradewind.store.database import Database, Tx
from tradewind.store.queries import dags, scheduling
from tradewind.store.records import DagScheduling, NewRun
from tradewind.store.transitions import runs as run_transitions
from tradewind.telemetry import events


class Created(msgspec.Struct, kw_only=True):
    """What one call made."""

    runs: list[tuple[str, str]] = []
    blocked: list[str] = []
    """DAGs that are due but have as many active runs as they may."""
    asking: bool = False
    """A run of a plug-in's timetable was made: it has to be asked for the next one."""


class CreateRuns:
    """Runs fall due by ``dag.next_dagrun_create_after``, which parsing and this duty keep up to date."""

    def __init__(
        self,
        *,
        database: Database,
        runs: ActiveRuns,
        inbox: Inbox,
        new_attempt: Callable[[datetime], str],
        per_call: int = 50,
        only_dag: str | None = None,
        lease: leases.Lease | None = None,
    ) -> None:
        self._database, self._runs, self._inbox, self._lease = database, runs, inbox, lease
        self._new_attempt, self._per_call, self._only_dag = new_attempt, per_call, only_dag
        self._blocked: dict[str, int] = {}
        """DAGs that are due, with the number of active runs that keeps them from getting another."""
        self._known = False
        self._next: datetime | None = None

    def changed(self) -> None:
        """A DAG was parsed, unpaused or edited: read anew when the next one falls due."""
        self._blocked.clear()
        self._known = False

    def look_again(self, active: Mapping[str, int]) -> None:
        """The safety net: what was said of DAGs and runs may be lost. ``active`` counts runs by DAG."""
        for dag_id in [dag_id for dag_id, limit in self._blocked.items() if active.get(dag_id, 0) < limit]:
            del self._blocked[dag_id]
        self._known = False

    def finished(self, dag_id: str) -> None:
        """A run of that DAG ended, which may make room for the next."""
        if self._blocked.pop(dag_id, None) is not None:
            self._known = False

    def next_due(self) -> datetime | None:
        """When the next DAG falls due; None if none will."""
        if not self._known:
            with self._database.read() as tx:
                self._next = scheduling.next_due(tx, exclude=self._blocked, only_dag=self._only_dag)
            self._known = True
        return self._next

    def run_once(self, now: datetime) -> Created:
        """Make at most one run for each of a bounded number of due DAGs."""
        created = Created()
        self._known = False
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            due = scheduling.due_dags(
                tx, now, limit=self._per_call, exclude=self._blocked, only_dag=self._only_dag
            )
            for row in due:
                self._one(tx, row, now, created)
        for key in created.runs:
            self._inbox.may_start(key[0])
        return created

    def _one(self, tx: Tx, row: DagScheduling, now: datetime, created: Created) -> None:
        version = self._runs.version(tx, row.dag_id, row.version_hash) if row.version_hash else None
        info = records.next_run(row)
        if version is None or info is None or not _may_be_scheduled(version.spec):
            dags.set_next_run(tx, row.dag_id, None)
            return
        info = _not_missed(version.spec, info, now)
        if scheduling.count_active_runs(tx, row.dag_id) >= row.max_active_runs:
            self._blocked[row.dag_id] = row.max_active_runs
            created.blocked.append(row.dag_id)
            return
        self._create(tx, version, info, now, created)
        created.asking = created.asking or isinstance(version.spec.timetable, PluginTimetable)
        dags.set_next_run(tx, row.dag_id, following(version.spec, info.data_interval, now))

    def _create(self, tx: Tx, version: DagVersion, info: RunInfo, now: datetime, created: Created) -> None:
        spec = version.spec
        key, date = _partition(spec, info)
        run_id = info.run_id or timetables.run_id(
            DagRunType.SCHEDULED, info.logical_date, f"_{key}" if key else None
        )
        new_run = NewRun(
            dag_id=spec.dag_id,
            run_id=run_id,
            run_type=DagRunType.SCHEDULED,
            run_after=info.run_after,
            # A run for a partition has neither a logical date nor a data interval.
            logical_date=info.logical_date if key is None else None,
            data_interval_start=info.data_interval.start if key is None else None,
            data_interval_end=info.data_interval.end if key is None else None,
            partition_key=key,
            partition_date=date,
            queued_at=now,
            triggered_by=DagRunTriggeredBy.TIMETABLE,
            version_hash=version.hash,
        )
        try:
            run_transitions.create(tx, new_run, spec, self._new_attempt)
        except DagRunAlreadyExists as error:  # made by hand, or an id that a plug-in gives twice
            if info.run_id is not None:
                events.log(events.RunIdTaken(dag_id=spec.dag_id, error=str(error)))
            return
        created.runs.append((spec.dag_id, run_id))


def _may_be_scheduled(spec: DagSpec) -> bool:
    """Whether ``allowed_run_types`` leaves the schedule anything to do."""
    return spec.allowed_run_types is None or DagRunType.SCHEDULED in spec.allowed_run_types


def _partition(spec: DagSpec, info: RunInfo) -> tuple[str | None, datetime | None]:
    """Key and moment of the partition that the run is for: as a plug-in said, or the timetable has it."""
    if info.partition_key is not None:
        return info.partition_key, info.partition_date
    return timetables.partition(spec.timetable, info.run_after) or (None, None)


def following(spec: DagSpec, last: DataInterval | None, now: datetime) -> RunInfo | None:
    """The run after the one for ``last``."""
    restriction = timetables.restriction(spec)
    return timetables.next_run(spec.timetable, last=last, restriction=restriction, now=now)


def _not_missed(spec: DagSpec, info: RunInfo, now: datetime) -> RunInfo:
    """Without catch-up only the newest of the runs that fell due meanwhile (in a pause) is made."""
    if spec.catchup or not timetables.periodic(spec.timetable):
        return info
    newer = following(spec, info.data_interval, now)
    return newer if newer is not None and newer.run_after <= now else info
