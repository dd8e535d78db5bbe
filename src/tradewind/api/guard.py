"""What every request meets first and every answer last, also those that no route of ours makes.

``Guard`` is plain ASGI around the whole application: it refuses what is too much (header bytes, requests at
once, open streams) before anything is read, and puts the headers on every answer that keep browsers from
keeping, guessing, framing or running anything. It waits for bodies, too: not for long, and for few of one
address, so that whoever sends none to its end holds up nobody else.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.api import problems
from tradewind.api.settings import Settings

MOST_HEADER_BYTES: Final = 32 * 1024
MONITORED: Final = frozenset(
    {"/api/v2/monitor/health", "/api/v2/version", "/api/v1/health", "/api/v1/version", "/health"}
)
"""What monitors ask is answered however many others there are, and counted by itself."""
MOST_MONITORS: Final = 16
"""At once; fewer than there are threads, so that they in turn hold up nobody."""
LISTENING: Final = "/api/tradewind/ui/changes"
"""Every tab of the web UI keeps this stream open: they are counted by themselves, and take nobody's place."""
SHARE: Final = 4
"""A quarter of the requests that there may be are those whose bodies one address keeps us waiting for."""
_YEAR: Final = 31_536_000
_HEADERS: Final[Mapping[str, str]] = {
    **problems.HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
"""Unless the answer says something else itself, as pages do of what they may load."""


class _Counts:
    """How many requests there are, and where they stand. ``most`` may wait, and as many may flow."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.waiting = 0
        """Requests that have no answer yet."""
        self.flowing = 0
        """Answers that have begun and not ended: streams, mostly."""
        self.arriving: Counter[str] = Counter()
        """By address: requests of which more of the body is waited for."""

    @property
    def is_full(self) -> bool:
        """Whether one more is too many."""
        return max(self.waiting, self.flowing) >= self.most


class _Passing:
    """One request on its way through, counted where it stands: without an answer, or within one."""

    def __init__(
        self, counts: _Counts, settings: Settings, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._counts, self._settings = counts, settings
        self._address = (scope.get("client") or ("", 0))[0]
        self._receive, self._send = receive, send
        self._deadline = asyncio.get_running_loop().time() + settings.request_seconds
        self._arrived, self._flowing = not _has_body(scope), False
        counts.waiting += 1

    def end(self) -> None:
        """It is over."""
        if self._flowing:
            self._counts.flowing -= 1
        else:
            self._counts.waiting -= 1

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer."""
        if message["type"] == "http.response.start" and not self._flowing:
            self._flowing = True
            self._counts.waiting, self._counts.flowing = self._counts.waiting - 1, self._counts.flowing + 1
        await self._send(message)

    async def receive(self) -> Message:
        """The next part of the body, or that the sender is gone. Raises BodyTooSlow, TooMany."""
        if self._arrived or self._flowing:
            return await self._receive()
        message = await self._in_time()
        self._arrived = not message.get("more_body", False)
        return message

    async def _in_time(self) -> Message:
        arriving, most = self._counts.arriving, max(1, self._counts.most // SHARE)
        if arriving[self._address] >= most:
            raise problems.TooMany(f"More than {most} request bodies are under way from {self._address}.")
        arriving[self._address] += 1
        patience = asyncio.get_running_loop().time() + self._settings.body_seconds
        try:
            async with asyncio.timeout_at(min(patience, self._deadline)):
                return await self._receive()
        except TimeoutError as error:
            if not self._flowing:
                raise problems.BodyTooSlow(self._too_slow()) from error
        finally:
            arriving[self._address] -= 1
            if not arriving[self._address]:
                del arriving[self._address]
        return await self._receive()  # a stream began meanwhile, which ends when its reader is gone

    def _too_slow(self) -> str:
        return (
            f"The request body did not come: within {self._settings.request_seconds:g} s all of it is due, "
            f"within {self._settings.body_seconds:g} s some more of it ([api] worker_timeout "
            "and body_seconds)."
        )


def _has_body(scope: Scope) -> bool:
    """Whether the head promises one: Content-Length or Transfer-Encoding (RFC 9112, section 6)."""
    heads = dict(scope["headers"])
    return b"transfer-encoding" in heads or heads.get(b"content-length", b"0") != b"0"


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._counts, self._monitors = _Counts(settings.requests_at_once), _Counts(MOST_MONITORS)
        self._listening = _Counts(settings.requests_at_once)
        self._headers = {**_HEADERS, "Strict-Transport-Security": f"max-age={_YEAR}"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = self._with_headers(scope, send)
        counts = self._counted(scope["path"])
        refusal = self._refuse(scope, counts)
        if refusal is not None:
            await refusal(scope, receive, sent)
            return
        passing = _Passing(counts, self._settings, scope, receive, sent)
        try:
            await self._app(scope, passing.receive, passing.send)
        finally:
            passing.end()

    def _counted(self, path: str) -> _Counts:
        """Among which requests one for that path counts."""
        if path == LISTENING:
            return self._listening
        return self._monitors if path in MONITORED else self._counts

    def _refuse(self, scope: Scope, counts: _Counts) -> ASGIApp | None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            return problems.problem(431, f"The headers are longer than {MOST_HEADER_BYTES} bytes.")
        if counts.is_full:
            return problems.respond(problems.TooMany(f"More than {counts.most} requests at once."))
        return None

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        secure = scope.get("scheme") == "https"

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message.setdefault("headers", []))
                for name, value in self._headers.items():
                    if secure or name != "Strict-Transport-Security":
                        headers.setdefault(name, value)
            await send(message)

        return sent


def cors(app: ASGIApp, settings: Settings) -> ASGIApp:
    """Let pages of these origins call the API, with a token that they send themselves: never with our cookie.

    As it is, where no origin is named.
    """
    if not settings.cors_origins:
        return app
    from starlette.middleware.cors import CORSMiddleware  # most installations name none

    allowed: dict[str, Any] = {"allow_methods": settings.cors_methods, "allow_headers": settings.cors_headers}
    given = {name: value for name, value in allowed.items() if value}
    return CORSMiddleware(app, allow_origins=settings.cors_origins, **given)
