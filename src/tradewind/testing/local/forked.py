"""Performs each attempt in a process of its own, forked from this one, which has imported the DAG file."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from tradewind import secrets
from tradewind.client.access import LinkBackend
from tradewind.domain import errors, events
from tradewind.domain.messages import wire
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.data import Answer, Call, Refusal, Reply, Request
from tradewind.domain.messages.deferral import TriggerEvent
from tradewind.domain.messages.report import Finished
from tradewind.runtime import processes
from tradewind.runtime.clock import Clock
from tradewind.secrets import Chain
from tradewind.secrets.environment import EnvironmentVariablesBackend
from tradewind.telemetry.masking import MASKER
from tradewind.testing.local import triggers
from tradewind.testing.local.desk import Desk
from tradewind.testing.local.screen import say
from tradewind.worker import runner

Said = Callable[[Assignment, str], None]
_KINDS = ((errors.NotFound, "not_found"), (errors.BadRequest, "invalid"))
GRACE = 2.0


class Over(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A report on its way to the parent."""

    report: Finished


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A question on its way to the parent."""

    call: Call


class Hide(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Secrets that the attempt has looked up: nothing that it prints from now on may show them."""

    secrets: list[str]


class _Job(msgspec.Struct, kw_only=True):
    """One attempt under way."""

    assignment: Assignment
    desk: Desk
    who: processes.Identity
    link: socket.socket
    output: int
    frames: wire.Frames
    rest: bytes = b""
    report: Finished | None = None
    waits: bool = False
    """Its process runs no task, but the trigger of one."""
    fired: TriggerEvent | None = None


class PipeLink:
    """A task's questions, asked of the process that forked it."""

    def __init__(self, assignment: Assignment, sock: socket.socket) -> None:
        self._assignment, self._sock = assignment, sock
        self._frames = wire.Frames(Reply)
        self._lock = threading.Lock()

    def hide(self, found: frozenset[str]) -> None:
        """Have the parent, which prints what this process writes, hide these texts."""
        with self._lock:
            self._sock.sendall(wire.frame(Hide(secrets=sorted(found))))

    def call(self, request: Request) -> Any:
        """The answer's value. Raises NotFound, BadRequest."""
        one = self._assignment
        call = Call(attempt_id=one.attempt_id, dispatch=one.dispatch, request=request)  # type: ignore[arg-type]
        with self._lock:
            self._sock.sendall(wire.frame(Asked(call=call)))
            reply = self._reply()
        if isinstance(reply, Answer):
            return reply.value
        raise (errors.NotFound if reply.kind == "not_found" else errors.BadRequest)(reply.message)

    def _reply(self) -> Answer | Refusal:
        while data := self._sock.recv(wire.READ_SIZE):
            for reply in list(self._frames.feed(data)):
                return reply  # type: ignore[no-any-return]
        raise SystemExit(1)  # the run is over


class PrintedLog:
    """The runner's own lines, printed."""

    def write(self, level: str, event: str, logger: str, **more: Any) -> None:
        """One line, and a traceback below it."""
        if level in {"warning", "error"} or more.get("exception"):
            say(MASKER.mask(event))
        if more.get("exception"):
            say(MASKER.mask(str(more["exception"])))


