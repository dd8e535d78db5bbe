"""Starts a worker host (the hidden command ``worker-host``)."""

from __future__ import annotations

import secrets

from tradewind.domain import keys
from tradewind.runtime.clock import Clock
from tradewind.worker.nurseries import NurseryKeeper, start_nursery
from tradewind.worker.settings import HostSettings


def run(settings: HostSettings, clock: Clock) -> None:
    """Run a host until it is told to stop. Raises AlreadyRunning when this machine has one for that home."""
    incarnation = keys.attempt_id(clock.now(), secrets.randbits(74))
    tasks = settings.for_tasks(incarnation)
    pid, sock = start_nursery(tasks)
    from tradewind.runtime.service import Service
    from tradewind.worker.service import Host

    host = Host(settings, incarnation, NurseryKeeper(pid, sock, tasks, clock), clock)
    Service(
        "worker-host",
        host,
        clock=clock,
        lock=settings.run_dir / "host.lock",
        title="airflow worker-host",
        drain_timeout=settings.drain_grace + settings.drain_kill_grace + 5.0,
    ).run()
