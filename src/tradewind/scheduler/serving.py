"""The scheduler as a process: its parts, its lease, its children, its heartbeat."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from tradewind.domain.errors import Fenced
from tradewind.domain.messages.plugins import Answer, Question
from tradewind.runtime import paths
from tradewind.runtime.clock import Clock
from tradewind.runtime.duty import Duty
from tradewind.runtime.plugin_asking import Answered, PluginAsking
from tradewind.runtime.plugin_hosts import PluginFailed, PluginHosts
from tradewind.runtime.service import Service
from tradewind.scheduler.core import Core, Settings
from tradewind.scheduler.duties.heartbeat import Heartbeat
from tradewind.scheduler.duties.keep_children import Companion, KeepChildren
from tradewind.scheduler.service import SchedulerWork
from tradewind.store import leases
from tradewind.store.database import Database
from tradewind.telemetry import events

_log = logging.getLogger("tradewind")

LEASE = timedelta(seconds=4)
"""How long a scheduler that has vanished keeps its DAGs."""
BEAT = 1.0
"""Seconds between renewals of the lease."""
END_OF_CHILDREN = 4.0
"""Seconds that children get to drain when the scheduler is told to end."""


class _Serving(SchedulerWork):
    """The scheduler's work together with its children's life."""

    def __init__(
        self,
        core: Core,
        *,
        run_dir: Path,
        heartbeat: Heartbeat,
        children: KeepChildren,
        emit: events.Emit,
        plugins: PluginHosts | None = None,
    ):
        duties = [
            Duty(name="heartbeat", every=BEAT, run_once=self._beat, at_start=False),
            Duty(name="children", every=0.5, run_once=children.run_once),
        ]
        super().__init__(core, run_dir=run_dir, duties=duties, emit=emit)
        self._heartbeat, self._children = heartbeat, children
        self._plugins = PluginAsking(plugins) if plugins is not None else None
        if self._plugins is not None:
            core.use_plugins(self._ask_plugin)

    def _ask_plugin(self, question: Question, answered: Answered) -> None:
        def told(answer: Answer | PluginFailed) -> None:
            answered(answer)
            self._ask()

        assert self._plugins is not None
        self._plugins.ask(question, told)

    def _beat(self) -> None:
        try:
            self._heartbeat.run_once()
        except Fenced:
            self.fenced.set()
            raise

    async def drain(self) -> None:
        """End the children that this process started, and wait for them a moment."""
        self._children.end()
        for _ in range(int(END_OF_CHILDREN / 0.05)):
            if not self._children.alive():
                return
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """Close the doors and give the lease back, so that a successor need not wait for it to run out."""
        await super().stop()
        if self._plugins is not None:
            await self._plugins.close()
        self._heartbeat.end()


def run(
    *,
    database: Database,
    clock: Clock,
    settings: Settings,
    run_dir: Path,
    companions: Sequence[Companion] = (),
    plugins: PluginHosts | None = None,
    pid_file: Path | None = None,
    title: str | None = "airflow scheduler",
    emit: events.Emit = events.log,
) -> None:
    """Schedule until told to stop. Raises AlreadyRunning, Fenced (another scheduler took over),
    DatabaseError.

    Without ``plugins`` nothing that plug-ins bring is asked.
    """
    name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    heartbeat = Heartbeat(database=database, clock=clock, owner=name, length=LEASE)
    lease = _enter(heartbeat, database)
    core = Core(
        database=database,
        clock=clock,
        settings=settings,
        random_bits=secrets.randbits,
        name=name,
        lease=lease,
        emit=emit,
    )
    children = KeepChildren(companions, clock, is_needed=lambda: core.triggering.needed)
    work = _Serving(core, run_dir=run_dir, heartbeat=heartbeat, children=children, emit=emit,
        plugins=plugins,
    )  # fmt: skip
    service = Service(
        "scheduler",
        work,
        clock=clock,
        emit=emit,
        lock=run_dir / paths.SCHEDULER_LOCK,
        pid_file=pid_file,
        title=title,
        drain_timeout=END_OF_CHILDREN + 0.5,
    )
    asyncio.run(_until_fenced(service, work))


def _enter(heartbeat: Heartbeat, database: Database) -> leases.Lease:
    """The lease. Where the database may have several schedulers, one works and the others stand by for it.

    Raises AnotherScheduler where the database serves one at a time.
    """
    told = False
    while True:
        try:
            return heartbeat.begin()
        except leases.AnotherScheduler as error:
            if database.dialect.one_writer:
                raise
            if not told:
                told = True
                _log.info(
                    "scheduler stands by: pid %d on %s works; it is replaced %g s after it was last heard of",
                    error.pid, error.hostname, LEASE.total_seconds(),
                )  # fmt: skip
        time.sleep(BEAT / 4)


async def _until_fenced(service: Service, work: SchedulerWork) -> None:
    watcher = asyncio.create_task(work.fenced.wait())
    watcher.add_done_callback(
        lambda task: service.stop("another scheduler took over") if not task.cancelled() else None
    )
    try:
        await service.main()
    finally:
        watcher.cancel()
    if work.fenced.is_set():
        raise Fenced("Another scheduler took over this one's DAGs while it was not heard of. Start it again.")
