"""Who sends a request: what it carries, once, and what that is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from tradewind.api import problems

if TYPE_CHECKING:
    from starlette.requests import Request

    from tradewind.api.door import Services
    from tradewind.auth.permissions import Principal

COOKIE: Final = "_token"


async def authenticate(request: Request, services: Services) -> Principal:
    """Who sends this. Raises NotAuthenticated, NotAllowed, TokenExpired or TokenInvalid."""
    bearer, cookie = bearer_of(request), request.cookies.get(COOKIE, "")
    if bearer and cookie and bearer != cookie:
        raise problems.NotAuthenticated(
            "Not authenticated: the request carries two different tokens, a bearer token and a cookie. "
            "Send one."
        )
    if cookie and not bearer and request.method not in {"GET", "HEAD"}:
        require_same_origin(request, services.settings.base_url)
    token = bearer or cookie
    if not token:
        raise problems.NotAuthenticated(
            "Not authenticated: send 'Authorization: Bearer TOKEN'; "
            "POST /auth/token with username and password gives one."
        )
    claims = services.signer.read(token, now=services.clock.now())
    known = services.people.remembered(claims)
    return known if known is not None else await run_in_threadpool(services.people.look_up, claims)


def bearer_of(request: Request) -> str:
    """The bearer token that the request carries, or nothing."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else ""


def require_same_origin(request: Request, base_url: str) -> None:
    """A browser sends the cookie along with requests that other sites cause; those change nothing here."""
    origin = request.headers.get("origin")
    ours = {request.headers.get("host"), urlsplit(base_url).netloc}
    if origin is not None and origin.partition("://")[2] not in ours:
        raise problems.NotAllowed(f"Forbidden: a page of {origin} may not act with your cookie.")
    if request.headers.get("sec-fetch-site") == "cross-site":
        raise problems.NotAllowed("Forbidden: a page of another site may not act with your cookie.")


def address_of(request: Request) -> str:
    """Where it comes from: behind a proxy on this machine, the address that it forwards."""
    return "" if request.client is None else request.client.host
