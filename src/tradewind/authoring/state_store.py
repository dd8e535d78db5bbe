"""``task_state_store`` and ``asset_state_store`` of a context: small values that outlive the process.

The first belongs to one task instance, and is kept from try to try; the second to an asset, from run to run.
Values are JSON, and never None. Each method has an asynchronous twin (``aget``, ``aset``, …).
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

from tradewind.authoring import defaults, state_scopes
from tradewind.domain import keys
from tradewind.domain.errors import AirflowException, InvalidValue
from tradewind.domain.messages import data


class _NeverExpire:
    """Kept until it is deleted."""

    def __repr__(self) -> str:
        return "NEVER_EXPIRE"


NEVER_EXPIRE: Final = _NeverExpire()

log = logging.getLogger("airflow.task")

Ask = Callable[[data.Request], Any]


async def _aside(function: Callable[..., Any], *args: Any) -> Any:
    """Its result, from a thread, so that the event loop goes on."""
    import asyncio  # whoever awaits this has loaded it

    return await asyncio.to_thread(function, *args)


def _text(key: str, value: Any) -> str:
    """The value as JSON. Raises InvalidId, InvalidValue."""
    keys.check_state_key(key)
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidValue(f"State {key!r}", type(value).__name__, f"be a JSON value ({error})") from error
    if value is None:
        raise InvalidValue(f"State {key!r}", "None", "be a value; delete(key) removes it")
    most = defaults.current().state_bytes
    if most and len(text.encode()) > most:
        log.warning(
            "State %r has %d bytes, more than the %d of [state_store] max_value_storage_bytes. Keep large "
            "values elsewhere, and here where they lie.",
            key, len(text.encode()), most,
        )  # fmt: skip
    return text


class _Store:
    """The four methods, over requests that a subclass makes."""

    def __init__(self, ask: Ask, scope: state_scopes.StoreScope) -> None:
        self._ask, self._scope = ask, scope

    def _request(self, verb: str, **fields: Any) -> data.Request:
        raise NotImplementedError

    def get(self, key: str, default: Any = None) -> Any:
        """The value, or ``default``."""
        found = self._ask(self._request("get", key=key))
        return default if found is None else state_scopes.incoming(json.loads(found), self._scope)

    def delete(self, key: str) -> None:
        """Remove it, if it is there."""
        state_scopes.forget(self._scope, key)
        self._ask(self._request("delete", key=key))

    def clear(self) -> None:
        """Remove everything."""
        state_scopes.forget(self._scope, None)
        self._ask(self._request("delete", key=None))

    async def aget(self, key: str, default: Any = None) -> Any:
        """As ``get``."""
        return await _aside(self.get, key, default)

    async def adelete(self, key: str) -> None:
        """As ``delete``."""
        await _aside(self.delete, key)

    async def aclear(self) -> None:
        """As ``clear``."""
        await _aside(self.clear)


class TaskStateStore(_Store):
    """Of one task instance."""

    def __init__(self, ti: Any) -> None:
        scope = state_scopes.TaskScope(ti.dag_id, ti.run_id, ti.task_id, ti.map_index)
        super().__init__(ti.ask, scope)

    def _request(self, verb: str, **fields: Any) -> data.Request:
        request: data.Request = _TASK[verb](**fields)
        return request

    def set(self, key: str, value: Any, *, retention: timedelta | _NeverExpire | None = None) -> None:
        """Keep it for ``retention``; None for ``[state_store] default_retention_days``. Raises TypeError."""
        if retention is None:
            days = defaults.current().state_days
            seconds = days * 86400.0 if days else None
        elif isinstance(retention, timedelta):
            seconds = retention.total_seconds()
        elif isinstance(retention, _NeverExpire):
            seconds = None
        else:
            raise TypeError(f"retention must be a timedelta or NEVER_EXPIRE, got {retention!r}")
        _text(key, value)  # refuses what a backend of people's own might take
        kept = _text(key, state_scopes.outgoing(value, key, self._scope))
        self._ask(data.SetTaskState(key=key, value=kept, retention=seconds))

    async def aset(self, key: str, value: Any, *, retention: timedelta | _NeverExpire | None = None) -> None:
        """As ``set``."""
        await _aside(lambda: self.set(key, value, retention=retention))


class AssetState(_Store):
    """Of one asset."""

    def __init__(self, ask: Ask, asset: Any) -> None:
        super().__init__(ask, state_scopes.AssetScope(name=asset.name, uri=asset.uri))
        self._names = {"name": asset.name, "uri": asset.uri}

    def _request(self, verb: str, **fields: Any) -> data.Request:
        request: data.Request = _ASSET[verb](**self._names, **fields)
        return request

    def set(self, key: str, value: Any) -> None:
        """Keep it until it is deleted."""
        _text(key, value)  # see TaskStateStore.set
        kept = _text(key, state_scopes.outgoing(value, key, self._scope))
        self._ask(data.SetAssetState(**self._names, key=key, value=kept))

    async def aset(self, key: str, value: Any) -> None:
        """As ``set``."""
        await _aside(self.set, key, value)


_TASK: dict[str, Any] = {"get": data.GetTaskState, "delete": data.DeleteTaskState}
_ASSET: dict[str, Any] = {"get": data.GetAssetState, "delete": data.DeleteAssetState}


class NoSuchAsset(AirflowException, KeyError):
    """The store was asked for an asset that is not meant here."""

    def __str__(self) -> str:  # KeyError would print the repr
        return str(self.args[0])


class _ByAsset:
    """``store[asset]``, or where one asset alone is meant its methods themselves."""

    whose: str
    """For messages, with the assets that may be meant."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def _meant(self) -> dict[tuple[str, str], Any]:
        """Each asset by name and uri, once."""
        raise NotImplementedError

    def __getitem__(self, asset: Any) -> AssetState:
        found = self._meant().get((getattr(asset, "name", ""), getattr(asset, "uri", "")))
        if found is None:
            known = ", ".join(one.name for one in self._meant().values()) or "none"
            raise NoSuchAsset(f"{asset!r} is not among the {self.whose}, which are: {known}.")
        return AssetState(self._ask, found)

    def __getattr__(self, name: str) -> Any:
        if name not in _METHODS:
            raise AttributeError(name)
        found = list(self._meant().values())
        if not found:
            raise NoSuchAsset(f"There are no {self.whose}.")
        if len(found) > 1:
            raise ValueError(
                f"There are {len(found)} {self.whose}: say which is meant, asset_state_store[asset]."
            )
        return getattr(AssetState(self._ask, found[0]), name)


