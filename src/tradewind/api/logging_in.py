"""Logging in with a name and a password, by whichever door: limited, and noted in the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import anyio
import msgspec
from anyio.lowlevel import RunVar
from starlette.concurrency import run_in_threadpool

from tradewind.api import problems
from tradewind.api.authentication import address_of
from tradewind.domain import principals
from tradewind.store.queries import audit

if TYPE_CHECKING:
    from starlette.requests import Request

    from tradewind.api.door import Services
    from tradewind.auth.permissions import Principal

AT_ONCE: Final = 4
"""Passwords that are compared at once: each takes 64 MiB."""
GRID: Final = 0.25
"""A failure is told at a multiple of these seconds, so that its time does not tell which names exist."""
_limiter: RunVar[anyio.CapacityLimiter] = RunVar("tradewind_log_ins")


async def with_password(
    request: Request,
    services: Services,
    name: str,
    password: str,
    *,
    check: Callable[[str, str], Principal | None] | None = None,
) -> Principal:
    """Who that is, as ``check`` (else ``People.log_in``) finds. Raises TooManyAttempts, NotAuthenticated."""
    address = address_of(request)
    services.attempts.begin(address, name)
    began = services.clock.monotonic()
    log_in = check or services.people.log_in
    who = await anyio.to_thread.run_sync(log_in, name, password, limiter=_at_once())
    if who is None:
        await run_in_threadpool(_note_failure, services, name, address)
        spent = services.clock.monotonic() - began
        await anyio.sleep(GRID - spent % GRID)
        raise problems.NotAuthenticated("Invalid credentials")
    services.attempts.succeeded(address, name)
    return who


async def token(
    request: Request, services: Services, who: Principal, lifetime: timedelta, *, by: str = "password"
) -> str:
    """A token for somebody who has just said who they are, noted in the audit log."""
    made = services.signer.issue(who, now=services.clock.now(), lifetime=lifetime)
    await run_in_threadpool(note, services, "login", owner=who.name, address=address_of(request), by=by)
    return made


def note(services: Services, event: str, *, owner: str, **extra: Any) -> None:
    """Write an entry of its own into the audit log."""
    text = msgspec.json.encode(extra).decode()
    with services.database.write() as tx:
        audit.add(tx, event, at=services.clock.now(), owner=owner, extra=text)


def _note_failure(services: Services, name: str, address: str) -> None:
    """A name that nobody has is not written down: people type passwords there."""
    owner = name if services.people.knows(name) else principals.UNKNOWN
    note(services, "login_failed", owner=owner, address=address, by="password")


def _at_once() -> anyio.CapacityLimiter:
    try:
        return _limiter.get()
    except LookupError:
        made = anyio.CapacityLimiter(AT_ONCE)
        _limiter.set(made)
        return made
