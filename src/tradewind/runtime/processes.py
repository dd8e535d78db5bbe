"""The only place that starts and ends processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from tradewind.domain.errors import TradewindError

POLL = 0.02
_HIDDEN = ("LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET", "PYTHONSTARTUP")
"""Variables that belong to one process and must not reach its children."""


class CannotStart(TradewindError):
    """A command could not be started."""

    def __init__(self, argv: Sequence[str], error: OSError) -> None:
        super().__init__(f"{argv[0]} could not be started: {error.strerror or error}.")
        self.argv = tuple(argv)


class Identity(NamedTuple):
    """A process that cannot be taken for another: its pid and when it started (clock ticks since boot)."""

    pid: int
    started: int


def identity(pid: int) -> Identity | None:
    """Who has this pid now, or None where nobody (or only a zombie) has it."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    return None if fields[0] in {"Z", "X"} else Identity(pid, int(fields[19]))


def is_alive(who: Identity) -> bool:
    """Whether that very process still lives."""
    return identity(who.pid) == who


def own_identity() -> Identity:
    """This process."""
    found = identity(os.getpid())
    if found is None:  # no /proc: pid alone must do
        return Identity(os.getpid(), 0)
    return found


def clean_environment(environ: Mapping[str, str], extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child: ours, without what belongs to one process only, and with ``extra``."""
    return {**{key: value for key, value in environ.items() if key not in _HIDDEN}, **(extra or {})}


def spawn(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = None,
    stderr: int | IO[bytes] | None = None,
    pass_fds: Iterable[int] = (),
    new_session: bool = True,
) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own, so that it and all it starts can be ended together.

    ``stdout`` and ``stderr`` None mean ours. Raises CannotStart.
    """
    try:
        return subprocess.Popen(
            list(argv),
            env=dict(env),
            cwd=cwd,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            pass_fds=tuple(pass_fds),
            start_new_session=new_session,
            close_fds=True,
        )
    except OSError as error:
        raise CannotStart(argv, error) from error


def fork(child: Callable[[], int], *, new_session: bool = True) -> int:
    """Fork; the child runs ``child`` and exits with what it returns. Returns the child's pid.

    Signal handlers of the parent are put back to their defaults in the child before ``child`` is called.
    """
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        if new_session:
            os.setsid()
        code = child()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # noqa: BLE001 - nothing may return into the parent's code
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)


def redirect(*, stdin: Path | None = None, stdout: Path | None = None, stderr: Path | None = None) -> None:
    """Point this process's standard streams at files (appending)."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    for path, number, flags in (
        (stdin, 0, os.O_RDONLY),
        (stdout, 1, os.O_WRONLY | os.O_APPEND | os.O_CREAT),
        (stderr, 2, os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    ):
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = os.open(path, flags, 0o644)
            os.dup2(fd, number)
            if fd > 2:
                os.close(fd)


def daemonize(*, umask: int, stdout: Path, stderr: Path, keep_cwd: bool = False) -> None:
    """Detach from the terminal; returns in the daemon only. The caller's process exits with 0."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.umask(umask)
    if not keep_cwd:
        os.chdir("/")
    redirect(stdin=Path(os.devnull), stdout=stdout, stderr=stderr)


def describe_exit(returncode: int) -> str:
    """``exit code 3`` or ``signal SIGKILL``, for a code as Popen and ``waitstatus_to_exitcode`` give it."""
    if returncode >= 0:
        return f"exit code {returncode}"
    try:
        return f"signal {signal.Signals(-returncode).name}"
    except ValueError:
        return f"signal {-returncode}"


def session_members(session: int) -> list[Identity]:
    """Every living process of a session, also those whose parent is gone."""
    members = []
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError, ValueError):
            text = Path(entry.path, "stat").read_text(encoding="utf-8", errors="replace")
            fields = text[text.rindex(")") + 2 :].split()
            if int(fields[3]) == session and fields[0] not in {"Z", "X"}:
                members.append(Identity(int(entry.name), int(fields[19])))
    return members


def signal_process(who: Identity, number: int) -> bool:
    """Send a signal to that very process; False where it is gone."""
    if not is_alive(who):
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(who.pid, number)
        return True
    return False


def signal_session(session: int, number: int) -> int:
    """Send a signal to every process of a session; how many there were."""
    return sum(signal_process(member, number) for member in session_members(session))


def kill_group(leader: Identity, *, grace: float) -> bool:
    """End a session leader and everything in its session: SIGTERM, up to ``grace`` seconds, then SIGKILL.

    Blocks; for code that is not on an event loop. Where the leader itself is gone its orphans are still
    ended, unless its pid has meanwhile gone to another process. True when nothing is left.
    """
    taken = identity(leader.pid)
    if taken is not None and taken != leader:
        return True
    if not signal_session(leader.pid, signal.SIGTERM):
        return True
    if _wait_gone(leader.pid, grace):
        return True
    signal_session(leader.pid, signal.SIGKILL)
    return _wait_gone(leader.pid, 2.0)


def _wait_gone(session: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while session_members(session):
        if time.monotonic() >= deadline:
            return False
        time.sleep(POLL)
    return True


def run_command(command: str, *, timeout: float = 30.0) -> str:
    """What a ``…_cmd`` option's command prints, without the last line end. Raises ConfigCommandFailed."""
    import shlex

    try:
        done = subprocess.run(
            shlex.split(command), capture_output=True, text=True, timeout=timeout, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise ConfigCommandFailed(command, str(error)) from error
    if done.returncode:
        raise ConfigCommandFailed(command, f"{describe_exit(done.returncode)}: {done.stderr.strip()[:200]}")
    return done.stdout.removesuffix("\n")


class ConfigCommandFailed(TradewindError):
    """The command that should give an option's value failed."""

    def __init__(self, command: str, reason: str) -> None:
        super().__init__(f"The command {command!r}, which gives a configuration value, failed: {reason}.")
        self.command = command
