"""Connections that somebody wants to have tried out, and what came of it.

A request is carried out by a callback (``transitions.callbacks``) of its own, in a task's process. What is
tried out lies here encrypted, until the test has ended.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from tradewind.domain import errors
from tradewind.secrets.cipher import Cipher
from tradewind.secrets.connection import Connection
from tradewind.store.database import Tx
from tradewind.store.queries.reading import Reader
from tradewind.store.statements import Statement, one_of
from tradewind.store.tables.secrets import connection_test_request as table
from tradewind.store.tables.triggers import callback

KIND: Final = "connection_test"
"""The kind of the callbacks."""
OPEN: Final = ("queued", "running")
KEPT: Final = timedelta(days=1)
LOST: Final = "The process that tried it out ended without a result; its log says why."


class TestRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A test. ``state``: queued, running, success, failed. ``details`` is encrypted; None once it ended."""

    token: str
    connection_id: str
    state: str
    result_message: str | None
    created_at: datetime
    commit_on_success: bool
    requested_by: str
    details: str | None
    callback_id: int | None

    @property
    def is_open(self) -> bool:
        """Whether it has no result yet."""
        return self.state in OPEN


_is_open = one_of(table.c.state, OPEN)
_is_lost = sa.and_(
    _is_open, ~sa.exists().where(callback.c.id == table.c.callback_id).correlate(table)
)  # its process has ended, which removes the callback, and said nothing
_columns: dict[str, Any] = {name: table.c[name] for name in TestRecord.__struct_fields__} | {
    "state": sa.case((_is_lost, sa.literal("failed")), else_=table.c.state),
    "result_message": sa.case((_is_lost, sa.literal(LOST)), else_=table.c.result_message),
}
_reader = Reader(TestRecord, _columns)
_select = sa.select(*_reader.columns)
_token = table.c.token == sa.bindparam("of", type_=sa.String())
_number = table.c.callback_id == sa.bindparam("number", type_=table.c.callback_id.type)
_GET = Statement(_select.where(_token))
_OF_CALLBACK = Statement(_select.where(_number, _is_open))
_BUSY = Statement(
    _select.where(table.c.connection_id == sa.bindparam("conn", type_=sa.String()), _is_open, ~_is_lost)
)
_RUNNING = Statement(sa.update(table).where(_token, _is_open).values(state="running"))
_END = Statement(
    sa.update(table)
    .where(_token, _is_open)
    .values(state=sa.bindparam("end"), result_message=sa.bindparam("message"), details=sa.null())
)


def request(
    tx: Tx, wanted: Connection, *, commit: bool, by: str, cipher: Cipher, now: datetime
) -> TestRecord:
    """Have it tried out for ``by``; ``commit``: and stored where it works. Raises Conflict while another test
    of the same connection has not ended.
    """
    if _reader.first(tx, _BUSY, conn=wanted.conn_id) is not None:
        raise errors.Conflict(
            f"An active connection test already exists for connection_id {wanted.conn_id!r}. Wait for its "
            "end."
        )
    tx.run(sa.delete(table).where(table.c.created_at < now - KEPT))
    tx.run(sa.update(table).where(_is_lost).values(state="failed", result_message=LOST, details=sa.null()))
    number = tx.insert(
        callback, {"type": KIND, "data": '{"reason":""}', "created_at": now, "dag_id": "", "run_id": None}
    )
    found = TestRecord(
        token=secrets.token_urlsafe(32), connection_id=str(wanted.conn_id), state="queued",
        result_message=None, created_at=now, commit_on_success=commit, requested_by=by,
        details=cipher.encrypt(msgspec.json.encode(wanted.as_dict()).decode()), callback_id=number,
    )  # fmt: skip
    tx.run(sa.insert(table).values(**msgspec.structs.asdict(found)))
    return found


def get(tx: Tx, token: str) -> TestRecord | None:
    """The test of that token."""
    return _reader.first(tx, _GET, of=token)


def begin(tx: Tx, callback_id: int, *, cipher: Cipher) -> dict[str, Any] | None:
    """What that callback is to try out, as the fields of a connection; None where nobody waits any more."""
    found = _reader.first(tx, _OF_CALLBACK, number=callback_id)
    if found is None or found.details is None:
        return None
    tx.run(_RUNNING, of=found.token)
    text = cipher.decrypt(found.details, what=f"The test of connection {found.connection_id!r}")
    fields: dict[str, Any] = msgspec.json.decode(text)
    return fields


def of_callback(tx: Tx, callback_id: int) -> TestRecord | None:
    """The test that this callback carries out, while it has no result."""
    return _reader.first(tx, _OF_CALLBACK, number=callback_id)


def end(tx: Tx, token: str, *, works: bool, message: str) -> bool:
    """Record the result; False where there is one already."""
    return tx.run(_END, of=token, end="success" if works else "failed", message=message) == 1
