"""The scheduler's signs of life: its lease, which turns check, and its row in ``job``, for people."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from datetime import timedelta
from typing import Final

from tradewind.domain.errors import DatabaseError
from tradewind.runtime import processes
from tradewind.runtime.clock import Clock
from tradewind.store import leases
from tradewind.store.database import Database
from tradewind.store.heartbeat import Heartbeat as Row

JOB_TYPE: Final = "SchedulerJob"
JOB_EVERY: Final = 5.0
"""Seconds between signs of life for people."""


class Heartbeat:
    """Renews the lease at each call, the job's row now and then."""

    def __init__(self, *, database: Database, clock: Clock, owner: str, length: timedelta) -> None:
        self._database, self._clock, self._owner, self._length = database, clock, owner, length
        self._lease: leases.Lease | None = None
        self._row = Row(database, clock, JOB_TYPE)
        self._shown = 0.0

    def begin(self) -> leases.Lease:
        """Enter; one that died on this machine is put out at once. Raises AnotherScheduler."""
        with self._database.write() as tx:
            self._lease = leases.acquire(
                tx, self._owner, hostname=socket.gethostname(), pid=os.getpid(), fence=secrets.randbits(30),
                ttl=self._length, is_dead=_is_dead, alone=True,
            )  # fmt: skip
        self._show()
        return self._lease

    def run_once(self) -> None:
        """Live on. Raises Fenced where another scheduler has taken over."""
        assert self._lease is not None
        with self._database.write() as tx:
            leases.renew(tx, self._lease, self._length)
        if self._clock.monotonic() - self._shown >= JOB_EVERY:
            self._show()

    def _show(self) -> None:
        self._shown = self._clock.monotonic()
        self._row.beat()

    def end(self) -> None:
        """Leave, so that a successor need not wait."""
        with contextlib.suppress(DatabaseError), self._database.write() as tx:
            if self._lease is not None:
                leases.release(tx, self._lease)
        self._row.end()


def _is_dead(hostname: str, pid: int) -> bool:
    return hostname == socket.gethostname() and processes.identity(pid) is None
