"""Starting our own commands as processes, and looking after them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tradewind.runtime import processes, titles
from tradewind.runtime.clock import Clock
from tradewind.runtime.processes import Identity

Main = Callable[[Sequence[str]], int]
BACK_OFF = (0.2, 1.0, 3.0, 10.0, 30.0)
"""Seconds to wait before a command that died is started again, by how often in a row."""
LIVED_LONG = 60.0
"""Seconds after which a command's next death counts as its first."""


@dataclass(slots=True)
class Child:
    """One of our own commands as a process in a session of its own."""

    component: str
    who: Identity
    popen: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    """Where it was not forked: the object that reaps it."""
    _code: int | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """Its process id, and that of its session."""
        return self.who.pid

    def poll(self) -> int | None:
        """Its exit code (negative: the signal that killed it), or None while it runs."""
        if self._code is None:
            self._code = self._reap() if self.popen is None else self.popen.poll()
        return self._code

    def _reap(self) -> int | None:
        try:
            pid, status = os.waitpid(self.who.pid, os.WNOHANG)
        except ChildProcessError:  # somebody else waited for it
            return None if processes.is_alive(self.who) else 1
        return os.waitstatus_to_exitcode(status) if pid else None

    def signal(self, number: int) -> None:
        """Send it a signal."""
        processes.signal_process(self.who, number)


def start(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    fork: Main | None = None,
    output: Path | None = None,
) -> Child:
    """Start one of our own commands (``["scheduler"]``) in a session of its own.

    With ``fork`` it is forked from this process and ``fork(argv)`` is its main: no interpreter to start, and
    memory shared; only for a process that has neither threads nor connections open. ``output`` takes what it
    prints; without it, it prints where we do. Raises CannotStart.
    """
    if fork is not None:
        main = fork
        pid = processes.fork(lambda: _forked(main, argv, env, output))
        return Child(argv[0], _identity(pid))
    command = [sys.executable, "-m", "tradewind", *argv]
    if output is None:
        popen = processes.spawn(command, env=env)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("ab") as sink:
            popen = processes.spawn(command, env=env, stdout=sink, stderr=sink)
    return Child(argv[0], _identity(popen.pid), popen)


def _identity(pid: int) -> Identity:
    return processes.identity(pid) or Identity(pid, 0)


def _forked(main: Main, argv: Sequence[str], env: Mapping[str, str], output: Path | None) -> int:
    # Before the environment moves: the title is written over the memory that it lies in.
    titles.set_title(f"airflow {argv[0]}")
    os.environ.clear()
    os.environ.update(env)
    processes.redirect(stdin=Path(os.devnull), stdout=output, stderr=output)
    return main(argv)


class Keeper:
    """Keeps one command running: starts it, and again with growing delays when it dies."""

    def __init__(self, component: str, begin: Callable[[], Child], clock: Clock) -> None:
        self.component, self._begin, self._clock = component, begin, clock
        self.child: Child | None = None
        self.last_exit: int | None = None
        self._started = 0.0
        self._failures = 0
        self._due: float | None = 0.0

    def look(self) -> float | None:
        """Start it where it is due. Where it was just found dead: seconds until its next start; else None."""
        now = self._clock.monotonic()
        if self.child is not None:
            code = self.child.poll()
            return None if code is None else self._bury(code, now)
        if self._due is not None and now >= self._due:
            self.child, self._started, self._due = self._begin(), now, None
        return None

    def _bury(self, code: int, now: float) -> float:
        if now - self._started >= LIVED_LONG:
            self._failures = 0
        delay = BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1
        self.child, self.last_exit, self._due = None, code, now + delay
        return delay

    @property
    def failures(self) -> int:
        """How often in a row it died soon after its start."""
        return self._failures
