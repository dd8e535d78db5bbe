"""The path that a connection of type ``fs`` names."""

from __future__ import annotations

from typing import Any

from tradewind.authoring.hooks.base import BaseHook
from tradewind.domain.errors import ConnectionNotFound


class FSHook(BaseHook):
    """Reads the base path from the connection's extra: ``{"path": "/data"}``."""

    conn_name_attr = "fs_conn_id"
    default_conn_name = "fs_default"
    conn_type = "fs"
    hook_name = "File (path)"

    def __init__(self, fs_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fs_conn_id = fs_conn_id
        self.conn = self._connection(fs_conn_id)
        self.basepath: str = "/" if self.conn is None else str(self.conn.extra_dejson.get("path", ""))

    def _connection(self, conn_id: str) -> Any:
        """The connection; None for the default one where nobody defined it: it stands for ``/``."""
        try:
            return self.get_connection(conn_id)
        except ConnectionNotFound:
            if conn_id != self.default_conn_name:
                raise
            return None

    def get_conn(self) -> None:
        """There is nothing to connect to."""

    def get_path(self) -> str:
        """The base path."""
        return self.basepath

    def test_connection(self) -> tuple[bool, str]:
        """Whether the path is there, and a sentence about it."""
        import os

        if not self.basepath:
            return False, "The connection has no path in its extra."
        if not os.path.exists(self.basepath):  # noqa: PTH110 - any text
            return False, f"Path {self.basepath} does not exist."
        return True, f"Path {self.basepath} is there."

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Only the extra matters."""
        return {
            "hidden_fields": ["host", "schema", "port", "login", "password", "extra"],
            "relabeling": {},
            "placeholders": {},
        }
