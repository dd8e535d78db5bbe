"""Processes that try out a connection: what it is, and what came of it."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.api.routes.execution.desk import Asked, answers
from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.secrets.connection import Connection
from tradewind.store.queries import audit, connections, task_data
from tradewind.store.queries import connection_tests as store


@answers(data.BeginConnectionTest, writes=True)
def begin(asked: Asked, request: data.BeginConnectionTest) -> dict[str, Any]:
    """The fields of the connection. Raises NotFound where nobody waits for the test any more."""
    found = store.begin(asked.tx, _number(asked), cipher=asked.services.cipher)
    if found is None:
        raise errors.NotFound("Nobody waits for this test of a connection any more.")
    return found


@answers(data.EndConnectionTest, writes=True)
def end(asked: Asked, request: data.EndConnectionTest) -> None:
    """Record the result; a connection that works is stored, where that was asked for."""
    found = store.of_callback(asked.tx, _number(asked))
    if found is None:
        return
    if request.works and found.commit_on_success:
        fields = store.begin(asked.tx, _number(asked), cipher=asked.services.cipher) or {}
        connections.set_connection(asked.tx, Connection.from_dict(fields), cipher=asked.services.cipher)
        told = msgspec.json.encode({"connection_id": found.connection_id}).decode()
        audit.add(asked.tx, "connection_test_commit", at=asked.now, owner=found.requested_by, extra=told)
    store.end(asked.tx, found.token, works=request.works, message=request.message)


def _number(asked: Asked) -> int:
    """The callback that asks. Raises BadRequest for a task."""
    name = asked.attempt.attempt_id
    if not name.startswith(task_data.CALLBACK_PREFIX):
        raise errors.BadRequest("Only the process of a connection test can ask this.")
    return int(name.removeprefix(task_data.CALLBACK_PREFIX))
