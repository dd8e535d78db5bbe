"""The secrets backend that reads variables and connections from the metadata database."""

from __future__ import annotations

from tradewind.secrets.backend import BaseSecretsBackend
from tradewind.secrets.cipher import Cipher
from tradewind.secrets.connection import Connection
from tradewind.store.database import Database
from tradewind.store.queries import connections, variables


class MetastoreBackend(BaseSecretsBackend):
    """The last link of the chain in every process that may reach the database."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database, self._cipher = database, cipher

    def get_connection(self, conn_id: str) -> Connection | None:
        """The connection, or None. Raises DatabaseError, CannotDecrypt."""
        with self._database.read() as tx:
            return connections.get(tx, conn_id, cipher=self._cipher)

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None. Raises DatabaseError, CannotDecrypt."""
        with self._database.read() as tx:
            found = variables.get(tx, key, cipher=self._cipher)
        return None if found is None else found.value
