"""Logging in at an OpenID Connect provider: the browser goes there, and comes back with a code."""

from __future__ import annotations

import logging
from typing import Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from tradewind.api import logging_in, redirects
from tradewind.api.authentication import address_of
from tradewind.api.door import Call, Door
from tradewind.api.routes.public import sessions
from tradewind.auth.oidc import CALLBACK, Begun, Provider
from tradewind.auth.outside import OIDC, LoginRefused
from tradewind.auth.permissions import Principal
from tradewind.auth.tokens import TokenInvalid
from tradewind.domain import principals
from tradewind.domain.errors import NotFound

door = Door("Login", prefix="")
log = logging.getLogger("tradewind.api")
_COOKIE: Final = "_oidc"
_SECONDS: Final = 600
"""How long somebody may take at the provider."""


@door.get("/login/oidc", None, name="login_oidc", query=sessions.Next, answer=Any, in_document=False)
async def begin(call: Call) -> Response:
    """Send the browser to the provider."""
    provider, attempts, address = _provider(call), call.services.attempts, address_of(call.request)
    to = sessions.next_of(call, call.query.next)
    attempts.begin(address, None)  # as below
    try:
        url, begun = await provider.begin(to)
    except LoginRefused as error:
        return await _refuse(call, error)
    attempts.succeeded(address, None)
    until = int(call.now.timestamp()) + _SECONDS
    sealed = call.services.signer.seal({**msgspec.to_builtins(begun), "until": str(until)}, purpose=OIDC)
    answer = RedirectResponse(url, 302)
    answer.set_cookie(_COOKIE, sealed, max_age=_SECONDS, **sessions.cookie(call, path=_path(call)))
    return answer


@door.get(CALLBACK, None, name="login_oidc_callback", answer=Any, in_document=False)
async def finish(call: Call) -> Response:
    """Let somebody in whom the provider sent back."""
    provider, attempts, address = _provider(call), call.services.attempts, address_of(call.request)
    attempts.begin(address, None)  # each failure asks the provider, and is noted
    try:
        who, begun = await _who(call, provider)
    except LoginRefused as error:
        answer = await _refuse(call, error)
    else:
        attempts.succeeded(address, None)
        answer = await sessions.enter(call, who, begun.next, by=OIDC)
    answer.delete_cookie(_COOKIE, **sessions.cookie(call, path=_path(call)))
    return answer


async def _who(call: Call, provider: Provider) -> tuple[Principal, Begun]:
    begun = _begun(call)
    outsider = await provider.finish(begun, dict(call.request.query_params))
    return await run_in_threadpool(call.services.people.enter, outsider, provider.rules), begun


def _begun(call: Call) -> Begun:
    """The flow that this browser began. Raises LoginRefused."""
    try:
        said = call.services.signer.unseal(call.request.cookies.get(_COOKIE, ""), purpose=OIDC)
    except TokenInvalid as error:
        raise LoginRefused("this browser began no log-in") from error
    if int(said["until"]) < call.now.timestamp():
        raise LoginRefused("the log-in took too long")
    return msgspec.convert(said, Begun)


async def _refuse(call: Call, error: LoginRefused) -> Response:
    """Why goes to the log and the audit log; the browser is told to ask there."""
    log.warning("A log-in by OIDC was refused: %s.", error)
    about = {"address": address_of(call.request), "by": OIDC, "reason": str(error)[:500]}
    await run_in_threadpool(logging_in.note, call.services, "login_failed", owner=principals.UNKNOWN, **about)
    return sessions.show(call, sessions.next_of(call, None), 403, "refused")


def _provider(call: Call) -> Provider:
    if call.services.oidc is None:
        raise NotFound("Nobody logs in by OIDC here: [oidc] issuer is not set.")
    return call.services.oidc


def _path(call: Call) -> str:
    return f"{redirects.prefix(call.services.settings)}/login/oidc"