class Forked:
    """At most ``slots`` attempts at once. ``said`` is told each line that one prints."""

    def __init__(self, dag: Any, *, clock: Clock, slots: int, said: Said) -> None:
        self._dag, self._clock, self.slots, self._said = dag, clock, slots, said
        self._jobs: dict[str, _Job] = {}
        self._ended: list[Finished] = []
        self._fired: list[TriggerEvent] = []
        self._selector = selectors.DefaultSelector()

    # --- the performer ------------------------------------------------------------------------------

    def start(self, assignment: Assignment, desk: Desk) -> None:
        """Fork a process for it."""
        self._fork(assignment, desk, None)

    def fire(self, assignment: Assignment, trigger: events.Deferred, desk: Desk) -> None:
        """Fork a process that waits for the trigger."""
        self._fork(assignment, desk, trigger)

    def _fork(self, assignment: Assignment, desk: Desk, trigger: events.Deferred | None) -> None:
        before = self._jobs.get(assignment.attempt_id)
        if before is not None:  # it still waited for a trigger whose time was over
            processes.kill_group(before.who, grace=0.0)
            self._bury(before)
        ours, theirs = socket.socketpair()
        read_end, write_end = os.pipe2(os.O_CLOEXEC)
        pid = processes.fork(lambda: self._child(assignment, theirs, write_end, trigger))
        theirs.close()
        os.close(write_end)
        os.set_blocking(read_end, False)
        ours.setblocking(False)
        job = _Job(
            assignment=assignment,
            desk=desk,
            who=processes.identity(pid) or processes.Identity(pid, 0),
            link=ours,
            output=read_end,
            frames=wire.Frames(Over | Asked | Hide | TriggerEvent),
            waits=trigger is not None,
        )
        self._jobs[assignment.attempt_id] = job
        self._selector.register(ours, selectors.EVENT_READ, (job, True))
        self._selector.register(read_end, selectors.EVENT_READ, (job, False))

    def wait(self, seconds: float | None) -> list[Finished]:
        """Attend to the attempts until one has ended, or a trigger fired, or the time is over."""
        for key, _ in self._selector.select(seconds):
            job: _Job = key.data[0]
            is_link = key.data[1]
            if self._jobs.get(job.assignment.attempt_id) is not job:
                continue  # it ended by an event before this one
            if is_link:
                self._listen(job)
            else:
                self._hear(job)  # what it hides first, then what it prints
                self._drain(job)
        ended, self._ended = self._ended, []
        return ended

    def fired(self) -> list[TriggerEvent]:
        """What triggers that have fired, or failed, say."""
        fired, self._fired = self._fired, []
        return fired

    @property
    def waiting(self) -> bool:
        """Whether a trigger is waited for."""
        return any(job.waits for job in self._jobs.values())

    def stop(self) -> None:
        """End what is under way, with all that it started."""
        for job in list(self._jobs.values()):
            processes.signal_session(job.who.pid, signal.SIGTERM)
        for job in list(self._jobs.values()):
            processes.kill_group(job.who, grace=GRACE)
            self._bury(job)

    # --- in the parent ------------------------------------------------------------------------------

    def _listen(self, job: _Job) -> None:
        if not self._hear(job):
            self._end(job)

    def _hear(self, job: _Job) -> bool:
        """Take what it has sent. False: it has closed its link."""
        try:
            data = job.link.recv(wire.READ_SIZE)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        for message in job.frames.feed(data):
            if isinstance(message, Asked):
                self._answer(job, message.call)
            elif isinstance(message, Hide):
                for secret in message.secrets:
                    MASKER.add(secret)
            elif isinstance(message, TriggerEvent):
                job.fired = message
            else:
                job.report = message.report
        return bool(data)

    def _answer(self, job: _Job, call: Call) -> None:
        reply: Answer | Refusal
        try:
            reply = Answer(value=job.desk.answer(job.assignment, call.request))
        except errors.TradewindError as error:
            kind = next((name for cls, name in _KINDS if isinstance(error, cls)), "invalid")
            reply = Refusal(kind=kind, message=str(error))
        job.link.setblocking(True)
        with contextlib.suppress(ConnectionError):
            job.link.sendall(wire.frame(reply))
        job.link.setblocking(False)

    def _drain(self, job: _Job) -> None:
        try:
            data = os.read(job.output, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            with contextlib.suppress(KeyError):
                self._selector.unregister(job.output)
        *lines, job.rest = (job.rest + data).split(b"\n")
        for line in lines:
            self._said(job.assignment, MASKER.mask(line.decode("utf-8", "replace")))

    def _end(self, job: _Job) -> None:
        """The attempt's process closed its link: it is done, or dead."""
        _, status = os.waitpid(job.who.pid, 0)
        processes.kill_group(job.who, grace=0.0)
        while job.output in self._selector.get_map():
            before = job.rest
            self._drain(job)
            if job.rest == before:
                break
        if job.rest:
            self._said(job.assignment, MASKER.mask(job.rest.decode("utf-8", "replace")))
        self._bury(job)
        code = os.waitstatus_to_exitcode(status)
        if not job.waits:
            self._ended.append(job.report or self._lost(job, code))
        elif job.fired is not None or code:
            self._fired.append(job.fired or self._lost_trigger(job, code))

    def _lost(self, job: _Job, code: int) -> Finished:
        """It ended without a report: killed, or it left by ``os._exit``."""
        one = job.assignment
        reason = f"the task's process ended with {processes.describe_exit(code)}"
        return Finished(
            attempt_id=one.attempt_id, dispatch=one.dispatch, dag_id=one.run.dag_id, run_id=one.run.run_id,
            started_at=None, at=self._clock.now(), outcome=events.Failed(reason=reason, uncalled=True),
        )  # fmt: skip

    def _lost_trigger(self, job: _Job, code: int) -> TriggerEvent:
        one = job.assignment
        return TriggerEvent(
            trigger_id=0, attempt_id=one.attempt_id, dispatch=one.dispatch, at=self._clock.now(),
            error=f"the trigger's process ended with {processes.describe_exit(code)}",
        )  # fmt: skip

    def _bury(self, job: _Job) -> None:
        self._jobs.pop(job.assignment.attempt_id, None)
        for watched in (job.link, job.output):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(watched)
        with contextlib.suppress(OSError):
            job.link.close()
            os.close(job.output)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(job.who.pid, os.WNOHANG)

    # --- in the child -------------------------------------------------------------------------------

    def _child(
        self, assignment: Assignment, sock: socket.socket, output: int, trigger: events.Deferred | None
    ) -> int:
        for job in self._jobs.values():
            job.link.close()
            os.close(job.output)
        self._selector.close()
        _print_to(output)
        link = PipeLink(assignment, sock)
        MASKER.listener = link.hide
        secrets.use(Chain([EnvironmentVariablesBackend(), LinkBackend(link)]))
        where = runner.Where(socket.gethostname(), "")
        told: Over | TriggerEvent | None
        if trigger is not None:
            told = triggers.wait_for(assignment, trigger, self._clock, link)
        else:
            report = runner.run(assignment, self._dag, link, clock=self._clock, host=where, log=PrintedLog())
            told = Over(report=report)
        sys.stdout.flush()
        sys.stderr.flush()
        if told is not None:
            sock.sendall(wire.frame(told))
        sock.close()
        return 0


def _print_to(output: int) -> None:
    """Everything that the process prints or logs goes there."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(levelname)s - %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
