"""Ask plug-ins when the next runs of the DAGs with their timetables are due.

No turn waits for an answer. A DAG whose next run is not known (it is new, has a new version, or has just got
a run) is asked for once; the answer is written as the DAG's next run and seen like any other. Where there is
none in time, or it is an error, the DAG keeps what it has, the log says so, and it is asked again later.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tradewind.domain import timetables
from tradewind.domain.intervals import DataInterval, RunInfo
from tradewind.domain.messages.plugins import AskTimetable, TimetableSays
from tradewind.domain.spec.timetable import PluginTimetable
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.queries import dags, scheduling
from tradewind.store.records import DagScheduling
from tradewind.telemetry import events

AGAIN: Final = timedelta(seconds=60)
"""How long a timetable that failed is left alone."""
Ask = Callable[[AskTimetable], None]


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
        runs: ActiveRuns,
        lease: leases.Lease | None = None,
        emit: events.Emit = events.log,
        on_known: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._runs, self._lease, self._emit = database, runs, lease, emit
        self._on_known = on_known
        self.ask: Ask | None = None
        self.wanted = True
        self._asked: dict[str, _Asked] = {}
        self._open: dict[int, tuple[str, _Asked]] = {}
        self._not_before: dict[str, datetime] = {}
        self._tickets = 0

    def run_once(self, now: datetime) -> list[str]:
        """Ask for every DAG that needs it; their ids."""
        self.wanted = False
        if self.ask is None:
            return []
        with self._database.read() as tx:
            questions = [
                question
                for row in scheduling.without_next_run(tx, PluginTimetable.__name__)
                if (question := self._question(tx, row, now)) is not None
            ]
        for question in questions:
            self.ask(question)
        return [question.dag_id for question in questions]

    def _question(self, tx: Tx, row: DagScheduling, now: datetime) -> AskTimetable | None:
        version = self._runs.version(tx, row.dag_id, row.version_hash) if row.version_hash else None
        if version is None or not isinstance(version.spec.timetable, PluginTimetable):
            return None
        newest = scheduling.newest_scheduled(tx, row.dag_id)
        asked = _Asked(version.hash, newest.run_after if newest is not None else None)
        later = self._not_before.get(row.dag_id)
        if self._asked.get(row.dag_id) == asked and (later is None or now < later):
            return None
        self._asked[row.dag_id] = asked
        self._not_before.pop(row.dag_id, None)
        self._tickets += 1
        self._open[self._tickets] = (row.dag_id, asked)
        timetable, bounds = version.spec.timetable, timetables.restriction(version.spec)
        return AskTimetable(
            ticket=self._tickets,
            dag_id=row.dag_id,
            name=timetable.name,
            data=timetable.data,
            last_start=newest.data_interval_start if newest is not None else None,
            last_end=newest.data_interval_end if newest is not None else None,
            last_run_after=asked.last,
            earliest=bounds.earliest,
            latest=bounds.latest,
            catchup=bounds.catchup,
        )

    def answered(self, said: TimetableSays, now: datetime) -> None:
        """Write the next run of the DAG that was asked for, if it is still what it was."""
        opened = self._open.pop(said.ticket, None)
        if opened is None:
            return
        dag_id, asked = opened
        if said.error:
            self._not_before[dag_id] = now + AGAIN
            self._emit(events.TimetableFailed(dag_id=dag_id, error=said.error, seconds=AGAIN.total_seconds()))
            return
        if said.run_after is None or said.start is None or said.end is None:
            return
        span = DataInterval(said.start, said.end)
        info = RunInfo(run_after=said.run_after, logical_date=said.start, data_interval=span)
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            row = scheduling.dag_row(tx, dag_id)
            if row is None or row.version_hash != asked.version_hash:
                return
            if row.next_dagrun_run_after is None:
                dags.set_next_run(tx, dag_id, info)
        self._on_known()
