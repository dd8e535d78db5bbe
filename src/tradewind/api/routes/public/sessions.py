"""Logging in and out with a browser: the token lies in a cookie that no script can read."""

from __future__ import annotations

import hmac
import secrets
from typing import Any, Final
from urllib.parse import parse_qsl, quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tradewind.api import authentication, logging_in, login_page, problems, redirects
from tradewind.api.authentication import COOKIE, address_of, require_same_origin
from tradewind.api.door import Call, Door, read_body
from tradewind.auth.attempts import TooManyAttempts
from tradewind.auth.permissions import Principal
from tradewind.auth.tokens import TokenExpired, TokenInvalid
from tradewind.domain.errors import BadRequest

door = Door("Login", prefix="")
LARGEST: Final = 16 * 1024
_CSRF: Final = "_csrf"


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go afterwards."""

    next: str | None = None


@door.get("/api/v2/auth/login", None, name="login", query=Next, answer=Any)
async def login(call: Call) -> Response:
    """Send the browser to the page to log in on."""
    settings, wanted = call.services.settings, call.query.next
    to = f"{redirects.prefix(settings)}/login"
    return RedirectResponse(f"{to}?next={quote(redirects.checked(wanted), safe='/')}" if wanted else to, 307)


@door.get("/api/v2/auth/logout", None, name="logout", answer=Any)
async def logout(call: Call) -> Response:
    """End the token that the request carries, and send the browser to the page to log in on."""
    request, services = call.request, call.services
    require_same_origin(request, services.settings.base_url)
    for token in {authentication.bearer_of(request), request.cookies.get(COOKIE, "")} - {""}:
        try:
            claims = services.signer.read(token, now=services.clock.now())
        except (TokenExpired, TokenInvalid):
            continue
        if not await run_in_threadpool(services.people.revoke, claims):
            continue
        address = address_of(request)
        await run_in_threadpool(logging_in.note, services, "logout", owner=claims.sub, address=address)
    answer = RedirectResponse(f"{redirects.prefix(services.settings)}/login", 307)
    answer.delete_cookie(COOKIE, **cookie(call))
    return answer


@door.get("/login", None, name="login_page", query=Next, answer=Any, in_document=False)
async def page(call: Call) -> Response:
    """The page to log in on."""
    to = next_of(call, call.query.next)
    if authentication.vouched_for(call.request, call.services) is not None:
        return RedirectResponse(to, 303)
    who = call.services.people.anonymous()
    return show(call, to) if who is None else await enter(call, who, to, by="configuration")


@door.post("/login", None, name="login_form", answer=Any, in_document=False)
async def form(call: Call) -> Response:
    """Log in with what was typed there."""
    request, services = call.request, call.services
    require_same_origin(request, services.settings.base_url)
    body = (await read_body(request, LARGEST)).decode("utf-8", "replace")
    try:
        fields = dict(parse_qsl(body, max_num_fields=10))
    except ValueError as error:
        raise BadRequest(f"The form is not one of the page to log in on: {error}.") from error
    to = next_of(call, fields.get("next"))
    if not _is_ours(call, fields.get("csrf_token", "")):
        return show(call, to, 403, "stale")
    name, password = fields.get("username", ""), fields.get("password", "")
    try:
        who = await logging_in.with_password(request, services, name, password)
    except TooManyAttempts as error:
        call.headers["Retry-After"] = str(error.seconds)
        return show(call, to, 429, "often", seconds=error.seconds)
    except problems.NotAuthenticated:
        return show(call, to, 401, "wrong")
    return await enter(call, who, to)


async def enter(call: Call, who: Principal, to: str, *, by: str = "password") -> Response:
    """Send the browser on as somebody who said who they are."""
    lifetime = call.services.settings.token_lifetime
    token = await logging_in.token(call.request, call.services, who, lifetime, by=by)
    answer = RedirectResponse(to, 303)
    answer.set_cookie(COOKIE, token, max_age=int(lifetime.total_seconds()), **cookie(call))
    answer.delete_cookie(_csrf_name(call), **cookie(call, path="/"))
    return answer


def next_of(call: Call, wanted: str | None) -> str:
    """Where to go afterwards. Raises BadRequest."""
    return redirects.checked(wanted) if wanted else f"{redirects.prefix(call.services.settings)}/"


def show(call: Call, to: str, status: int = 200, error: str = "", **about: object) -> Response:
    """The page, with the cookie to which its form is bound."""
    bound = call.request.cookies.get(_csrf_name(call)) or secrets.token_urlsafe(24)
    settings = call.services.settings
    oidc, other = call.services.oidc, f"{redirects.prefix(settings)}/login/oidc?next={quote(to)}"
    text = login_page.render(
        call.request.headers.get("accept-language", ""), name=settings.instance_name,
        prefix=redirects.prefix(settings), csrf=call.services.signer.stamp("csrf", bound), next_path=to,
        error=error, about=about,
        elsewhere=None if oidc is None else (oidc.name, other),
    )  # fmt: skip
    call.headers["Content-Security-Policy"] = login_page.POLICY
    call.headers["Referrer-Policy"] = (
        "same-origin"  # with less, browsers would hide where the form comes from
    )
    answer = HTMLResponse(text, status)
    answer.set_cookie(_csrf_name(call), bound, max_age=3600, **cookie(call, path="/"))
    return answer


def _is_ours(call: Call, given: str) -> bool:
    """Whether the form is one that this server gave to this browser."""
    bound = call.request.cookies.get(_csrf_name(call), "")
    expected = call.services.signer.stamp("csrf", bound)
    return bool(bound) and hmac.compare_digest(expected.encode(), given.encode())


def _csrf_name(call: Call) -> str:
    """Of a name that, under https, no neighbouring host can set."""
    return f"__Host-{_CSRF}" if _secure(call) else _CSRF


def _secure(call: Call) -> bool:
    return call.request.url.scheme == "https" or call.services.settings.base_url.startswith("https:")


def cookie(call: Call, path: str | None = None) -> dict[str, Any]:
    place = path or redirects.prefix(call.services.settings) or "/"
    return {"path": place, "httponly": True, "samesite": "lax", "secure": _secure(call)}
