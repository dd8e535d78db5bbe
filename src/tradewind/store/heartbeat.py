"""A component's row in ``job``: what people and health checks look at."""

from __future__ import annotations

import contextlib
import getpass
import socket

from tradewind.domain.errors import DatabaseError
from tradewind.runtime.clock import Clock
from tradewind.store.database import Database
from tradewind.store.queries import jobs


class Heartbeat:
    """A sign of life whenever ``beat`` is called. A row that somebody deleted or ended is made anew.

    ``job_type`` is Airflow's word: SchedulerJob, DagProcessorJob, TriggererJob.
    """

    def __init__(self, database: Database, clock: Clock, job_type: str) -> None:
        self._database, self._clock, self._job_type = database, clock, job_type
        self._job: int | None = None

    def beat(self) -> None:
        """Say that we are alive. Raises DatabaseError."""
        now = self._clock.now()
        with self._database.write() as tx:
            if self._job is None or not jobs.heartbeat(tx, self._job, now):
                self._job = jobs.register(
                    tx, self._job_type, hostname=socket.gethostname(), unixname=_user(), now=now
                )

    def end(self) -> None:
        """Say that we ended in order, if the database lets us."""
        if self._job is not None:
            with contextlib.suppress(DatabaseError), self._database.write() as tx:
                jobs.end(tx, self._job, self._clock.now())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as containers have
        return ""