class AssetStateStore(_ByAsset):
    """``asset_state_store[asset]`` for each asset among the task's inlets and outlets; of a task with one,
    its methods themselves. Raises KeyError for others, ValueError where it is not clear which is meant.
    """

    def __init__(self, ti: Any) -> None:
        super().__init__(ti.ask)
        self._ti = ti
        self.whose = f"assets of the inlets and outlets of task {ti.task_id!r}"

    def _meant(self) -> dict[tuple[str, str], Any]:
        from tradewind.authoring.assets import Asset  # a task that comes here has loaded it

        both = (*self._ti.task.inlets, *self._ti.task.outlets)
        return {(one.name, one.uri): one for one in both if isinstance(one, Asset)}


class WatchedStateStore(_ByAsset):
    """The same for a trigger that watches ``assets``: (name, uri) of each."""

    whose = "assets that the trigger watches"

    def __init__(self, ask: Ask, assets: Iterable[tuple[str, str]]) -> None:
        super().__init__(ask)
        self._assets = list(assets)

    def _meant(self) -> dict[tuple[str, str], Any]:
        from tradewind.authoring.assets import Asset

        return {(name, uri): Asset.known(name=name, uri=uri) for name, uri in self._assets}


_METHODS: Final = frozenset({"get", "set", "delete", "clear", "aget", "aset", "adelete", "aclear"})
