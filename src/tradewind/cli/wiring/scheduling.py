"""A scheduler with the processes that it needs beside it, put together."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.cli.daemons import SUPERVISED
from tradewind.cli.stopping import leave_after
from tradewind.executors import loader
from tradewind.runtime import children, paths, processes
from tradewind.runtime.children import Child
from tradewind.secrets import cipher

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App
    from tradewind.scheduler.duties.keep_children import Companion


def run(
    app: App,
    *,
    pid_file: Path | None = None,
    seconds: float | None = None,
    companions: frozenset[str],
    only_dag: str | None = None,
) -> None:
    """Schedule until told to stop, or for ``seconds``.

    Raises AlreadyRunning, Fenced, DatabaseError, UnknownExecutor. A scheduler confined to one DAG is part of
    a command and runs it here, whatever the executor.
    """
    if only_dag is None:
        loader.check(app.config.core.executor)
    cipher.check_option(app.config.core.fernet_key)  # its companions could only die of it, again and again
    beside = _companions(app, companions)
    if seconds is not None:
        leave_after(seconds)
    _serve(app, beside, pid_file=pid_file, only_dag=only_dag)
    _end_adopted(app, beside)  # told to stop in order; after a failure they go on for a successor


def _serve(app: App, companions: list[Companion], *, pid_file: Path | None, only_dag: str | None) -> None:
    from tradewind.scheduler import serving
    from tradewind.scheduler.core import Settings

    config = app.config
    xcoms = _xcom_path(app)
    serving.run(
        database=app.database,
        clock=app.clock,
        settings=Settings(
            parallelism=config.core.slots,
            lost_limit=config.scheduler.lost_attempt_limit,
            xcom_folder=None if "://" in xcoms else Path(xcoms).expanduser() if xcoms else None,
            xcom_store="://" in xcoms,
            callback_limit=config.callbacks.limit,
            only_dag=only_dag,
            create_scheduled_runs=config.scheduler.use_job_schedule and only_dag is None,
        ),
        run_dir=app.run_dir,
        companions=companions,
        plugins=app.plugins,
        pid_file=pid_file,
        title="airflow scheduler",
    )


def _xcom_path(app: App) -> str:
    """Where long XComs lie: a folder, the address of an object store, or (empty) nowhere."""
    found = app.config.sources.find("common.io", "xcom_objectstorage_path")
    return found.text.removeprefix("file://") if found is not None else ""


def _companions(app: App, names: frozenset[str]) -> list[Companion]:
    locks = {
        "worker-host": paths.HOST_LOCK,
        "data-server": paths.DATA_LOCK,
        "dag-processor": paths.PROCESSOR_LOCK,
        "triggerer": paths.TRIGGERER_LOCK,
    }
    env = processes.clean_environment(app.environ, {SUPERVISED: "1", "AIRFLOW_HOME": str(app.home)})
    return [_companion(app, name, lock, env) for name, lock in locks.items() if name in names]


def _companion(app: App, name: str, lock: str, env: dict[str, str]) -> Companion:
    from tradewind.scheduler.duties.keep_children import Companion

    output = app.config.logging.base_log_folder / f"{name}.out"
    on_demand = name == "triggerer"
    command = [name, "--stands-in"] if on_demand else [name]

    def begin() -> Child:
        child = children.start(command, env=env, output=output)
        _mark(app, name).write_text(f"{child.who.pid} {child.who.started}\n", encoding="ascii")
        return child

    return Companion(component=name, lock=app.run_dir / lock, begin=begin, on_demand=on_demand)


def _mark(app: App, name: str) -> Path:
    """Names the process that some scheduler started as its companion; one that a person started has none."""
    return app.run_dir / f"{name}.companion"


def _end_adopted(app: App, companions: list[Companion]) -> None:
    """End companions that an earlier scheduler started and this one took over."""
    for companion in companions:
        try:
            words = _mark(app, companion.component).read_text(encoding="ascii").split()
            who = processes.Identity(int(words[0]), int(words[1]))
        except (OSError, ValueError, IndexError):
            continue
        processes.signal_process(who, signal.SIGTERM)
        _mark(app, companion.component).unlink(missing_ok=True)
