"""Running the application with uvicorn: a port that is known to be free, and a stop that waits for nobody."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Final

import uvicorn

from tradewind.api import connections
from tradewind.api.forwarded import Forwarded
from tradewind.domain.errors import AirflowConfigException
from tradewind.runtime import ports

if TYPE_CHECKING:
    from starlette.applications import Starlette

SHUTDOWN_SECONDS: Final = 1
"""How long requests in flight may take to end; then they are cut."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def serve(
    app: Starlette,
    *,
    host: str,
    port: int,
    listener: socket.socket | None = None,
    ssl_cert: str | None = None,
    ssl_key: str | None = None,
    trusted_proxies: Sequence[str] = ("127.0.0.1", "::1"),
    head_seconds: float = connections.HEAD_SECONDS,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; returns within two seconds after that.

    An event ``app.state.stopping`` is set when it begins to stop, for streams to end by themselves.
    ``head_seconds``: how long a connection may take to send the head of a request.
    ``listener`` is a socket from ``ports.bind``; without one the port is bound here. ``on_ready`` is called
    once requests are answered. What the proxies of ``trusted_proxies`` (addresses and networks) forward is
    believed. Raises AirflowConfigException for an address, a certificate or a key that cannot be used.
    """
    _check_pair(ssl_cert, ssl_key)
    config = uvicorn.Config(
        Forwarded(app, trusted_proxies),
        proxy_headers=False,  # Forwarded does it
        log_level="warning",
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        http=connections.patient(head_seconds),
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        ssl_certfile=ssl_cert or None,
        ssl_keyfile=ssl_key or None,
    )
    stopping = getattr(app.state, "stopping", None) or threading.Event()
    _Server(config, stopping, on_ready).run(sockets=[listener or ports.bind(host, port)])


def _check_pair(cert: str | None, key: str | None) -> None:
    """Raises AirflowConfigException for a certificate and a key that cannot be served with."""
    if not cert and not key:
        return
    try:
        if not cert:
            raise OSError("there is no certificate")
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key or None)
    except OSError as error:
        named = f"the certificate {cert or '(none)'} and the key {key or '(in the same file)'}"
        raise AirflowConfigException(
            f"Cannot serve HTTPS with {named}: {error.strerror or error}. --ssl-cert and --ssl-key ([api] "
            "ssl_cert and ssl_key) name PEM files that belong together."
        ) from error


class _Server(uvicorn.Server):
    """uvicorn's server without its ten ticks a second; a signal that stops it is not raised again."""

    def __init__(
        self, config: uvicorn.Config, stopping: threading.Event, on_ready: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._stopping = stopping
        self._on_ready = on_ready
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and tell."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)
        if self._on_ready is not None:
            self._on_ready()

    async def main_loop(self) -> None:
        """Once a second the date header is renewed; a signal ends the wait at once."""
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 10) % 864000
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM, and give the former handlers back afterwards."""
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal stops; a second SIGINT does not even wait for requests."""
        super().handle_exit(sig, frame)
        self._stopping.set()
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
