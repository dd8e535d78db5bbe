"""The importer process as the service sees it: ask for a file, get its answer.

Started when a file is to be read, closed when none was for a while. Where it dies, the files it had are asked
for once more; a file that it dies of twice gets an import error.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from tradewind.dag_processor import verdicts
from tradewind.domain.errors import ProtocolError
from tradewind.domain.messages import parsing, wire
from tradewind.domain.messages.parsing import Found, Lookup, ParsedFile, ParseFile
from tradewind.runtime import processes

COMMAND: Final = (sys.executable, "-m", "tradewind.dag_processor.importer")
IDLE: Final = 60.0
"""Seconds after which an importer without work is closed."""
_SILENCE: Final = 15.0
"""Seconds beyond a file's own time after which the importer counts as hung."""

Answer = Callable[[str, str], Any]
"""(``variable`` or ``connection``, name) to its value, or None."""


class ImporterLost(Exception):
    """The importer died or hung before it answered."""


class Importers:
    """One importer process, which may work on several files at once."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        answer: Answer,
        command: Sequence[str] = COMMAND,
        idle: float = IDLE,
    ) -> None:
        self._environ, self._answer, self._command, self._idle = environ, answer, command, idle
        self._process: Any = None
        self._writer: asyncio.StreamWriter | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[ParsedFile]] = {}
        self._tickets = 0
        self._starting = asyncio.Lock()
        self._closing: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """The importer's process id, or None while there is none."""
        return self._process.pid if self._process is not None else None

    async def parse(self, request: ParseFile) -> ParsedFile:
        """What the file holds. Never raises for what the file does. Raises CannotStart."""
        reason = ""
        for _ in range(2):
            try:
                return await self._once(request)
            except ImporterLost as error:
                reason = str(error)
        return verdicts.lost(request, reason)

    async def close(self) -> None:
        """End the importer; files that are under way get no answer."""
        if self._closing is not None:
            self._closing.cancel()
        await self._end("the DAG processor stops")

    async def _once(self, request: ParseFile) -> ParsedFile:
        async with self._starting:
            if self._writer is None:
                await self._start()
        self._tickets += 1
        ticket = self._tickets
        answer: asyncio.Future[ParsedFile] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = answer
        self._stay()
        try:
            self._send(msgspec.structs.replace(request, ticket=ticket))
            async with asyncio.timeout(request.timeout + _SILENCE):
                return await answer
        except TimeoutError:
            await self._end("it did not answer")
            raise ImporterLost("it did not answer") from None
        finally:
            self._waiting.pop(ticket, None)
            if not self._waiting:
                self._leave_later()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            self._process = processes.spawn(
                [*self._command, str(number)],
                env=processes.clean_environment(self._environ),
                pass_fds=[number],
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._reader = asyncio.create_task(self._read(reader), name="importer")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        frames = wire.Frames(parsing.FromImporter)
        reason = "it died"
        try:
            while data := await reader.read(1 << 20):
                for message in frames.feed(data):
                    self._take(message)
        except (ConnectionError, ProtocolError) as error:
            reason = str(error)
        await self._gone(reason)

    async def _gone(self, reason: str) -> None:
        """The importer ended by itself: reap it, and let its files be asked for once more."""
        process, writer = self._process, self._writer
        self._process = self._writer = self._reader = None
        if writer is not None:
            writer.close()
        if process is not None:
            await asyncio.to_thread(_bury, process)
        self._fail(reason)

    def _take(self, message: ParsedFile | Lookup) -> None:
        if isinstance(message, Lookup):
            self._send(Found(ticket=message.ticket, value=self._answer(message.kind, message.name)))
            return
        waiting = self._waiting.get(message.ticket)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def _send(self, message: msgspec.Struct) -> None:
        if self._writer is not None:
            self._writer.write(wire.frame(message))

    def _fail(self, reason: str) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ImporterLost(reason))

    def _stay(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None

    def _leave_later(self) -> None:
        self._stay()
        loop = asyncio.get_running_loop()
        self._closing = loop.call_later(self._idle, lambda: loop.create_task(self._end_if_idle()))

    async def _end_if_idle(self) -> None:
        if not self._waiting:
            await self._end("idle")

    async def _end(self, reason: str) -> None:
        """Close the socket, which ends the importer and its children; kill it where that does not."""
        process, writer, reader = self._process, self._writer, self._reader
        self._process = self._writer = self._reader = None
        if writer is not None:
            writer.close()
        if reader is not None:
            reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reader
        self._fail(reason)
        if process is not None:
            await asyncio.to_thread(_bury, process)


def _bury(process: Any) -> None:
    who = processes.identity(process.pid)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=2.0)
        return
    if who is not None:
        processes.kill_group(who, grace=0.0)
    process.wait()
