"""``BaseHook``: how operators reach a connection and the system behind it."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, runtime_checkable

from tradewind import secrets
from tradewind.authoring import suspicions
from tradewind.authoring.connection import Connection
from tradewind.authoring.logging_mixin import LoggingMixin
from tradewind.domain.errors import ConnectionNotFound


class BaseHook(LoggingMixin):
    """Base of all hooks; subclasses give ``get_conn``."""

    conn_name_attr: ClassVar[str]
    default_conn_name: ClassVar[str]
    conn_type: ClassVar[str]
    hook_name: ClassVar[str]

    def __init__(self, logger_name: str | None = None, **_: Any) -> None:
        super().__init__()
        if logger_name is not None:
            self._logger_name = logger_name

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """The connection, from the secrets backends of this process. Raises ConnectionNotFound."""
        suspicions.asked("connection", conn_id)
        found = secrets.current().get_connection(conn_id)
        if found is None:
            raise ConnectionNotFound(conn_id)
        return found

    @classmethod
    async def aget_connection(cls, conn_id: str) -> Connection:
        """As ``get_connection``, for triggers."""
        import asyncio  # only triggers call this, and they have loaded it

        return await asyncio.to_thread(cls.get_connection, conn_id)

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook that knows the connection's type. Raises ConnectionNotFound, NoHook."""
        from tradewind.authoring.hooks import finding  # asks installed packages, which few tasks need

        return finding.hook_of(cls.get_connection(conn_id), **(hook_params or {}))

    @classmethod
    def get_connections(cls, conn_id: str) -> list[Connection]:
        """The connection in a list, as 1.x had it."""
        return [cls.get_connection(conn_id)]

    def get_conn(self) -> Any:
        """The client of the system behind the connection."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to connect")

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Fields that a web form shows besides the usual ones."""
        return {}

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """How a web form shows the usual fields."""
        return {}


@runtime_checkable
class DiscoverableHook(Protocol):
    """What a hook tells of itself, so that forms and commands can offer it."""

    conn_name_attr: str
    default_conn_name: str
    conn_type: str
    hook_name: str
