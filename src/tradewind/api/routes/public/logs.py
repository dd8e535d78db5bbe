"""Task logs: in pieces as JSON, or as a stream that follows a running task."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from tradewind.api import log_files, missing, problems
from tradewind.api.door import Call, Door
from tradewind.api.routes.public import task_instances
from tradewind.api.schemas.logs import (
    ExternalLogQuery,
    ExternalLogUrlResponse,
    LogQuery,
    TaskInstancesLogResponse,
)
from tradewind.auth.permissions import Resource
from tradewind.domain import errors
from tradewind.domain.states import FINISHED, TaskInstanceState
from tradewind.store.queries.browse import task_instances as browse

door = Door("Task Instance")
NDJSON = "application/x-ndjson"
PATH = "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}"
_CHUNK = 256 * 1024
_ENDED: Final = FINISHED | {TaskInstanceState.UP_FOR_RETRY}
_STATE_EVERY = 5
"""Looks at the file between two looks at the database, while nothing is written."""


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """The try whose log is asked for: its file, and whether somebody may still write to it."""

    path: Path
    over: bool
    note: str
    """What to say where there is no file."""


@door.get(
    PATH + "/logs/{try_number}",
    Resource.LOG,
    name="get_log",
    query=LogQuery,
    answer=TaskInstancesLogResponse,
    other_media=(NDJSON,),
)
async def get_log(call: Call) -> Response | TaskInstancesLogResponse:
    """The log of one try. ``Accept: application/x-ndjson`` follows it until the try is over."""
    accept = call.request.headers.get("accept", "*/*")
    if NDJSON in accept:
        offset = _offset(call)
        found = await run_in_threadpool(find, call)
        return StreamingResponse(_follow(call, found, offset), media_type=NDJSON)
    if not any(kind in accept for kind in ("application/json", "*/*", "application/*")):
        raise problems.NotAcceptable(f"Accept application/json or {NDJSON}, got {accept}.")
    return await run_in_threadpool(piece, call)


def _offset(call: Call) -> int:
    return log_files.offset_of(call.query.token) if call.query.token else 0


def find(call: Call) -> Try:
    """The try that path and query name. Raises NotFound."""
    number, index = int(call.path["try_number"]), call.query.map_index
    if number < 0:
        raise errors.InvalidValue("try_number", number, "not be negative")
    with call.services.database.read() as call.tx:
        row = browse.find(call.tx, call.dag_id, call.run_id, call.task_id, index, access=call.access)
        if row is None:
            raise missing.instance(call, index)
    _check_try(call, row, number)
    over = _is_over(row, number)
    return Try(
        path=log_files.path_of(
            call.services.log_folder,
            dag_id=call.dag_id,
            run_id=call.run_id,
            task_id=call.task_id,
            map_index=index,
            try_number=number,
        ),
        over=over,
        note=_nothing_yet(row, number),
    )


def _is_over(row: browse.InstanceRow, number: int) -> bool:
    """Whether nobody writes to that log any more: what waits for its next try has ended this one."""
    return number < row.try_number or row.state in _ENDED


def _check_try(call: Call, row: browse.InstanceRow, number: int) -> None:
    if number > max(row.try_number, 1):
        raise errors.NotFound(
            f"Task instance {call.task_id!r} of run {call.run_id!r} has no try {number}; "
            f"its last is {row.try_number}."
        )


@door.get(
    PATH + "/externalLogUrl/{try_number}", Resource.LOG, query=ExternalLogQuery,
    answer=ExternalLogUrlResponse,
)  # fmt: skip
def get_external_log_url(call: Call) -> ExternalLogUrlResponse:
    """Where the configured log store shows the log of one try."""
    number, shows = int(call.path["try_number"]), call.services.settings.external_logs
    if number < 1:
        where = problems.Problem(
            type="greater_than",
            loc=("path", "try_number"),
            msg="Input should be greater than 0",
            input=number,
        )
        raise problems.Unprocessable(where)
    if shows is None:
        raise errors.BadRequest(
            "Task log handler does not support external logs: [elasticsearch] frontend names none."
        )
    row = task_instances.find(call, call.query.map_index)
    _check_try(call, row, number)
    return ExternalLogUrlResponse(url=shows.url(row, number))


def _nothing_yet(row: browse.InstanceRow, number: int) -> str:
    state = row.state or "not scheduled yet"
    if _is_over(row, number):
        return (
            f"Try {number} left no log: it ended without a process, or the file was removed (state: {state})."
        )
    return f"Try {number} has written no log yet (state: {state})."


def piece(call: Call) -> TaskInstancesLogResponse:
    """The piece of a log that path and query name. Raises NotFound, InvalidValue. Blocks."""
    offset, found = _offset(call), find(call)
    limit = None if call.query.full_content else call.services.settings.log_chunk
    folder = call.services.log_folder
    part = log_files.read(found.path, offset, limit, folder=folder, last=found.over)
    lines = part.lines if offset else log_files.heading(found.path, folder) + part.lines
    if not offset and not part.lines:
        lines.append({"event": found.note})
    at_end = part.complete and found.over
    return TaskInstancesLogResponse(
        content=lines, continuation_token=None if at_end else log_files.token(part.end)
    )


async def _follow(call: Call, found: Try, offset: int) -> AsyncIterator[bytes]:
    """Everything that is there, then what comes, until the try is over and read to its end."""
    folder = call.services.log_folder
    if not offset:
        yield log_files.encode_lines(log_files.heading(found.path, folder))
    quiet, told = 0, bool(offset)
    while True:
        piece = await run_in_threadpool(
            log_files.read, found.path, offset, _CHUNK, folder=folder, last=found.over
        )
        if piece.lines:
            yield log_files.encode_lines(piece.lines)
            quiet, told = 0, True
        offset = piece.end
        if not piece.complete:
            continue
        if found.over or call.services.stopping.is_set():
            break
        quiet += 1
        await asyncio.sleep(call.services.settings.follow_interval)
        if quiet % _STATE_EVERY == 0:
            found = await run_in_threadpool(find, call)
    if not told:
        yield log_files.encode_lines([{"event": found.note}])
