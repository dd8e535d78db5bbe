"""The plug-in host as the scheduler sees it: ask, and the answer comes as a call.

Started at the first question, closed when nothing was asked for a while. One that does not answer in time is
killed, and so is one that a question is the last for; the others it was asked are asked of the next one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tradewind.domain.errors import ProtocolError
from tradewind.domain.messages import wire
from tradewind.domain.messages.plugins import AskTimetable, TimetableSays
from tradewind.runtime import plugins, processes

COMMAND: Final = (sys.executable, "-m", "tradewind.worker.plugin_host")
IDLE: Final = 60.0
"""Seconds after which a host without questions is closed."""
LIMIT: Final = 10.0
"""Seconds that a question may take; the first one of a host also loads the plug-ins."""
Answered = Callable[[TimetableSays], None]


class PluginHost:
    """At most one host process, which is asked one question at a time."""

    def __init__(
        self,
        *,
        folder: Path,
        environ: Mapping[str, str],
        answered: Answered,
        command: Sequence[str] = COMMAND,
        limit: float = LIMIT,
    ) -> None:
        self._folder, self._environ, self._answered = folder, environ, answered
        self._command, self._limit = command, limit
        self._waiting: asyncio.Queue[AskTimetable] = asyncio.Queue()
        self._work: asyncio.Task[None] | None = None
        self._process: Any = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._frames = wire.Frames(TimetableSays)
        self._loaded: tuple[Any, ...] = ()

    def ask(self, question: AskTimetable) -> None:
        """The answer comes later, whatever becomes of the host."""
        self._waiting.put_nowait(question)
        if self._work is None or self._work.done():
            self._work = asyncio.get_running_loop().create_task(self._serve(), name="plugin-host")

    async def close(self) -> None:
        """End the host; open questions get no answer."""
        if self._work is not None:
            self._work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._work
        self._end()

    async def _serve(self) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE):
                    question = await self._waiting.get()
            except TimeoutError:
                self._end()
                return
            self._answered(await self._one(question))

    async def _one(self, question: AskTimetable) -> TimetableSays:
        if self._process is not None and self._loaded != self._files():
            self._end()  # the plug-ins were edited
        error = ""
        try:
            async with asyncio.timeout(self._limit):
                return await self._exchange(question)
        except TimeoutError:
            error = f"{question.name} did not answer in {self._limit:g} s"
        except (ConnectionError, ProtocolError, processes.CannotStart) as problem:
            error = f"the plug-in host died of {question.name} ({problem})"
        self._end()
        return TimetableSays(ticket=question.ticket, error=error)

    async def _exchange(self, question: AskTimetable) -> TimetableSays:
        if self._writer is None:
            await self._start()
        assert self._writer is not None
        assert self._reader is not None
        self._writer.write(wire.frame(question))
        while True:
            data = await self._reader.read(1 << 16)
            if not data:
                raise ConnectionError("it closed its socket")
            said: TimetableSays
            for said in self._frames.feed(data):
                if said.ticket == question.ticket:
                    return said

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._loaded = self._files()
        with theirs:
            number = theirs.fileno()
            self._process = processes.spawn(
                [*self._command, str(number), str(self._folder)],
                env=processes.clean_environment(self._environ),
                pass_fds=[number],
            )
        self._frames = wire.Frames(TimetableSays)
        self._reader, self._writer = await asyncio.open_connection(sock=ours)

    def _files(self) -> tuple[Any, ...]:
        found = []
        for path in plugins.plugin_files(self._folder):
            with contextlib.suppress(OSError):
                found.append((str(path), path.stat().st_mtime_ns))
        return tuple(found)

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = self._reader = self._writer = None
