"""What changes, as it happens: server-sent events, one stream for each tab of a browser."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from tradewind.api import problems
from tradewind.api.authentication import authenticate
from tradewind.api.door import Call, Door
from tradewind.api.live import Audience, Listener
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import changes as schemas
from tradewind.auth import permissions, tokens
from tradewind.auth.permissions import Action, Principal, Resource
from tradewind.domain.access import NOTHING
from tradewind.store.queries.ui.changes import Changes

door = Door(TAG, PREFIX)
EVENTS: Final = "text/event-stream"
APART: Final = 0.2
"""Seconds between two events at least."""
_OF_KIND: Final = {
    "assets": Resource.ASSET, "audit": Resource.AUDIT, "backfills": Resource.RUN,
    "connections": Resource.CONNECTION, "dags": Resource.DAG, "deadlines": Resource.RUN,
    "hitl": Resource.TASK_INSTANCE, "import_errors": Resource.IMPORT_ERROR, "jobs": Resource.JOB,
    "pools": Resource.POOL, "users": Resource.USER, "variables": Resource.VARIABLE,
}  # fmt: skip
_HELLO: Final = b"retry: 2000\nevent: hello\ndata: {}\n\n"
_ALIVE: Final = b": alive\n\n"
_NOT_ANY_MORE: Final = b"event: logged-out\ndata: {}\n\n"
_REFUSED: Final = (problems.NotAuthenticated, problems.NotAllowed, tokens.TokenExpired, tokens.TokenInvalid)


@door.get(
    "/changes", Resource.DAG, name="ui_changes", query=schemas.UIChangesQuery, answer=schemas.UIChanges,
    other_media=(EVENTS,),
)  # fmt: skip
async def changes(call: Call) -> StreamingResponse:
    """Tell what changes. ``hello`` comes first: what was read before it may be old already. Then ``change``
    whenever something did, and ``logged-out`` where the reader may not listen any more.
    """
    live = call.services.live
    listener = await run_in_threadpool(live.listen, audience(call.who), asyncio.get_running_loop())
    call.headers["X-Accel-Buffering"] = "no"  # proxies of this kind would keep the events back
    return StreamingResponse(_events(call, listener), media_type=EVENTS)


def audience(who: Principal) -> Audience:
    """What they may be told."""

    def reach(resource: Resource) -> bool:
        return permissions.access(who, Action.READ, resource) is not None

    return Audience(
        name=who.name,
        dags=permissions.access(who, Action.READ, Resource.DAG) or NOTHING,
        runs=permissions.access(who, Action.READ, Resource.RUN) or NOTHING,
        kinds=frozenset(kind for kind, resource in _OF_KIND.items() if reach(resource)),
    )


async def _events(call: Call, listener: Listener) -> AsyncIterator[bytes]:
    try:
        yield _HELLO
        async for event in _news(call, listener):
            yield event
    finally:
        call.services.live.leave(listener)


async def _news(call: Call, listener: Listener) -> AsyncIterator[bytes]:
    """Changes and signs of life, until the time is over, the server stops, or they may no longer listen."""
    loop, every = asyncio.get_running_loop(), call.services.settings.heartbeat
    until = math.inf if call.query.seconds is None else loop.time() + call.query.seconds
    alive = loop.time() + every
    while not listener.ended and loop.time() < until:
        if await listener.wait(max(0.0, min(alive, until) - loop.time())):
            changed = listener.take()
            if changed:
                yield _event(changed)
                await asyncio.sleep(APART)
        if loop.time() < alive:
            continue
        if not await _may_still(call, listener):
            yield _NOT_ANY_MORE
            return
        yield _ALIVE
        alive = loop.time() + every


async def _may_still(call: Call, listener: Listener) -> bool:
    """Whether their log-in still counts; from here on they are told what they may know now."""
    try:
        who = await authenticate(call.request, call.services)
    except _REFUSED:
        return False
    listener.audience = audience(who)
    return permissions.access(who, Action.READ, Resource.DAG) is not None


def _event(changed: Changes) -> bytes:
    told = schemas.UIChanges(
        dags=sorted(changed.dags),
        runs=sorted(changed.runs),
        kinds=sorted(changed.kinds),
        everything=changed.everything,
    )
    return b"event: change\ndata: " + msgspec.json.encode(told) + b"\n\n"
