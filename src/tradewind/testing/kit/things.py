"""Variables and connections that exist for one test."""

from __future__ import annotations

import json
from collections import UserDict
from typing import Any

from tradewind.secrets import Chain, Connection
from tradewind.secrets.environment import EnvironmentVariablesBackend


class FakeVariables(UserDict[str, Any]):
    """Key to value. What is not text is kept as JSON, as ``Variable.set(…, serialize_json=True)`` does."""

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None."""
        value = self.data.get(key)
        return value if value is None or isinstance(value, str) else json.dumps(value)


class FakeConnections(UserDict[str, Any]):
    """Id to a URI, a JSON text, a dict of fields, or a ``Connection``."""

    def get_connection(self, conn_id: str) -> Connection | None:
        """The connection, or None. Raises InvalidValue and BadRequest for what cannot be one."""
        value = self.data.get(conn_id)
        if value is None or isinstance(value, Connection):
            return value
        if isinstance(value, dict):
            return Connection.from_dict(value, conn_id)
        return Connection.from_text(conn_id, value)


class FakeThings:
    """The chain of a test: what it made up, then the environment. No database is asked."""

    def __init__(self) -> None:
        self.variables, self.connections = FakeVariables(), FakeConnections()
        self.chain = Chain([self.variables, self.connections, EnvironmentVariablesBackend()])
