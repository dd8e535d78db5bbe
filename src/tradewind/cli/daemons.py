"""What every long-running command has in common: detaching, log files, pid file, process title."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tradewind.cli.arguments import Args, arg, flag, hidden
from tradewind.domain.errors import AirflowConfigException
from tradewind.runtime import paths, processes
from tradewind.runtime.locks import AlreadyRunning, living

if TYPE_CHECKING:
    from tradewind.cli.bootstrap import App

SUPERVISED = "TRADEWIND_SUPERVISED"
"""Set for processes that another of ours watches: they write to their log file only."""

DAEMON = (
    arg("--pid", metavar="FILE", help="pid file"),
    flag("-D", "--daemon", help="run in the background"),
    arg("--stdout", metavar="FILE", help="where a daemon's output goes"),
    arg("--stderr", metavar="FILE", help="where a daemon's errors go"),
    arg("-l", "--log-file", metavar="FILE", help="log file"),
    hidden("-u", "--umask", value=True),
)


def begin(args: Args, app: App, component: str) -> Path:
    """Detach where asked to, and set up logging. Returns the pid file.

    What can be wrong is found before the terminal is left: a configuration that cannot be used, a log file
    that cannot be written, a component that runs already (AlreadyRunning).
    """
    config = app.config
    app.make_home()
    pid_file = _path(args.pid) or paths.pid_file(app.home, component)
    running = living(pid_file)
    if running is not None:
        raise AlreadyRunning(component, running.pid, pid_file)
    if args.daemon:
        _detach(args, app, component, umask=config.core.daemon_umask)
    _set_up_logs(args, app, component)
    if SUPERVISED not in app.environ:
        app.warn()
    return pid_file


def begin_quietly(args: Args, app: App, component: str) -> Path | None:
    """As ``begin`` for a process that is part of a command: no pid file, nothing said."""
    app.make_home()
    _set_up_logs(args, app, component)
    return None


def _detach(args: Args, app: App, component: str, *, umask: int) -> None:
    stdout = _path(args.stdout) or paths.daemon_file(app.home, component, "out")
    stderr = _path(args.stderr) or paths.daemon_file(app.home, component, "err")
    for file in (stdout, stderr):
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.open("ab").close()
        except OSError as error:
            raise AirflowConfigException(f"{file} cannot be written: {error.strerror}.") from error
    processes.daemonize(umask=umask, stdout=stdout, stderr=stderr)


def _set_up_logs(args: Args, app: App, component: str) -> None:
    from tradewind.telemetry import logs

    options = app.config.logging
    quiet = args.daemon or SUPERVISED in app.environ
    file = _path(args.log_file) or paths.component_log(options.base_log_folder, component)
    try:
        logs.setup(
            component,
            path=file,
            stream=None if quiet else sys.stderr,
            json_lines=options.json_logs,
            level="DEBUG" if args.verbose else options.logging_level,
            rotate_bytes=options.log_rotate_bytes,
            rotate_count=options.log_rotate_count,
        )
    except OSError as error:
        raise AirflowConfigException(
            f"The log file {file} cannot be written: {error.strerror}. "
            "See [logging] base_log_folder, or --log-file."
        ) from error


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None
