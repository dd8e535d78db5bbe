"""Variables and connections of running tasks: the configured backends first, then the database."""

from __future__ import annotations

from typing import Any, Final

from tradewind.api.routes.execution.desk import Asked, answers
from tradewind.domain import errors
from tradewind.domain.messages import data
from tradewind.store.queries import connections, variables

_FIELDS: Final = (
    "conn_id", "conn_type", "description", "host", "schema", "login", "password", "port", "extra",
)  # fmt: skip


@answers(data.GetVariable, outside=True)
def get_variable(asked: Asked, request: data.GetVariable) -> str | None:
    """The variable's text, or None."""
    chain = asked.services.chain
    found = chain.get_variable(request.key) if chain is not None else None
    if found is not None:
        return found
    stored = variables.get(asked.tx, request.key, cipher=asked.services.cipher)
    return None if stored is None else stored.value


@answers(data.SetVariable, writes=True)
def set_variable(asked: Asked, request: data.SetVariable) -> None:
    """Create or overwrite a variable."""
    if not request.key or len(request.key) > 250:
        raise errors.InvalidValue("A variable's key", request.key, "have 1 to 250 characters")
    variables.set_variable(
        asked.tx, request.key, request.value, description=request.description, cipher=asked.services.cipher
    )


@answers(data.DeleteVariable, writes=True)
def delete_variable(asked: Asked, request: data.DeleteVariable) -> int:
    """How many were deleted."""
    return int(variables.delete(asked.tx, request.key))


@answers(data.GetConnection, outside=True)
def get_connection(asked: Asked, request: data.GetConnection) -> dict[str, Any] | None:
    """The connection's fields, or None."""
    chain = asked.services.chain
    found = chain.get_connection(request.conn_id) if chain is not None else None
    if found is None:
        found = connections.get(asked.tx, request.conn_id, cipher=asked.services.cipher)
    if found is None:
        return None
    return {name: getattr(found, name) for name in _FIELDS} | {"conn_id": request.conn_id}
