"""A process that waits for one assignment, runs it, reports, and ends."""

from __future__ import annotations

import fcntl
import gc
import os
import resource
import select
import signal
import socket
import sys
import traceback
from typing import Any, Final, NoReturn

import msgspec
import setproctitle

from tradewind.client import access
from tradewind.client.logs import LogFile
from tradewind.domain.errors import AirflowTaskTerminated
from tradewind.domain.messages import runner as messages
from tradewind.domain.messages import wire
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.report import Finished, Started
from tradewind.runtime.clock import Clock
from tradewind.telemetry.masking import MASKER
from tradewind.worker import rawoutput, rehearsal, runner, tree, users
from tradewind.worker.board import Slot
from tradewind.worker.capture import redirect_descriptors
from tradewind.worker.dagfile import DagFile
from tradewind.worker.stage import Stage

WORK_WAIT: Final = 0.001
"""A process that gets no work for so long, in seconds, was made ahead of time and warms up."""
SETTLE_BEFORE_END: Final = 0.2
"""Seconds that the line that tells the end waits for raw output."""
SETTLE_AT_END: Final = 30.0
"""Seconds that raw output may take to reach the log once a task has ended."""


class Given(msgspec.Struct, kw_only=True):
    """What the parent hands to a forked child."""

    sock: int
    raw: int
    slot: Slot
    settings: messages.TaskSettings
    file: DagFile


class Fresh(msgspec.Struct, kw_only=True):
    """What the parent hands to a fresh interpreter."""

    sock: int
    raw: int
    board: int
    slot: int
    settings: messages.TaskSettings
    start: messages.StartParent
    hazards: tuple[str, ...] = ()


def run(given: Given, stage: Stage, clock: Clock, note: str = "") -> NoReturn:
    """Serve until the work is done or the host is gone. Never returns: this is a process of its own."""
    code = 1
    try:
        TaskProcess(given, stage, clock, note).serve()
        code = 0
    except HostGone:
        code = 0
    except BaseException:  # noqa: BLE001 - the last line of a process; it goes to the log as raw output
        os.write(2, traceback.format_exc().encode(errors="replace"))
    finally:
        os._exit(code)


class HostGone(BaseException):
    """The host closed the socket: nobody would hear how the task ends."""


