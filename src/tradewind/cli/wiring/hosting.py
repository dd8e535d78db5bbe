"""A worker host, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradewind.cli.acting_light import hostname, user
from tradewind.domain.messages.runner import BackendSpec
from tradewind.worker import host
from tradewind.worker.settings import HostSettings

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

LONGEST_HEARTBEAT = 2.0
"""Seconds; a scheduler gives up a host that it has not heard of for eight."""


def settings(app: App, *, slots: int | None = None, queues: str | None = None) -> HostSettings:
    """What a host is told, from the configuration."""
    config = app.config
    workers = config.workers
    return HostSettings(
        run_dir=app.run_dir,
        log_folder=config.logging.base_log_folder,
        dags_folder=config.core.dags_folder,
        slots=slots or config.core.slots,
        queues=tuple(name.strip() for name in (queues or "").split(",") if name.strip()),
        hostname=hostname(config.core.hostname_callable),
        unixname=user(),
        max_parents=workers.max_parents,
        idle_parent_seconds=workers.idle_parent_seconds,
        tasks_per_process=workers.tasks_per_process,
        heartbeat_seconds=min(workers.min_heartbeat_interval, LONGEST_HEARTBEAT),
        kill_grace=float(config.core.killed_task_cleanup_time),
        drain_grace=workers.drain_timeout,
        import_timeout=config.core.dagbag_import_timeout,
        backends=_backends(app),
        hide_names=config.core.sensitive_var_conn_names,
        max_map_length=config.core.max_map_length,
        callback_limit=config.callbacks.limit,
        success_overtime=config.core.task_success_overtime,
        nofork=config.core.execute_tasks_new_python_interpreter,
    )


def run(app: App, *, slots: int | None = None, queues: str | None = None) -> None:
    """Run a host until it is told to stop. Raises AlreadyRunning."""
    host.run(settings(app, slots=slots, queues=queues), app.clock)


def _backends(app: App) -> tuple[BackendSpec, ...]:
    from tradewind.cli.wiring.lookup import OURS

    config = app.config
    named = (
        (config.workers.secrets_backend, config.workers.secrets_backend_kwargs),
        (config.secrets.backend, config.secrets.backend_kwargs),
    )
    return tuple(
        BackendSpec(classpath=OURS.get(path, path), kwargs=kwargs or "{}") for path, kwargs in named if path
    )
