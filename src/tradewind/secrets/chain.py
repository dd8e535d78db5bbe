"""Asks backends in order, and hides what it hands out."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from tradewind.domain.errors import TradewindError
from tradewind.secrets.connection import Connection
from tradewind.telemetry.masking import MASKER

_log = logging.getLogger("tradewind.secrets")


class Backend(Protocol):
    """What a chain asks; ``backend.BaseSecretsBackend`` is the class to inherit from."""

    def get_connection(self, conn_id: str) -> Any:
        """The connection, or None."""
        ...

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None."""
        ...


class Chain:
    """An ordered list of backends; the first that knows a name answers."""

    def __init__(self, backends: Sequence[Any]) -> None:
        self.backends = tuple(backends)

    def get_variable(self, key: str) -> str | None:
        """The variable's text, or None where no backend knows it."""
        value = self._first("get_variable", key)
        if value is None:
            return None
        text = value if isinstance(value, str) else str(value)
        if MASKER.is_sensitive(key):
            MASKER.add(text)
        hide_telling_parts(text)
        return text

    def get_connection(self, conn_id: str) -> Connection | None:
        """The connection, or None where no backend knows it."""
        found: Connection | None = self._first("get_connection", conn_id)
        if found is not None and found.password:
            MASKER.add(found.password)
        return found

    def get_config(self, key: str) -> str | None:
        """The value behind a ``…_secret`` option, or None."""
        value = self._first("get_config", key)
        if value is not None:
            MASKER.add(value)
        return value  # type: ignore[no-any-return]

    def _first(self, method: str, name: str) -> Any:
        for backend in self.backends:
            ask: Callable[[str], Any] | None = getattr(backend, method, None)
            if ask is None:
                continue
            try:
                found = ask(name)
            except TradewindError:
                raise
            except Exception as error:  # noqa: BLE001 - other people's backends raise anything; the next may know
                _log.warning(
                    "%s could not look up %r: %s", type(backend).__name__, name, MASKER.mask(str(error))
                )
                continue
            if found is not None:
                return found
        return None


def hide_telling_parts(text: str) -> None:
    """Hide the parts of a JSON variable whose names tell a secret."""
    if text[:1] in "{[":
        try:
            MASKER.add(json.loads(text), "variable")
        except ValueError:
            return


_current: Chain | None = None


def use(chain: Chain) -> None:
    """Give this process its chain."""
    global _current  # noqa: PLW0603 - user code asks from anywhere; set once, by whoever starts the process
    _current = chain


def current() -> Chain:
    """The chain this process was given; environment variables only, until then."""
    global _current  # noqa: PLW0603
    if _current is None:
        from tradewind.secrets.environment import EnvironmentVariablesBackend

        _current = Chain([EnvironmentVariablesBackend()])
    return _current