class TaskProcess:
    """The life of one process."""

    def __init__(self, given: Given, stage: Stage, clock: Clock, note: str) -> None:
        self._given, self._settings, self._clock = given, given.settings, clock
        self._note = note
        self._pid = os.getpid()
        self._sock = socket.socket(fileno=given.sock)
        self._frames, self._capture = stage.frames, stage.capture
        stage.process = self
        self._body: runner.Body | None = None
        self._terminated = self._is_concluded = False
        self._idle = False

    def serve(self) -> None:
        """Settle in, then take assignments."""
        self._settle_in()
        left = max(1, self._settings.tasks_per_process)
        self._send(messages.SpareReady(pid=self._pid))
        self._idle = True
        if not select.select([self._sock], [], [], WORK_WAIT)[0] and rehearsal.is_machine_idle():
            rehearsal.rehearse(self._clock, self._capture)  # nobody waits for this process yet
        while left > 0:
            self._idle = True
            assignment = self._receive()
            self._idle = False
            left -= 1
            if assignment.run_as_user:
                left = 0
            report = self._attempt(assignment)
            self._send(messages.Ended(report=report, terminated=self._terminated, again=left > 0))

    # --- settling in

    def _settle_in(self) -> None:
        os.setsid()
        tree.become_subreaper()
        redirect_descriptors(self._given.raw)
        signal.set_wakeup_fd(-1)
        self._sock.setblocking(True)
        if self._settings.memory_limit:
            resource.setrlimit(resource.RLIMIT_AS, (self._settings.memory_limit, self._settings.memory_limit))
        _reseed()
        MASKER.listener = self._announce
        gc.enable()

    def _announce(self, secrets: frozenset[str]) -> None:
        rawoutput.announce_secrets(self._given.raw, secrets)

    def settle(self, patience: float) -> None:
        """Wait until raw output that is under way is in the log."""
        rawoutput.settle(self._given.raw, self._given.slot, patience)

    def keep(self, rest: str) -> None:
        """Remember an unfinished line where the parent finds it."""
        self._given.slot.unfinished = rest.encode(errors="backslashreplace")

    # --- signals

    def told_to_stop(self) -> None:
        """Told to stop: ``on_kill``, then out of the user's code. Without user code it just ends."""
        if os.getpid() != self._pid:  # user code forked: that process ends as any other
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGTERM)
            return
        if self._idle:
            os._exit(0)
        if self._body is None or self._is_concluded:
            return  # its end is known; links and callbacks have their own time limits
        self._terminated = True
        self._body.terminate(AirflowTaskTerminated("the task was told to stop (SIGTERM)"))

    def socket_moved(self) -> None:
        """Something happened on the host's socket; only its end matters while user code runs."""
        if self._body is None or os.getpid() != self._pid:
            return
        try:
            gone = not self._sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        if gone:
            self._abandon()

    def _abandon(self) -> NoReturn:
        """The host is gone: end everything that belongs to the task. The next host reports it as lost."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        body, self._body = self._body, None
        if self._capture.log is not None:
            self._capture.log.write(
                "error", "The worker host is gone; the task stops and will be repeated.", "task"
            )
        if body is not None:
            body.kill()
        for pid in tree.descendants(os.getpid()):
            tree.kill(pid, signal.SIGKILL)
        os._exit(1)

    def _watch_host(self) -> None:
        """Let the kernel interrupt user code when the host's end of the socket closes."""
        fd = self._sock.fileno()
        fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)

    # --- one attempt

    def _attempt(self, assignment: Assignment) -> Finished:
        run = assignment.run
        setproctitle.setproctitle(f"airflow task {run.dag_id} {assignment.task_id} {run.run_id}")
        self._terminated = self._is_concluded = False
        self._given.slot.begin(assignment.log_path)
        log = LogFile(self._settings.log_folder, assignment.log_path, MASKER, self._clock)
        self._capture.log = log
        link = access.open_link(self._settings, assignment.attempt_id, assignment.dispatch, self._clock)
        body = runner.Body(
            assignment,
            self._given.file.dags.get(run.dag_id),
            link,
            clock=self._clock,
            host=runner.Where(self._settings.hostname, self._settings.unixname),
            started=self._report_started,
            flush=self._flush,
            concluded=self._report_concluded,
            callback_limit=self._settings.callback_limit,
            success_overtime=self._settings.success_overtime,
            log=log,
            problem=self._problem(run.dag_id),
            max_map_length=self._settings.max_map_length,
        )
        self._say_first(log, assignment)
        self._body = body
        self._watch_host()
        try:
            with access.given(link, self._settings):
                if assignment.run_as_user:
                    users.become(assignment.run_as_user)
                report = body.run()
        finally:
            self._body = None
            link.close()
        self._clean_up(log)
        self._capture.log = None
        log.close()
        return report

    def _problem(self, dag_id: str) -> str:
        """Why the DAG is not there, for the log."""
        file = self._given.file
        if dag_id in file.dags:
            return ""
        return (
            "\n".join(file.errors)
            or f"the file defines no DAG {dag_id!r} (it has: {', '.join(file.dags) or 'none'})"
        )

    def _say_first(self, log: LogFile, assignment: Assignment) -> None:
        run = assignment.run
        log.write(
            "info",
            f"Task {assignment.task_id} starts, try {assignment.try_number}",
            "task",
            dag_id=run.dag_id,
            run_id=run.run_id,
            task_id=assignment.task_id,
            map_index=assignment.map_index,
            try_number=assignment.try_number,
            attempt_id=assignment.attempt_id,
            dispatch=assignment.dispatch,
            hostname=self._settings.hostname,
            pid=os.getpid(),
        )
        for text in (assignment.note, self._note):
            if text:
                log.write("warning", text, "task")
        if self._given.file.output:
            log.output(self._given.file.output.splitlines(), "task.import")

    def _flush(self) -> None:
        """What was printed stands in the log before the line that tells the end."""
        self._capture.finish(SETTLE_BEFORE_END)

    def _clean_up(self, log: LogFile) -> None:
        """Nothing that the task started outlives it, and all that was printed is in the log."""
        if tree.has_children():
            left = _left_behind()
            if left:
                names = ", ".join(f"{pid} ({tree.command_line(pid)[:80]})" for pid in left[:5])
                log.write(
                    "warning",
                    f"The task left {len(left)} processes behind; they are stopped: {names}",
                    "task",
                )
                tree.end(_left_behind, self._settings.term_grace, self._clock.monotonic)
        self._capture.finish(SETTLE_AT_END)
        if log.lost:
            log.write("error", f"{log.lost} lines are missing above: they could not be written.", "task")

    # --- the host

    def _report_started(self, message: Started) -> None:
        self._send(message)

    def _report_concluded(self, report: Finished, limit: float, linking: bool) -> None:
        self._is_concluded = True
        self._send(
            messages.Concluded(report=report, limit=limit, terminated=self._terminated, linking=linking)
        )

    def _send(self, message: msgspec.Struct) -> None:
        try:
            self._sock.sendall(wire.frame(message))
        except OSError as error:
            raise HostGone from error

    def _receive(self) -> Assignment:
        while True:
            try:
                data = self._sock.recv(wire.READ_SIZE)
            except BlockingIOError:
                select.select([self._sock], [], [])
                continue
            except OSError as error:
                raise HostGone from error
            if not data:
                raise HostGone
            for message in list(self._frames.feed(data)):
                return message  # type: ignore[no-any-return]


def _left_behind() -> list[int]:
    return [pid for pid in tree.descendants(os.getpid()) if not tree.is_helper(pid)]


def _reseed() -> None:
    """Forks share the state of random generators; Python's own module reseeds itself."""
    numpy: Any = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()
