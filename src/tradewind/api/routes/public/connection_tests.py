"""Try connections out. A worker does it, in a process of its own: nothing here connects anywhere.

What is left out of the request, or repeats the ``***`` that was shown, is taken from the stored connection,
if the asker may read it. Its secrets go only where it leads itself: whoever tries out another address, type
or extra has to send their own.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool

from tradewind.api import hiding, masks, problems
from tradewind.api.door import Call, Door
from tradewind.api.routes.public.connections import SHOWN_IN_PART, check_extra
from tradewind.api.schemas import connections as schemas
from tradewind.auth import permissions
from tradewind.auth.permissions import Action, Resource
from tradewind.domain import errors, keys
from tradewind.domain.messages.wake import Wake
from tradewind.secrets.connection import Connection
from tradewind.store.queries import connection_tests as store
from tradewind.store.queries import connections
from tradewind.telemetry.masking import MASK

door = Door("Connection")
QUEUED = "/connections/enqueue-test"
BY: Final = "Airflow-Connection-Test-Token"
"""The header that says which test is meant."""
_LEADS: Final = ("conn_type", "host", "port", "schema", "extra")
_LOOK_EVERY: Final = 0.1
_NOBODY: Final = (
    "No worker has tried it out within {:g} s: see whether a scheduler and its worker host run, or ask with "
    "POST /api/v2/connections/enqueue-test and come back for the result."
)


@door.post(
    "/connections/test", Resource.CONNECTION, body=schemas.ConnectionBody,
    answer=schemas.ConnectionTestResponse,
)  # fmt: skip
async def test_connection(call: Call) -> schemas.ConnectionTestResponse:
    """Have a connection tried out, and wait for the result."""
    _check_enabled(call)
    found = await run_in_threadpool(_request, call, commit=False)
    wait = call.services.settings.connection_test_wait
    give_up = call.services.clock.monotonic() + wait
    while found.is_open and call.services.clock.monotonic() < give_up and not call.services.stopping.is_set():
        await asyncio.sleep(_LOOK_EVERY)
        found = await run_in_threadpool(_look, call, found)
    if found.details is not None:  # nobody came, or nothing of it
        why = found.result_message or _NOBODY.format(wait)
        found = await run_in_threadpool(_give_up, call, found, why)
    return schemas.ConnectionTestResponse(status=found.state == "success", message=found.result_message or "")


@door.post(
    QUEUED, Resource.CONNECTION, body=schemas.ConnectionTestRequestBody,
    answer=schemas.ConnectionTestQueuedResponse, status=202,
)  # fmt: skip
async def enqueue_connection_test(call: Call) -> schemas.ConnectionTestQueuedResponse:
    """Have a connection tried out; the token asks for the result."""
    _check_enabled(call)
    if call.body.executor is not None or call.body.queue is not None:
        where = problems.Problem(
            type="value_error", loc=("body", "executor" if call.body.executor is not None else "queue"),
            msg="Leave it out: every worker host of this machine can try connections out",
        )  # fmt: skip
        raise problems.Unprocessable(where)
    found = await run_in_threadpool(_request, call, commit=call.body.commit_on_success)
    return schemas.ConnectionTestQueuedResponse(
        token=found.token, connection_id=found.connection_id, state=found.state
    )


@door.get(QUEUED, Resource.CONNECTION, headers=(BY,), answer=schemas.AsyncConnectionTestResponse)
def get_connection_test(call: Call) -> schemas.AsyncConnectionTestResponse:
    """What came of a test that was asked for."""
    token = call.request.headers.get(BY)
    if token is None:
        raise problems.Unprocessable(
            problems.Problem(type="missing", loc=("header", BY), msg="Field required")
        )
    found = store.get(call.tx, token)
    if found is None:
        raise errors.NotFound(f"No connection test found for token: {token!r}")
    return schemas.AsyncConnectionTestResponse(
        token=found.token, connection_id=found.connection_id, state=found.state,
        result_message=found.result_message, created_at=found.created_at,
    )  # fmt: skip


def _check_enabled(call: Call) -> None:
    if not call.services.settings.test_connections:
        raise problems.NotAllowed(
            "Testing connections is disabled in Airflow configuration. Contact your deployment admin to "
            "enable it: [core] test_connection = Enabled."
        )


def _request(call: Call, *, commit: bool) -> store.TestRecord:
    with call.services.database.write() as call.tx:
        wanted = _meant(call, commit=commit)
        found = store.request(
            call.tx, wanted, commit=commit, by=call.who.name, cipher=call.services.cipher, now=call.now
        )
        event = "enqueue_connection_test" if call.operation.path.endswith(QUEUED) else "test_connection"
        call.audit(event, extra={"connection_id": wanted.conn_id, "commit_on_success": commit})
    call.services.wake(Wake(kind="callbacks"))
    return found


def _meant(call: Call, *, commit: bool) -> Connection:
    """The connection to try out. Raises BadRequest, InvalidId, NotAllowed."""
    body: schemas.ConnectionBody = call.body
    conn_id = keys.check_conn_id(body.connection_id)
    stored = connections.get(call.tx, conn_id, cipher=call.services.cipher)
    if stored is not None and commit:
        call.require(Action.EDIT)
    may_read = permissions.access(call.who, Action.READ, Resource.CONNECTION) is not None
    known = stored if stored is not None and may_read else Connection(conn_id)
    wanted = _merged(body, known)
    if any((getattr(wanted, name) or None) != (getattr(known, name) or None) for name in _LEADS):
        if (known.password or known.extra) and body.password in (msgspec.UNSET, None, "", MASK):
            raise errors.BadRequest(
                "What is to be tried out leads elsewhere than the stored connection. Include the credentials "
                "to test in the request body."
            )
        wanted = _merged(body, Connection(conn_id))
    check_extra(wanted)
    return wanted


def _merged(body: schemas.ConnectionBody, known: Connection) -> Connection:
    """``known`` with what the body says of it."""
    wanted = Connection(**known.as_dict())
    fields = masks.given(body, None, fixed=("connection_id", "commit_on_success", "executor", "queue"))
    masks.no_team(fields.pop("team_name", None))
    for name, value in fields.items():
        setattr(wanted, name, hiding.meant(value, getattr(known, name)) if name in SHOWN_IN_PART else value)
    return wanted


def _look(call: Call, found: store.TestRecord) -> store.TestRecord:
    with call.services.database.read() as tx:
        return store.get(tx, found.token) or msgspec.structs.replace(found, state="failed")


def _give_up(call: Call, found: store.TestRecord, why: str) -> store.TestRecord:
    with call.services.database.write() as tx:
        store.end(tx, found.token, works=False, message=why)
        return store.get(tx, found.token) or found
