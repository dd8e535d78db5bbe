"""One runner, as its triggerer sees it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Final

from tradewind.client.stream import Stream
from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.domain.messages.runner import TaskSettings
from tradewind.runtime import processes
from tradewind.triggerer.board import Board, Step
from tradewind.triggerer.messages import Begin, Cancel, FromRunner, Heard
from tradewind.triggerer.runner_signal import TELL_WHERE

_ANSWER: Final = 0.1
"""Seconds that the kernel gets to have the runner write where it stands."""


class Process:
    """A runner and the triggers that it has. ``alone`` names the trigger that it was left to."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        settings: TaskSettings,
        environ: Mapping[str, str],
        *,
        heard: Callable[[Process, TriggerEvent], None],
        died: Callable[[Process], None],
    ) -> None:
        self.has: dict[int, Wait] = {}
        self.alone: int | None = None
        self.told: float | None = None
        """The step of which was told that it takes long, by its beginning."""
        self.ending: float | None = None
        """Since when it is to end."""
        self.began = time.monotonic()
        self._board = Board.make()
        self._where = os.memfd_create("traces")
        ours, theirs = socket.socketpair()
        self._popen = _start(environ, (theirs.fileno(), self._board.fd, self._where))
        theirs.close()
        self._stream = Stream(loop, ours, FromRunner, lambda it: heard(self, it), lambda: died(self))
        self._stream.send(Begin(settings=settings))

    def begin(self, waits: list[Wait]) -> None:
        """Run these."""
        self.has.update({wait.trigger_id: wait for wait in waits})
        self._stream.send(Begin(triggers=tuple(waits)))

    def cancel(self, trigger_ids: list[int], *, killed: bool) -> None:
        """Run these no more; nothing that it still says of them counts."""
        for trigger_id in trigger_ids:
            self.has.pop(trigger_id, None)
        self._stream.send(Cancel(trigger_ids=tuple(trigger_ids), killed=killed))

    def heard(self, event: TriggerEvent) -> None:
        """That event of one of its triggers is recorded."""
        self._stream.send(Heard(trigger_id=event.trigger_id, begun=event.begun, number=event.number))

    def step(self) -> Step | None:
        """Whose code runs just now, or ran when it died."""
        return self._board.read()

    def where(self) -> str:
        """The stack of its main thread, innermost line first. Empty where it does not answer."""
        before = os.fstat(self._where).st_size
        self._popen.send_signal(TELL_WHERE)
        deadline = time.monotonic() + _ANSWER
        while time.monotonic() < deadline:
            written = os.pread(self._where, 65536, before)
            if written.endswith(b"\n") and b"  File" in written:
                return written.decode("utf-8", "replace").rstrip()
            time.sleep(0.002)
        return ""

    def close(self) -> None:
        """Have it end: its triggers clean up and are gone."""
        if self.ending is None:
            self.ending = time.monotonic()
            self._stream.close()

    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._popen.poll() is not None

    def kill(self) -> str:
        """End it at once; in words how it ended."""
        if self._popen.poll() is None:
            self._popen.kill()
        return processes.describe_exit(self._popen.wait())

    def bury(self) -> None:
        """Let go of what it leaves behind."""
        self._stream.close()
        self._board.close()
        os.close(self._where)

    def how(self) -> str:
        """How it ended, in words; waits for the end of one that has closed its socket."""
        try:
            return processes.describe_exit(self._popen.wait(1.0))
        except subprocess.TimeoutExpired:
            return self.kill()


def _start(environ: Mapping[str, str], fds: tuple[int, int, int]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tradewind", "triggerer-runner", *map(str, fds)]
    return processes.spawn(command, env=environ, pass_fds=fds)
