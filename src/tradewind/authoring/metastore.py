"""``MetastoreBackend``: the secrets backend of the metadata database, which a task asks through its host."""

from __future__ import annotations

from tradewind.authoring import context as contexts
from tradewind.authoring.rows import NoDatabase
from tradewind.domain.messages import data
from tradewind.secrets.backend import BaseSecretsBackend
from tradewind.secrets.connection import Connection


class MetastoreBackend(BaseSecretsBackend):
    """What the server knows, without the backends of this process. Raises NoDatabase where no task runs."""

    def get_connection(self, conn_id: str, team_name: str | None = None) -> Connection | None:
        """The connection, or None."""
        found = _ask(data.GetConnection(conn_id=conn_id))
        return None if found is None else Connection.from_dict(dict(found), conn_id)  # type: ignore[call-overload]

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:
        """The variable's text, or None."""
        found = _ask(data.GetVariable(key=key))
        return None if found is None else str(found)


def _ask(request: data.Request) -> object:
    context = contexts.current_or_none()
    if context is None:
        raise NoDatabase(
            "MetastoreBackend needs the metadata database, which only a running task can ask. Use "
            "Variable.get and BaseHook.get_connection, which ask whatever this process may ask."
        )
    return context["ti"].ask(request)
