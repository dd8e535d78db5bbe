"""Who sends a request to the older ages of the API: by a name and password with each request, the session of
a browser, or a token.

``[api] auth_backends`` says which of the first two. Tokens always do: they are what we ask of everybody else.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from tradewind.api import logging_in
from tradewind.api.authentication import authenticate, vouched_for
from tradewind.api.door import Services
from tradewind.api.problems import NotAllowed, NotAuthenticated
from tradewind.auth.basic import BasicLogins
from tradewind.auth.permissions import Principal
from tradewind.domain.errors import AirflowConfigException

BASIC, SESSION, DENY, OPEN = "basic_auth", "session", "deny_all", "default"
_KNOWN: Final = (BASIC, SESSION, DENY, OPEN)
_SETTING: Final = "[api] auth_backends"


def ways(backends: Iterable[str]) -> frozenset[str]:
    """The ways that Airflow's names of modules stand for (``airflow.api.auth.backend.basic_auth``).

    Raises AirflowConfigException for one that there is not.
    """
    found = frozenset(name.rpartition(".")[2] for name in backends)
    for name in sorted(found):
        if name not in _KNOWN:
            raise AirflowConfigException(
                f"{_SETTING} names {name!r}, which Tradewind does not have: write one or several of "
                f"{', '.join(_KNOWN)}. Tokens (POST /auth/token) are accepted besides."
            )
    return found


class Logins:
    """Says who sends a request. Raises AirflowConfigException where the ways are not safe as they are set."""

    def __init__(self, services: Services, *, cookies: bool = True) -> None:
        """``cookies``: a browser's session counts where it is switched on."""
        self._services = services
        self._ways = ways(services.settings.auth_backends) - (frozenset() if cookies else {SESSION})
        self._basic = BasicLogins(services.people, services.clock)
        if OPEN in self._ways and services.people.anonymous() is None:
            raise AirflowConfigException(
                f"{_SETTING} holds 'default', which asks nobody for a password. If everybody is to be an "
                "admin, say so with [core] simple_auth_manager_all_admins = True; else write basic_auth."
            )

    async def who(self, request: Request) -> Principal:
        """Raises NotAuthenticated, NotAllowed, TooManyAttempts, TokenExpired or TokenInvalid."""
        if DENY in self._ways:
            raise NotAllowed(f"Forbidden: {_SETTING} is deny_all.")
        scheme, _, said = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            if vouched_for(request, self._services) is not None:
                raise NotAuthenticated("The request carries a password, and a proxy says who it is from.")
            return await self._by_password(request, said)
        if scheme.lower() == "bearer" or SESSION in self._ways:
            try:
                return await authenticate(request, self._services)
            except NotAuthenticated:
                pass  # its words are about tokens only
        anonymous = self._services.people.anonymous()
        if OPEN in self._ways and anonymous is not None:
            return anonymous
        raise NotAuthenticated("Not authenticated: send a name and a password (HTTP basic), or a token.")

    async def _by_password(self, request: Request, said: str) -> Principal:
        if BASIC not in self._ways:
            raise NotAuthenticated(
                f"Names and passwords are not accepted here: add basic_auth to {_SETTING}."
            )
        try:
            text = base64.b64decode(said, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            text = ""
        name, _, password = text.partition(":")
        if not name or not password:
            raise NotAuthenticated("Invalid credentials")
        found = await run_in_threadpool(self._basic.remembered, name, password)
        if found is not None:  # so that somebody else's failures by that name stop no running client
            return found
        return await logging_in.with_password(
            request, self._services, name, password, check=self._basic.log_in
        )
