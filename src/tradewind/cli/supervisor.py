"""Runs and watches the processes of ``standalone``.

    standalone ──fork──▶ api-server
               ──fork──▶ scheduler ──▶ worker host, data server, DAG processor

What dies is started again, with growing delays. On Ctrl-C or SIGTERM all are told to end; what is left after
four seconds is killed, with everything that it started. Should this process itself be killed, the kernel ends
its children.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.cli import main as command_line
from tradewind.cli import welcome
from tradewind.cli.daemons import SUPERVISED
from tradewind.domain.errors import AirflowException
from tradewind.executors import loader
from tradewind.runtime import children, descendants, paths, ports, processes
from tradewind.runtime.children import Child, Keeper
from tradewind.runtime.locks import Lock
from tradewind.secrets import cipher

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

DRAIN = 2.5
"""Seconds that running tasks get to end once all is told to stop; the scheduler stays to hear of them."""
GRACE = 3.5
"""Seconds until what is left is killed."""
READY_WITHIN = 30.0
LOOK = 0.5
"""Seconds between looks while something is starting or dead."""
SHARED = (
    "asyncio", "tradewind.runtime.service", "tradewind.store.database", "tradewind.store.migrations",
    "tradewind.store.queries.dags", "tradewind.store.queries.dag_versions",
    "tradewind.store.queries.scheduling",
    "tradewind.store.queries.task_data", "tradewind.store.transitions.runs", "tradewind.domain.codec",
)  # fmt: skip
"""What four of the five load anyway. Nothing here opens a connection or starts a thread."""


def run(app: App, *, prog: str, host: str | None, port: int | None, first_run: str | None = None) -> int:
    """Start everything, say where it is, and watch over it until told to stop.

    ``first_run``: a DAG to run and show once all is up. Where nobody watches, all ends with it.
    """
    place = prepare(app, host, port)
    house = House(app, prog=prog, host=place[0], port=place[1])
    return house.run(first_run)


def prepare(app: App, host: str | None, port: int | None) -> tuple[str, int]:
    """Find what would stop us while nothing is running yet: home, configuration, port, database."""
    app.make_home()
    config = app.config
    cipher.check_option(config.core.fernet_key)
    host = host or (config.api.host if config.is_set("api", "host") else "127.0.0.1")
    port = config.api.port if port is None else port
    listener = ports.bind(host, port)
    port = listener.getsockname()[1]
    listener.close()
    app.warn()
    _check_free(app)
    _migrate(app)
    return host, port


def _check_free(app: App) -> None:
    if app.scheduler_runs():
        raise AirflowException(
            f"A scheduler of {app.home} is running already. Stop it first, or set AIRFLOW_HOME to another "
            "folder."
        )


def _migrate(app: App) -> None:
    """In a child: this process stays small, and free of connections, which must not cross a fork."""

    def migrate() -> int:
        from tradewind.cli.running import guarded

        return guarded(lambda: app.migrate(app.connect()) and None, app)

    _, status = os.waitpid(processes.fork(migrate, new_session=False), 0)
    if status:
        raise SystemExit(os.waitstatus_to_exitcode(status))


class Part:
    """One process that is kept running."""

    def __init__(self, keeper: Keeper, lock: Path | None) -> None:
        self.keeper, self._lock = keeper, lock

    @property
    def child(self) -> Child | None:
        """The process, if there is one."""
        return self.keeper.child

    def look(self) -> float | None:
        """As ``Keeper.look``. Where another process does that work already, nothing is started."""
        if self.child is None and self._lock is not None and Lock(self._lock).holder() is not None:
            return None
        return self.keeper.look()

    def lives(self) -> bool:
        """Whether our process lives."""
        return self.child is not None and self.child.poll() is None

    def end(self) -> None:
        """Ask it to end."""
        if self.child is not None:
            self.child.signal(signal.SIGTERM)


class House:
    """The processes of one ``standalone``."""

    def __init__(self, app: App, *, prog: str, host: str, port: int) -> None:
        self._app, self._prog, self._host, self._port = app, prog, host, port
        self._clock = app.clock
        self._logs = app.config.logging.base_log_folder
        run_dir = app.run_dir
        self._worker = self._part(["worker-host"], run_dir / paths.HOST_LOCK, may_fork=self._is_light)
        self._data = self._part(["data-server"], run_dir / paths.DATA_LOCK)
        self._scheduler = self._part(["scheduler", "--without-companions"], None)
        self._processor = self._part(["dag-processor"], run_dir / paths.PROCESSOR_LOCK)
        self._api = self._part(["api-server", "-H", host, "-p", str(port)], None)
        self._parts = [self._worker, self._data, self._scheduler, self._processor, self._api]
        self._stop: int | None = None
        self._deadline = 0.0
        self._wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def _part(
        self, argv: list[str], lock: Path | None, *, may_fork: Callable[[], bool] = lambda: True
    ) -> Part:
        def begin() -> Child:
            return children.start(
                argv,
                env=self._environment(),
                fork=self._child if may_fork() else None,
                output=self._logs / f"{argv[0]}.out",
            )

        return Part(Keeper(argv[0], begin, self._clock), lock)

    @staticmethod
    def _is_light() -> bool:
        """Whether user code may run below this process: it has not loaded the store."""
        return "tradewind.store.database" not in sys.modules

    def _environment(self) -> Mapping[str, str]:
        extra = {SUPERVISED: "1", "AIRFLOW_HOME": str(self._app.home)}
        drain = "AIRFLOW__WORKERS__DRAIN_TIMEOUT"
        if drain not in self._app.environ:
            extra[drain] = "1"
        if not loader.all_there(self._app.config.core.executor):
            extra["AIRFLOW__CORE__EXECUTOR"] = "LocalExecutor"
        if not self._app.config.api.base_url:  # links in mails and logs lead here
            extra["AIRFLOW__API__BASE_URL"] = self._address
        return processes.clean_environment(self._app.environ, extra)

    def _child(self, argv: object) -> int:
        descendants.die_with_parent(signal.SIGTERM)
        for end in self._wakes:
            os.close(end)
        return command_line.run(list(argv), prog=self._prog)  # type: ignore[call-overload]

    @property
    def _address(self) -> str:
        """Where the API server can be reached from this machine."""
        return f"http://{ports.reachable(self._host)}:{self._port}"

    # --- life ---------------------------------------------------------------------------------------

    def run(self, first_run: str | None = None) -> int:
        """Until told to stop; the exit code."""
        descendants.adopt_orphans()
        self._listen()
        password_file = self._make_passwords()
        try:
            self._look()
            if not self._wait_until_ready():
                return self._say_why_not()
            print(welcome.places(self._app, self._address, password_file), end="\n\n", flush=True)
            code = self._first_run(first_run) if first_run else 0
            stays = first_run is None or sys.stdout.isatty()
            print(welcome.next_steps(self._app, self._prog, seen=first_run, stays=stays), flush=True)
            if not stays:
                return code
            while self._stop is None:
                self._rest(LOOK if any(part.child is None for part in self._parts) else None)
                self._look()
        finally:
            self._end()
        return 0

    def _first_run(self, dag_id: str) -> int:
        """Run the DAG, shown by a process of its own; its exit code."""
        child = children.start(["first-run", dag_id], env=self._environment(), fork=self._child)
        while child.poll() is None and self._stop is None:
            self._rest(0.05)
            self._look(child.pid)
        return child.poll() or 0

    def _listen(self) -> None:
        signal.set_wakeup_fd(self._wakes[1], warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _on_signal(self, number: int, _: object) -> None:
        self._stop = number

    def _rest(self, seconds: float | None) -> None:
        ready, _, _ = select.select([self._wakes[0]], [], [], seconds)
        if ready:
            os.read(self._wakes[0], 4096)

    def _look(self, *others: int) -> None:
        for part in self._parts:
            delay = part.look()
            if delay is not None and self._stop is None:
                how = processes.describe_exit(part.keeper.last_exit or 0)
                name = part.keeper.component
                text = f"{name} ended with {how}; starting it again in {delay:g} s. "
                text += f"See {self._logs / name}.log and .out"
                print(text, file=sys.stderr, flush=True)
            if part is self._worker:
                self._load_shared()
        ours = {part.child.pid for part in self._parts if part.child is not None}
        descendants.reap_strangers(ours.union(others))

    @staticmethod
    def _load_shared() -> None:
        """Once, after the first worker host: what the other processes share."""
        if SHARED[-1] not in sys.modules:
            for name in SHARED:
                importlib.import_module(name)
            gc.collect()
            gc.freeze()

    def _make_passwords(self) -> object:
        from tradewind.auth import users

        app = self._app
        core = app.config.core
        known = users.configured(core.simple_auth_manager_users, core.auth_manager)
        if not known:
            return "the tables: 'airflow users create' makes users"
        named = core.simple_auth_manager_passwords_file
        return users.ensure_passwords(app.home, known, file=app.path(named) if named else None)

    # --- ready --------------------------------------------------------------------------------------

    def _wait_until_ready(self) -> bool:
        deadline = self._clock.monotonic() + READY_WITHIN
        while self._stop is None and self._clock.monotonic() < deadline:
            if self._answers() and self._app.scheduler_runs():
                return True
            self._rest(0.02)
            self._look()
            if any(part.keeper.failures >= 2 for part in self._parts):
                return False
        return False

    def _say_why_not(self) -> int:
        """Name what did not start and show the end of what it printed. The exit code."""
        if self._stop is not None:
            return 0
        for part in self._parts:
            if part.keeper.failures:
                name = part.keeper.component
                file = self._logs / f"{name}.out"
                lines = (
                    file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
                )
                print(f"{name} does not start. The end of {file}:", file=sys.stderr)
                print("\n".join(f"  {line}" for line in lines[-8:]), file=sys.stderr)
        return 1

    def _answers(self) -> bool:
        import socket

        try:
            socket.create_connection((ports.reachable(self._host), self._port), timeout=0.5).close()
        except OSError:
            return False
        return True

    # --- the end ------------------------------------------------------------------------------------

    def _end(self) -> None:
        """Ask everything to end; after ``GRACE`` seconds kill what is left, whoever started it."""
        print("\nStopping …", flush=True)
        signal.signal(signal.SIGINT, lambda *_: self._hurry())
        began = time.monotonic()
        self._deadline = began + GRACE
        for part in (self._worker, self._processor, self._api):
            part.end()
        self._wait(self._worker.lives, began + DRAIN)
        for who in descendants.living():
            processes.signal_process(who, signal.SIGTERM)
        self._wait(descendants.living, began + GRACE)
        descendants.kill_all()
        print("Stopped.", flush=True)

    def _wait(self, goes_on: Callable[[], object], until: float) -> None:
        while goes_on() and time.monotonic() < min(until, self._deadline):
            self._rest(0.05)
            for part in self._parts:
                part.lives()  # reaps it
            descendants.reap_strangers(())

    def _hurry(self) -> None:
        self._deadline = 0.0
