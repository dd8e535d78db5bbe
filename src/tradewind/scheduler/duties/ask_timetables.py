"""Ask plug-ins when the next runs of the DAGs with their timetables are due.

No turn waits for an answer. A DAG whose next run is not known (it is new, has a new version, or has just got
a run) is asked for once; the answer is written as the DAG's next run and seen like any other. Where there is
none in time, or it is an error, the DAG keeps what it has, the log says so, and it is asked again later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from tradewind.domain import timetables
from tradewind.domain.errors import DatabaseError, Fenced
from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.domain.messages.plugins import Answer, NextRun, RunsAre
from tradewind.domain.spec import DagSpec
from tradewind.domain.spec.timetable import PluginTimetable
from tradewind.runtime.clock import Clock
from tradewind.runtime.plugin_asking import Ask
from tradewind.runtime.plugin_hosts import PluginFailed
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.queries import dags, scheduling
from tradewind.store.records import DagScheduling, RunRecord
from tradewind.telemetry import events

AGAIN: Final = timedelta(seconds=60)
"""How long a timetable that failed is left alone."""


class _Asked(NamedTuple):
    """What a DAG was asked about: its version, and the run before the one that is wanted."""

    version_hash: str
    last: datetime | None


class AskTimetables:
    """``wanted`` says that there may be something to ask; ``ask`` is None where there is no host."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        runs: ActiveRuns,
        lease: leases.Lease | None = None,
        emit: events.Emit = events.log,
        on_known: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._clock, self._runs = database, clock, runs
        self._lease, self._emit = lease, emit
        self._on_known = on_known
        self.ask: Ask | None = None
        self.wanted = True
        self._asked: dict[str, _Asked] = {}
        self._not_before: dict[str, datetime] = {}

    def run_once(self, now: datetime) -> list[str]:
        """Ask for every DAG that needs it; their ids."""
        self.wanted = False
        if self.ask is None:
            return []
        with self._database.read() as tx:
            questions = [
                (row.dag_id, question)
                for row in scheduling.without_next_run(tx, PluginTimetable.__name__)
                if (question := self._question(tx, row, now)) is not None
            ]
        for dag_id, question in questions:
            self.ask(question, partial(self._answered, dag_id, self._asked[dag_id]))
        return [dag_id for dag_id, _ in questions]

    def _question(self, tx: Tx, row: DagScheduling, now: datetime) -> NextRun | None:
        version = self._runs.version(tx, row.dag_id, row.version_hash) if row.version_hash else None
        if version is None or not _makes_runs(version.spec):
            return None
        newest = scheduling.newest_scheduled(tx, row.dag_id)
        asked = _Asked(version.hash, newest.run_after if newest is not None else None)
        later = self._not_before.get(row.dag_id)
        if self._asked.get(row.dag_id) == asked and (later is None or now < later):
            return None
        self._asked[row.dag_id] = asked
        self._not_before.pop(row.dag_id, None)
        return question_of(version.spec, newest)

    def _answered(self, dag_id: str, asked: _Asked, said: Answer | PluginFailed) -> None:
        """Write the next run of the DAG that was asked for, if it is still what it was."""
        now = self._clock.now()
        try:
            if not isinstance(said, RunsAre):
                self._again(dag_id, now, str(said))
            elif said.runs:
                self._write(dag_id, asked, said.runs[0])
        except (DatabaseError, Fenced) as error:
            self._again(dag_id, now, str(error))

    def _again(self, dag_id: str, now: datetime, error: str) -> None:
        self._not_before[dag_id] = now + AGAIN
        self._emit(events.TimetableFailed(dag_id=dag_id, error=error, seconds=AGAIN.total_seconds()))

    def _write(self, dag_id: str, asked: _Asked, info: RunInfo) -> None:
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            row = scheduling.dag_row(tx, dag_id)
            if row is None or row.version_hash != asked.version_hash:
                return
            if row.next_dagrun_run_after is None:
                dags.set_next_run(tx, dag_id, info)
        self._on_known()


def question_of(spec: DagSpec, newest: RunRecord | None) -> NextRun:
    """When is the run after ``newest`` of a DAG with a plug-in's timetable?"""
    timetable, bounds = spec.timetable, timetables.restriction(spec)
    assert isinstance(timetable, PluginTimetable)
    return NextRun(
        name=timetable.name,
        data=timetable.data,
        last=_info(newest) if newest is not None else None,
        earliest=bounds.earliest,
        latest=bounds.latest,
        catchup=bounds.catchup,
    )


def _info(run: RunRecord) -> RunInfo:
    start = run.data_interval_start or run.logical_date or run.run_after
    return RunInfo(
        run_after=run.run_after,
        logical_date=run.logical_date or run.run_after,
        data_interval=DataInterval(start, run.data_interval_end or start),
        partition_key=run.partition_key,
        partition_date=run.partition_date,
    )


def _makes_runs(spec: DagSpec) -> bool:
    return isinstance(spec.timetable, PluginTimetable) and spec.timetable.scheduled
