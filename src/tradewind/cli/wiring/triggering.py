"""A triggerer, put together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tradewind.cli.wiring import hosting
from tradewind.domain.messages.runner import TaskSettings
from tradewind.runtime import paths, processes
from tradewind.runtime.service import Service
from tradewind.triggerer.service import Triggerer
from tradewind.triggerer.settings import TriggererSettings

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App


def run(
    app: App,
    *,
    pid_file: Path | None = None,
    capacity: int | None = None,
    queues: str | None = None,
    stands_in: bool = False,
) -> None:
    """Wait for deferred tasks until told to stop. A second one of a home shares the work.

    One of certain queues takes no lock: a scheduler may need its own beside it.
    """
    incarnation = app.new_attempt(app.clock.now())
    config = app.config.triggerer
    settings = TriggererSettings(
        run_dir=app.run_dir,
        tasks=_tasks(app, incarnation),
        environ=processes.clean_environment(app.environ, {"AIRFLOW_HOME": str(app.home)}),
        capacity=capacity or config.capacity,
        queues=tuple(name.strip() for name in (queues or "").split(",") if name.strip()),
        stands_in=stands_in,
        beat_every=min(config.job_heartbeat_sec, hosting.LONGEST_HEARTBEAT),
    )
    Service(
        "triggerer",
        Triggerer(settings, incarnation, app.clock),
        clock=app.clock,
        lock=None if settings.queues else app.run_dir / paths.TRIGGERER_LOCK,
        may_be_second=True,
        pid_file=pid_file,
        title="airflow triggerer",
    ).run()


def _tasks(app: App, incarnation: str) -> TaskSettings:
    logs = app.config.logging
    return msgspec.structs.replace(
        hosting.settings(app).for_tasks(incarnation),
        log_rotate_bytes=logs.log_rotate_bytes,
        log_rotate_count=logs.log_rotate_count,
    )
