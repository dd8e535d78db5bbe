"""Backends of the state stores: whose values they are, and what a backend of one's own implements.

``[workers] state_store_backend`` names a class. A task's values then go through it on the worker: what it
makes of a value is kept in the database in its place, and asked back from it.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, Final

from tradewind.authoring import defaults
from tradewind.runtime import plugins

_REF: Final = "__airflow_state_ref__"
"""The word that marks a stored value as a backend's."""


@dataclasses.dataclass(frozen=True)
class TaskScope:
    """The values of one task instance."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1


@dataclasses.dataclass(frozen=True)
class AssetScope:
    """The values about one asset. Raises ValueError without any name of it."""

    asset_id: int | None = None
    name: str | None = None
    uri: str | None = None

    def __post_init__(self) -> None:
        if self.asset_id is None and self.name is None and self.uri is None:
            raise ValueError("An AssetScope needs asset_id, name or uri.")


StoreScope = TaskScope | AssetScope


class BaseStoreBackend(ABC):
    """Base of backends. Tradewind calls the four ``…_ref`` methods, ``delete`` and ``clear``, on workers."""

    @abstractmethod
    def get(self, scope: StoreScope, key: str, *, session: Any = None) -> str | None:
        """The value as JSON text, or None."""

    @abstractmethod
    def set(
        self, scope: StoreScope, key: str, value: str, *, expires_at: datetime | None = None,
        session: Any = None,
    ) -> None:  # fmt: skip
        """Keep a value, JSON text."""

    @abstractmethod
    def delete(self, scope: StoreScope, key: str, *, session: Any = None) -> None:
        """Forget a value, if it is there."""

    @abstractmethod
    def clear(self, scope: StoreScope, *, all_map_indices: bool = False, session: Any = None) -> None:
        """Forget all values of a scope."""

    @abstractmethod
    async def aget(self, scope: StoreScope, key: str, *, session: Any = None) -> str | None:
        """As ``get``."""

    @abstractmethod
    async def aset(
        self, scope: StoreScope, key: str, value: str, *, expires_at: datetime | None = None,
        session: Any = None,
    ) -> None:  # fmt: skip
        """As ``set``."""

    @abstractmethod
    async def adelete(self, scope: StoreScope, key: str, *, session: Any = None) -> None:
        """As ``delete``."""

    @abstractmethod
    async def aclear(self, scope: StoreScope, *, all_map_indices: bool = False, session: Any = None) -> None:
        """As ``clear``."""

    def cleanup(self) -> None:  # noqa: B027 - optional
        """Forget what is too old."""

    def serialize_task_state_store_to_ref(self, *, value: Any, key: str, scope: TaskScope) -> str:
        """Text that is kept instead of a task's value: always the same for a scope and key."""
        return json.dumps(value)

    def deserialize_task_state_store_from_ref(self, stored: str) -> Any:
        """The value that such a text stands for."""
        return json.loads(stored)

    def serialize_asset_state_store_to_ref(self, *, value: Any, key: str, scope: AssetScope) -> str:
        """Text that is kept instead of a value about an asset."""
        return json.dumps(value)

    def deserialize_asset_state_store_from_ref(self, stored: str) -> Any:
        """The value that such a text stands for."""
        return json.loads(stored)


def current() -> BaseStoreBackend | None:
    """The configured backend of this process, or None."""
    path = defaults.current().state_backend
    return _made(path) if path else None


@functools.lru_cache(maxsize=2)
def _made(path: str) -> BaseStoreBackend:
    made: BaseStoreBackend = plugins.load_object(path)()
    return made


def outgoing(value: Any, key: str, scope: StoreScope) -> Any:
    """What is kept of a value."""
    backend = current()
    if backend is None:
        return value
    if isinstance(scope, TaskScope):
        return {_REF: backend.serialize_task_state_store_to_ref(value=value, key=key, scope=scope)}
    return {_REF: backend.serialize_asset_state_store_to_ref(value=value, key=key, scope=scope)}


def incoming(kept: Any, scope: StoreScope) -> Any:
    """The value of what is kept."""
    backend = current()
    if backend is None or not isinstance(kept, dict) or kept.keys() != {_REF}:
        return kept
    if isinstance(scope, TaskScope):
        return backend.deserialize_task_state_store_from_ref(kept[_REF])
    return backend.deserialize_asset_state_store_from_ref(kept[_REF])


def forget(scope: StoreScope, key: str | None) -> None:
    """Tell the backend that a value, or (None) all of a scope, goes."""
    backend = current()
    if backend is not None and key is not None:
        backend.delete(scope, key)
    elif backend is not None:
        backend.clear(scope)
