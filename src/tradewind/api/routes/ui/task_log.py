"""The log of a try as it lies on the disk: parts of it, or all that comes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from tradewind.api import log_files
from tradewind.api.door import Call, Door
from tradewind.api.routes.public import logs
from tradewind.api.routes.ui import PREFIX, TAG
from tradewind.api.schemas.ui import task_log as schemas
from tradewind.auth.permissions import Resource

door = Door(TAG, PREFIX)
TEXT: Final = "text/plain; charset=utf-8"
_CHUNK: Final = 512 * 1024
_STATE_EVERY: Final = 5
"""Looks at the file between two looks at the database, while nothing is written."""


@door.get(
    "/dags/{dag_id}/runs/{dag_run_id}/tasks/{task_id}/log/{try_number}", Resource.LOG, name="ui_task_log",
    query=schemas.UITaskLogQuery, answer=Any, other_media=(logs.NDJSON, "text/plain"),
)  # fmt: skip
async def task_log(call: Call) -> StreamingResponse:
    """Send whole lines of a log as they were written. Headers: ``log-start`` (the first byte sent),
    ``log-size`` (now) and ``log-over`` (1: nothing more comes).
    """
    query: schemas.UITaskLogQuery = call.query
    found = await run_in_threadpool(logs.find, call)
    folder = call.services.log_folder
    span = await run_in_threadpool(log_files.span, found.path, query.start, query.end, folder=folder)
    headers = {"log-start": str(span.start), "log-size": str(span.size), "log-over": str(int(found.over))}
    if query.text:
        name = f"{call.dag_id}-{call.task_id}-{call.path['try_number']}.log"
        headers["content-disposition"] = f'attachment; filename="{_plain(name)}"'
    media = TEXT if query.text else logs.NDJSON
    return StreamingResponse(_send(call, found, span), media_type=media, headers=headers)


def _plain(name: str) -> str:
    """What may stand in a file name on every system."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)


async def _send(call: Call, found: logs.Try, span: log_files.Span) -> AsyncIterator[bytes]:
    """The lines of the span; with ``follow`` also those that come, until the try is over."""
    folder, at, quiet = call.services.log_folder, span.start, 0
    follow = call.query.follow
    while follow or at < span.end:
        most = _CHUNK if follow else min(_CHUNK, span.end - at)
        data = await run_in_threadpool(
            log_files.raw, found.path, at, most, folder=folder, last=found.over or not follow
        )
        if data:
            at, quiet = at + len(data), 0
            yield _as_text(data) if call.query.text else data
            continue
        if found.over or not follow or call.services.stopping.is_set():
            return
        quiet += 1
        await asyncio.sleep(call.services.settings.follow_interval)
        if quiet % _STATE_EVERY == 0:
            found = await run_in_threadpool(logs.find, call)


def _as_text(data: bytes) -> bytes:
    lines = (log_files.as_text(log_files.parse(line)) for line in data.split(b"\n") if line.strip())
    return "".join(f"{line}\n" for line in lines).encode()
