"""What a secrets backend is; the base class that other packages' backends inherit from."""

from __future__ import annotations

from typing import Any

from tradewind.secrets.connection import Connection


class BaseSecretsBackend:
    """Looks up connections and variables. Override what the backend knows; None means "not here"."""

    @staticmethod
    def build_path(path_prefix: str, secret_id: str, sep: str = "/") -> str:
        """``prefix/id``."""
        return f"{path_prefix}{sep}{secret_id}"

    def get_conn_value(self, conn_id: str) -> str | None:
        """The connection as a URI or JSON text."""
        return None

    def deserialize_connection(self, conn_id: str, value: str) -> Connection:
        """The connection that ``get_conn_value`` gave as text."""
        return Connection.from_text(conn_id, value)

    def get_connection(self, conn_id: str) -> Connection | None:
        """The connection, or None."""
        value = self.get_conn_value(conn_id)
        return self.deserialize_connection(conn_id, value) if value else None

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None."""
        return None

    def get_config(self, key: str) -> str | None:
        """The value of a configuration option given as ``…_secret``, or None."""
        return None

    def _get_connections(self, conn_id: str) -> list[Any]:
        found = self.get_connection(conn_id)
        return [found] if found else []

    get_connections = _get_connections
