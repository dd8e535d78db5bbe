"""What user code may ask the outside for: the link, and the chain of secrets backends."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any, Protocol

from tradewind import secrets
from tradewind.client.link import Link
from tradewind.domain.messages import data
from tradewind.domain.messages import runner as messages
from tradewind.runtime import plugins
from tradewind.runtime.clock import Clock
from tradewind.secrets.chain import Chain
from tradewind.secrets.connection import Connection
from tradewind.secrets.environment import EnvironmentVariablesBackend


class Asks(Protocol):
    """A link, or something like one."""

    def call(self, request: data.Request) -> Any:
        """The answer's value."""


class LinkBackend:
    """Variables and connections of the metadata database, through the link."""

    def __init__(self, link: Asks) -> None:
        self._link = link

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None."""
        found = self._link.call(data.GetVariable(key=key))
        return None if found is None else str(found)

    def set_variable(self, key: str, value: str, description: str | None = None) -> None:
        """Create or overwrite."""
        self._link.call(data.SetVariable(key=key, value=value, description=description))

    def delete_variable(self, key: str) -> int:
        """How many were deleted."""
        return int(self._link.call(data.DeleteVariable(key=key)) or 0)

    def get_connection(self, conn_id: str) -> Connection | None:
        """The connection, or None."""
        found = self._link.call(data.GetConnection(conn_id=conn_id))
        return None if found is None else Connection(**found)


def open_link(settings: messages.TaskSettings, attempt_id: str, dispatch: int, clock: Clock) -> Link:
    """The link of one attempt; it connects when it is first used."""
    return Link(settings.data_socket, attempt_id, dispatch, clock=clock, deadline=settings.data_deadline)


def chain(link: Asks, settings: messages.TaskSettings) -> Chain:
    """Configured backends, environment, database: Airflow's order."""
    configured: list[Any] = [
        plugins.load_object(backend.classpath)(**json.loads(backend.kwargs)) for backend in settings.backends
    ]
    return Chain([*configured, EnvironmentVariablesBackend(), LinkBackend(link)])


@contextlib.contextmanager
def given(link: Link, settings: messages.TaskSettings) -> Iterator[None]:
    """Inside, ``Variable`` and ``Connection`` find what this attempt may see."""
    secrets.use(chain(link, settings))
    try:
        yield
    finally:
        secrets.use(Chain([EnvironmentVariablesBackend()]))
