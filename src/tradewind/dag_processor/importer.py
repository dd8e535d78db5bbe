"""The user side: a warm process that imports DAG files, each in a forked child of its own.

    service ──ParseFile──▶ importer ──fork──▶ child: limits, import, to_spec
            ◀─ParsedFile──          ◀──link──        (asks for variables through the same link)

The importer itself never runs a line of a DAG file, so a child starts from a clean, fast interpreter.
Whatever
way a child ends, its file gets an answer: a result, or a FileError that says what happened. After each child
everything that it started is killed: its process group, and the orphans, which become the importer's
children and are then strangers among them.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Sequence
from typing import Final

import msgspec

from tradewind.dag_processor import guard, verdicts
from tradewind.domain.errors import ProtocolError
from tradewind.domain.messages import parsing, wire
from tradewind.domain.messages.parsing import Lookup, ParsedFile, ParseFile
from tradewind.runtime import plugins, processes

OUTPUT_LIMIT: Final = 64 * 1024
_GRACE: Final = 1.0
"""Seconds that a file gets to notice that its time is over, before it is killed."""
_TICK: Final = 0.025
_READ: Final = 1 << 20
_WARM: Final = (
    "tradewind.authoring.loader",
    "tradewind.authoring.to_spec",
    "tradewind.authoring.decorators",
    "tradewind.authoring.edges",
    "tradewind.authoring.task_group",
    "tradewind.authoring.operators.bash",
    "tradewind.authoring.operators.python",
    "tradewind.authoring.operators.empty",
    "tradewind.dag_processor.importer_child",
    "airflow",
    "airflow.models",
    "airflow.operators.bash",
    "airflow.operators.python",
    "airflow.providers.standard.operators.bash",
    "airflow.providers.standard.operators.python",
    "airflow.sdk",
)
"""What most DAG files import; each is one that no child has to load again."""


class Job(msgspec.Struct, kw_only=True):
    """One file that is being imported."""

    request: ParseFile
    pid: int
    pidfd: int
    link: socket.socket
    output: int
    began: float
    frames: wire.Frames
    printed: bytearray
    result: ParsedFile | None = None
    ended_by: verdicts.Why = verdicts.Why.ITSELF
    threads_before: int = 0


class Importer:
    """Serves one control socket until its other end closes."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._requests = wire.Frames(parsing.ToImporter)
        self._selector = selectors.DefaultSelector()
        self._jobs: dict[int, Job] = {}
        self._open = True

    def run(self) -> None:
        """Import what is asked for until the service is gone."""
        guard.adopt_orphans()
        self._selector.register(self._control, selectors.EVENT_READ, None)
        while self._open:
            for key, _ in self._selector.select(_TICK if self._jobs else None):
                if key.data is None:
                    self._hear()
                elif key.data in self._jobs:
                    self._attend(self._jobs[key.data], key.fd)
            self._watch_over()
        for job in list(self._jobs.values()):
            self._kill(job, verdicts.Why.STOPPED)

    def _hear(self) -> None:
        try:
            data = self._control.recv(_READ)
        except ConnectionError:
            data = b""
        if not data:
            self._open = False
            return
        for message in self._requests.feed(data):
            if isinstance(message, ParseFile):
                self._begin(message)
            elif message.ticket in self._jobs:
                with contextlib.suppress(OSError):
                    self._jobs[message.ticket].link.sendall(wire.frame(message))

    def _begin(self, request: ParseFile) -> None:
        ours, theirs = socket.socketpair()
        read_end, write_end = os.pipe()
        threads = guard.threads_of_machine()
        try:
            pid = processes.fork(lambda: self._in_child(request, theirs, write_end), new_session=True)
        except OSError as error:
            self._send(verdicts.cannot_fork(request, error))
            for number in (ours.detach(), theirs.detach(), read_end, write_end):
                os.close(number)
            return
        theirs.close()
        os.close(write_end)
        os.set_blocking(read_end, False)
        job = Job(
            request=request,
            pid=pid,
            pidfd=os.pidfd_open(pid),
            link=ours,
            output=read_end,
            began=time.monotonic(),
            frames=wire.Frames(parsing.FromImporter),
            printed=bytearray(),
            threads_before=threads,
        )
        self._jobs[request.ticket] = job
        for end in (job.pidfd, job.link, job.output):
            self._selector.register(end, selectors.EVENT_READ, request.ticket)

    def _in_child(self, request: ParseFile, link: socket.socket, output: int) -> int:
        from tradewind.dag_processor import importer_child  # loaded in the warm parent already

        self._control.close()
        for job in self._jobs.values():
            job.link.close()
            os.close(job.output)
            os.close(job.pidfd)
        return importer_child.main(request, link, output)

    def _attend(self, job: Job, fd: int) -> None:
        if fd == job.output:
            self._drain(job)
        elif fd == job.pidfd:
            self._listen(job)
            self._finish(job)
        else:
            self._listen(job)

    def _listen(self, job: Job) -> None:
        """Take what the child says: its result, or a question to pass on."""
        try:
            while data := job.link.recv(_READ, socket.MSG_DONTWAIT):
                self._take(job, data)
        except BlockingIOError:
            return
        except (ConnectionError, ProtocolError):
            pass
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(job.link)

    def _take(self, job: Job, data: bytes) -> None:
        for message in job.frames.feed(data):
            if isinstance(message, Lookup):
                self._send(message)
            elif job.result is None:
                job.result = message

    def _drain(self, job: Job) -> None:
        """Read what it prints, keep the beginning. All of it, so that printing never blocks."""
        try:
            data = os.read(job.output, _READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(job.output)
            return
        job.printed += data[: OUTPUT_LIMIT - len(job.printed)]

    def _watch_over(self) -> None:
        now, threads = time.monotonic(), guard.threads_of_machine() if self._jobs else 0
        for job in list(self._jobs.values()):
            if now - job.began > job.request.timeout + _GRACE:
                self._kill(job, verdicts.Why.TOO_LONG)
            elif threads - job.threads_before > guard.MOST_PROCESSES and self._is_bomb(job):
                self._kill(job, verdicts.Why.TOO_MANY)

    def _is_bomb(self, job: Job) -> bool:
        return len(guard.tree(job.pid)) > guard.MOST_PROCESSES // 2

    def _kill(self, job: Job, why: verdicts.Why) -> None:
        job.ended_by = why
        self._finish(job)

    def _finish(self, job: Job) -> None:
        guard.kill_group(job.pid)
        _, status = os.waitpid(job.pid, 0)
        del self._jobs[job.request.ticket]
        guard.sweep({other.pid for other in self._jobs.values()})
        self._drain_rest(job)
        for watched in (job.pidfd, job.link, job.output):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(watched)
        job.link.close()
        os.close(job.output)
        os.close(job.pidfd)
        seconds = time.monotonic() - job.began
        printed = job.printed.decode("utf-8", "replace")
        code = os.waitstatus_to_exitcode(status)
        end = verdicts.End(why=job.ended_by, code=code, printed=printed, seconds=seconds)
        self._send(verdicts.verdict(job.request, job.result, end))

    def _drain_rest(self, job: Job) -> None:
        before = -1
        while len(job.printed) not in {before, OUTPUT_LIMIT}:
            before = len(job.printed)
            self._drain(job)

    def _send(self, message: msgspec.Struct) -> None:
        try:
            self._control.sendall(wire.frame(message))
        except OSError:
            self._open = False


def warm() -> None:
    """Load what most DAG files need; the collector leaves it alone, so that children share the memory."""
    for name in _WARM:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from tradewind.authoring import defaults, loader  # user side; here and not above, for it takes time

    defaults.current()  # reads airflow.cfg once, not in each child
    plugins.entry_points()
    loader.know_modules()
    gc.collect()
    gc.freeze()


def main(argv: Sequence[str] | None = None) -> int:
    """``dag-importer FD``: serve the socket that was inherited under that number (0 by default)."""
    given = list(sys.argv[1:] if argv is None else argv)
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the service decides; it closes the socket
    control = socket.socket(fileno=int(given[0]) if given else 0)
    warm()
    Importer(control).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
