"""The data server: answers running tasks of this machine over a Unix socket.

One process, one event loop. Reads of SQLite are answered on the loop, since they never wait; whatever may
wait (a commit, another database server, a secrets backend) goes to a few threads. Requests of one
connection are answered in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from tradewind.api.dag_specs import DagSpecs
from tradewind.api.routes.execution import (
    assets,
    connection_tests,
    desk,
    hitl,
    runs,
    secrets,
    state_stores,
    xcoms,
)
from tradewind.api.xcom_lists import XComLists
from tradewind.domain.errors import AirflowConfigException, ProtocolError
from tradewind.domain.messages import wire
from tradewind.domain.messages.data import Call, Refusal, Reply
from tradewind.domain.messages.plugins import Answer as PluginAnswer
from tradewind.domain.messages.plugins import Question
from tradewind.domain.messages.wake import Wake
from tradewind.runtime import service
from tradewind.runtime.duty import Duty
from tradewind.runtime.plugin_asking import PluginAsking
from tradewind.runtime.plugin_hosts import Answers, Ask, PluginFailed, Unanswered, nobody

if TYPE_CHECKING:
    from tradewind.runtime.clock import Clock
    from tradewind.runtime.plugin_hosts import PluginHosts
    from tradewind.secrets.chain import Chain
    from tradewind.secrets.cipher import Cipher
    from tradewind.store.database import Database

log = logging.getLogger("tradewind.data")
THREADS: Final = 4
REGISTERED: Final = (assets, connection_tests, hitl, runs, secrets, state_stores, xcoms)
"""Modules whose import fills ``desk.HANDLERS``."""


def run(
    *,
    database: Database,
    clock: Clock,
    socket_path: Path,
    wake: Callable[[Wake], None],
    cipher: Cipher,
    plugins: PluginHosts,
    chain: Chain | None = None,
    lock: Path | None = None,
    title: str | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT.

    ``wake`` is called after commits, from any thread. ``chain`` holds backends that are asked before the
    database. ``lock`` keeps a second server of the same home away (AlreadyRunning). Raises
    AirflowConfigException for a socket that cannot be made.
    """
    services = desk.Services(
        database=database, clock=clock, wake=wake, specs=DagSpecs(), cipher=cipher, lists=XComLists(),
        chain=chain,
    )  # fmt: skip
    work = DataServer(services, PluginAsking(plugins), socket_path, on_ready)
    service.Service("data-server", work, clock=clock, lock=lock, title=title, drain_timeout=2).run()


class DataServer:
    """The work of the data server, for ``runtime.service``."""

    def __init__(
        self,
        services: desk.Services,
        plugins: PluginAsking,
        socket_path: Path,
        on_ready: Callable[[], None] | None = None,
    ) -> None:
        self._services, self._plugins = services, plugins
        self._path, self._on_ready = socket_path, on_ready
        self._server: asyncio.Server | None = None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="data")
        self._connections: set[Connection] = set()

    async def start(self) -> None:
        """Listen, for this user only."""
        loop = asyncio.get_running_loop()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        try:
            self._server = await loop.create_unix_server(self._connection, str(self._path))
            self._path.chmod(0o600)
        except OSError as error:
            raise AirflowConfigException(
                f"Cannot listen on {self._path}: {error.strerror or error}. "
                "Is its folder there, and writable?"
            ) from error
        if self._on_ready is not None:
            self._on_ready()

    def _connection(self) -> Connection:
        return Connection(self._services, self._threads, self._plugins, self._connections)

    def duties(self) -> Sequence[Duty]:
        """None: everything happens on request."""
        return ()

    async def drain(self) -> None:
        """Let requests that were begun end."""
        if self._server is not None:
            self._server.close()
        while any(connection.busy for connection in self._connections):
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.close()
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._plugins.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()


class Connection(asyncio.BufferedProtocol):
    """One task process. Its requests are answered one after the other; one that a plug-in has a say in waits
    for its answer in no thread that others need.
    """

    def __init__(
        self,
        services: desk.Services,
        threads: ThreadPoolExecutor,
        plugins: PluginAsking,
        known: set[Connection],
    ) -> None:
        self._services, self._threads, self._plugins, self._known = services, threads, plugins, known
        self._frames = wire.Frames(Call)
        self._read = memoryview(bytearray(wire.READ_SIZE))
        self._waiting: deque[Call] = deque()
        self._transport: asyncio.Transport | None = None
        self.busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A task process connected."""
        self._transport = cast(asyncio.Transport, transport)
        self._known.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It went away; what it asked for last is still carried out."""
        self._known.discard(self)
        self._transport = None

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to read to."""
        return self._read

    def buffer_updated(self, nbytes: int) -> None:
        """Cut into requests and answer, or queue behind the one that is being answered."""
        try:
            self._waiting.extend(self._frames.feed(self._read[:nbytes]))
        except ProtocolError as error:
            self._reply(Refusal(kind="invalid", message=str(error)))
            self.close()
            return
        self._next()

    def _next(self) -> None:
        while self._waiting and not self.busy:
            call = self._waiting.popleft()
            if desk.is_quick(call, self._services):
                self._reply(_answer(call, self._services, self._services.clock.now(), nobody))
            else:
                self.busy = True
                self._try(call, self._services.clock.now(), Answers())

    def _try(self, call: Call, now: datetime, answers: Answers) -> None:
        """Carry it out with what plug-ins have said of it so far."""
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._threads, _attempt, call, self._services, now, answers)
        future.add_done_callback(partial(self._tried, call, now, answers))

    def _tried(
        self, call: Call, now: datetime, answers: Answers, future: asyncio.Future[Reply | Question]
    ) -> None:
        if future.cancelled():
            self.busy = False
            return
        result = future.result()
        if isinstance(result, Reply):
            self.busy = False
            self._reply(result)
            self._next()
            return

        def told(answer: PluginAnswer | PluginFailed) -> None:
            if isinstance(answer, PluginFailed):
                self.busy = False
                self._reply(Refusal(kind="invalid", message=str(answer)))
                self._next()
            else:
                answers.learn(result, answer)
                self._try(call, now, answers)

        self._plugins.ask(result, told)

    def _reply(self, reply: Reply) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(wire.frame(reply))


def _attempt(call: Call, services: desk.Services, now: datetime, answers: Answers) -> Reply | Question:
    """As ``_answer``; the question where a plug-in has to be asked first."""
    try:
        return _answer(call, services, now, answers)
    except Unanswered as missing:
        return missing.question


def _answer(call: Call, services: desk.Services, now: datetime, ask: Ask) -> Reply:
    """As ``desk.answer``; our own mistakes are logged and refused rather than taking the server down."""
    try:
        return desk.answer(call, services, now=now, ask=ask)
    except Unanswered:
        raise
    except Exception:
        log.exception("%s of attempt %s failed", type(call.request).__name__, call.attempt_id)
        return Refusal(kind="invalid", message="The data server failed at this request; its log says why.")
