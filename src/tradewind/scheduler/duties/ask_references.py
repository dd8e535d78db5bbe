"""Ask plug-ins from when the deadlines of new runs count.

A run is made without waiting for that: a row of its own stands for the moment that is not known, and is
looked at like a deadline. What a plug-in does not say is asked again, until some time after the run's end.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from tradewind.domain.errors import DatabaseError, Fenced
from tradewind.domain.messages.plugins import Answer, DeadlineStart, MomentIs
from tradewind.engine import deadlines as rules
from tradewind.runtime.clock import Clock
from tradewind.runtime.plugin_asking import Ask
from tradewind.runtime.plugin_hosts import PluginFailed
from tradewind.scheduler.active_runs import ActiveRuns
from tradewind.store import leases
from tradewind.store.database import Database, Tx
from tradewind.store.transitions import deadlines
from tradewind.store.transitions.deadlines import DeadlineRecord
from tradewind.telemetry import events

AGAIN: Final = timedelta(seconds=60)
"""How long a reference that gave no answer is left alone."""
GIVE_UP: Final = timedelta(hours=1)
"""How long after its run has ended a deadline is still asked for."""


class _Wanted(NamedTuple):
    pk: int
    alert: dict[str, Any]
    question: DeadlineStart


class AskReferences:
    """``ask`` is None where there is no host."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        runs: ActiveRuns,
        lease: leases.Lease | None = None,
        emit: events.Emit = events.log,
    ) -> None:
        self._database, self._clock, self._runs = database, clock, runs
        self._lease, self._emit = lease, emit
        self._wanted: list[_Wanted] = []
        self._open: set[int] = set()
        self.ask: Ask | None = None

    def look_at(self, tx: Tx, row: DeadlineRecord, now: datetime) -> None:
        """A deadline whose moment is not known: it is put off, and asked for when this has committed."""
        version = self._runs.version(tx, row.dag_id, row.version_hash) if row.version_hash else None
        alerts = version.spec.deadlines if version is not None else ()
        alert = alerts[row.alert] if row.alert < len(alerts) else None
        ended = row.run_end is not None and now - row.run_end > GIVE_UP
        if alert is None or alert["reference"]["kind"] != rules.PLUGIN or ended:
            deadlines.drop(tx, [row.id])
            return
        deadlines.ask_again(tx, row.id, now + AGAIN)
        reference = alert["reference"]
        question = DeadlineStart(
            name=reference["name"], data=reference["data"], dag_id=row.dag_id, run_id=row.run_id
        )
        self._wanted.append(_Wanted(row.id, alert, question))

    def ask_all(self) -> None:
        """Ask for what was looked at."""
        wanted, self._wanted = self._wanted, []
        for one in wanted:
            if self.ask is not None and one.pk not in self._open:
                self._open.add(one.pk)
                self.ask(one.question, partial(self._told, one))

    def _told(self, wanted: _Wanted, said: Answer | PluginFailed) -> None:
        self._open.discard(wanted.pk)
        try:
            if isinstance(said, MomentIs):
                self._write(wanted, said.at)
            else:
                self._silent(str(said))
        except (DatabaseError, Fenced) as error:  # the row stands: it is asked again
            self._silent(str(error))

    def _write(self, wanted: _Wanted, start: datetime | None) -> None:
        with self._database.write() as tx:
            if self._lease is not None:
                leases.check_fence(tx, self._lease)
            if start is None:
                deadlines.drop(tx, [wanted.pk])
            else:
                deadlines.known(tx, wanted.pk, rules.counted(start, wanted.alert))

    def _silent(self, error: str) -> None:
        self._emit(events.PluginSilent(error=error, seconds=AGAIN.total_seconds()))
