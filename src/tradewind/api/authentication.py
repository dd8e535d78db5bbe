"""Who sends a request: what it carries, once, and what that is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool

from tradewind.api import problems
from tradewind.api.forwarded import peer_of
from tradewind.auth import service_accounts
from tradewind.auth.outside import LoginRefused

if TYPE_CHECKING:
    from starlette.requests import Request

    from tradewind.api.door import Services
    from tradewind.auth.outside import Outsider
    from tradewind.auth.people import Credential
    from tradewind.auth.permissions import Principal

COOKIE: Final = "_token"


async def authenticate(request: Request, services: Services) -> Principal:
    """Who sends this. Raises NotAuthenticated, NotAllowed, TokenExpired or TokenInvalid."""
    bearer, cookie, vouched = (
        bearer_of(request),
        request.cookies.get(COOKIE, ""),
        vouched_for(request, services),
    )
    if vouched is not None and (bearer or cookie):
        raise problems.NotAuthenticated(
            "Not authenticated: the request carries a token, and a proxy says who it is from. Send one."
        )
    if bearer and cookie and bearer != cookie:
        raise problems.NotAuthenticated(
            "Not authenticated: the request carries two different tokens, a bearer token and a cookie. "
            "Send one."
        )
    if (cookie or vouched) and not bearer and request.method not in {"GET", "HEAD"}:
        require_same_origin(request, services.settings.base_url)
    token = bearer or cookie
    if not token and vouched is None:
        raise problems.NotAuthenticated(
            "Not authenticated: send 'Authorization: Bearer TOKEN'; "
            "POST /auth/token with username and password gives one."
        )
    credential = vouched or _read(token, services, program=bearer.startswith(service_accounts.PREFIX))
    known = services.people.remembered(credential)
    return known if known is not None else await run_in_threadpool(services.people.look_up, credential)


def _read(token: str, services: Services, *, program: bool) -> Credential:
    """Raises TokenExpired, TokenInvalid."""
    if program:
        return service_accounts.digest(token)
    return services.signer.read(token, now=services.clock.now())


def vouched_for(request: Request, services: Services) -> Outsider | None:
    """Whom a trusted proxy says the request is from. Raises NotAllowed where somebody else says so."""
    if services.proxy is None:
        return None
    try:
        return services.proxy.vouches(peer_of(request), request.headers)
    except LoginRefused as error:
        raise problems.NotAllowed(f"Forbidden: {error}.") from error


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
