"""Requests through a proxy: where they came from first, which the proxy says, and who the proxy is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

if TYPE_CHECKING:
    from starlette.requests import Request

_PEER: Final = "tradewind.peer"


class Forwarded:
    """Believes ``X-Forwarded-For`` and ``-Proto`` of proxies in these networks, as uvicorn does, and keeps
    the address that the connection itself came from.
    """

    def __init__(self, app: Any, trusted: Sequence[str]) -> None:
        self._app = ProxyHeadersMiddleware(app, trusted_hosts=list(trusted))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            scope[_PEER] = (scope.get("client") or ("", 0))[0]
        await self._app(scope, receive, send)


def peer_of(request: Request) -> str:
    """The address at the other end of the connection, whatever it forwards."""
    return str(request.scope.get(_PEER, ""))
