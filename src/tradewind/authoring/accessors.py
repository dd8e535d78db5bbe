"""Small objects of a context: ``var``, ``conn``, asset events, and values that are made when they are
used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tradewind.authoring.notset import NOTSET, ArgNotSet


class _VariableReader:
    """``var.value.key``, ``var.value["key"]``, ``var.value.get("key", default)``."""

    def __init__(self, from_json: bool) -> None:
        self._from_json = from_json

    def get(self, key: str, default: Any = NOTSET, default_var: Any = NOTSET) -> Any:
        """The variable's value, or the default. Raises VariableNotFound where there is neither."""
        from tradewind.authoring.variable import Variable  # secrets backends load with it

        fallback = default if not isinstance(default, ArgNotSet) else default_var
        return Variable.get(key, fallback, deserialize_json=self._from_json)

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return self.get(key)

    __getitem__ = get

    def __repr__(self) -> str:
        return "<variables>"


class Variables:
    """``var`` in templates: ``var.value`` as text, ``var.json`` as data."""

    def __init__(self) -> None:
        self.value, self.json = _VariableReader(False), _VariableReader(True)

    def __getitem__(self, kind: str) -> _VariableReader:
        """``context["var"]["value"]``: in Airflow it is a dict of two."""
        if kind not in {"value", "json"}:
            raise KeyError(f"var has 'value' and 'json', not {kind!r}.")
        return self.value if kind == "value" else self.json

    def __repr__(self) -> str:
        return "<variables>"


class Connections:
    """``conn`` in templates: ``conn.my_id.host``, ``conn.get("my_id", default)``."""

    def get(self, conn_id: str, default_conn: Any = NOTSET) -> Any:
        """The connection, or the default. Raises ConnectionNotFound where there is neither."""
        from tradewind import secrets  # backends load with it
        from tradewind.authoring.connection import Connection  # what is found can make its hook
        from tradewind.domain.errors import ConnectionNotFound

        found: Connection | None = secrets.current().get_connection(conn_id)
        if found is not None:
            return found
        if isinstance(default_conn, ArgNotSet):
            raise ConnectionNotFound(conn_id)
        return default_conn

    def __getattr__(self, conn_id: str) -> Any:
        if conn_id.startswith("__"):
            raise AttributeError(conn_id)
        return self.get(conn_id)

    __getitem__ = get

    def __repr__(self) -> str:
        return "<connections>"


class NoEvents(dict[Any, Any]):
    """Asset events of a run that no asset triggered."""

    def __missing__(self, key: Any) -> list[Any]:
        return []


class Lazy:
    """Stands for a value until something is done with it."""

    __slots__ = ("_make", "_value")

    def __init__(self, make: Callable[[], Any]) -> None:
        object.__setattr__(self, "_make", make)

    def _get(self) -> Any:
        try:
            return object.__getattribute__(self, "_value")
        except AttributeError:
            value = object.__getattribute__(self, "_make")()
            object.__setattr__(self, "_value", value)
            return value

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._get())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._get(), name)

    def __getitem__(self, key: Any) -> Any:
        return self._get()[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._get())

    def __len__(self) -> int:
        return len(self._get())

    def __contains__(self, item: Any) -> bool:
        return item in self._get()

    def __bool__(self) -> bool:
        return bool(self._get())

    def __str__(self) -> str:
        return str(self._get())

    def __repr__(self) -> str:
        return repr(self._get())

    def __format__(self, spec: str) -> str:
        return format(self._get(), spec)

    def __hash__(self) -> int:
        return hash(self._get())

    def __eq__(self, other: object) -> bool:
        return bool(self._get() == other)

    def __lt__(self, other: Any) -> bool:
        return bool(self._get() < other)

    def __le__(self, other: Any) -> bool:
        return bool(self._get() <= other)

    def __gt__(self, other: Any) -> bool:
        return bool(self._get() > other)

    def __ge__(self, other: Any) -> bool:
        return bool(self._get() >= other)

    def __add__(self, other: Any) -> Any:
        return self._get() + other

    def __radd__(self, other: Any) -> Any:
        return other + self._get()

    def __sub__(self, other: Any) -> Any:
        return self._get() - other

    def __rsub__(self, other: Any) -> Any:
        return other - self._get()
