"""What every request meets first and every answer last, also those that no route of ours makes.

``Guard`` is plain ASGI around the whole application: it refuses what is too much (header bytes, requests at
once, open streams) before anything is read, and puts the headers on every answer that keep browsers from
keeping, guessing, framing or running anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.api import problems
from tradewind.api.settings import Settings

MOST_HEADER_BYTES: Final = 32 * 1024
RETRY_SECONDS: Final = 1
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


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._limit = app, settings.requests_at_once
        self._headers = {**_HEADERS, "Strict-Transport-Security": f"max-age={_YEAR}"}
        self._waiting = 0
        """Requests that have no answer yet."""
        self._flowing = 0
        """Answers that have begun and not ended: streams, mostly."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refuse(scope)
        if refusal is not None:
            await refusal(scope, receive, self._with_headers(scope, send))
            return
        await self._pass(scope, receive, self._with_headers(scope, send))

    def _refuse(self, scope: Scope) -> ASGIApp | None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            return problems.problem(431, f"The headers are longer than {MOST_HEADER_BYTES} bytes.")
        if max(self._waiting, self._flowing) < self._limit:
            return None
        words = f"More than {self._limit} requests at once. Try again in {RETRY_SECONDS} s."
        return problems.problem(429, words, {"Retry-After": str(RETRY_SECONDS)})

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count it where it stands: without an answer, or within one."""
        flowing = False

        async def counted(message: Message) -> None:
            nonlocal flowing
            if message["type"] == "http.response.start" and not flowing:
                flowing = True
                self._waiting, self._flowing = self._waiting - 1, self._flowing + 1
            await send(message)

        self._waiting += 1
        try:
            await self._app(scope, receive, counted)
        finally:
            if flowing:
                self._flowing -= 1
            else:
                self._waiting -= 1

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
