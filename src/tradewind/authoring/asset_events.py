"""What a task says of the assets that it updates: ``outlet_events[asset].extra = {...}``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from types import GeneratorType
from typing import Any

from tradewind.authoring import asset_uris, assets
from tradewind.authoring.plain import plain
from tradewind.domain.errors import InvalidValue


class OutletEvent:
    """What is said of one outlet."""

    def __init__(self, key: Any) -> None:
        self.key = key
        self.extra: dict[str, Any] = {}
        self.added: list[tuple[assets.Asset, dict[str, Any]]] = []
        self.partition_keys: list[str] = []

    def add(self, asset: Any, extra: dict[str, Any] | None = None) -> None:
        """For an alias: this asset was updated. Raises InvalidValue for an outlet that is no alias."""
        if not isinstance(self.key, assets.AssetAlias):
            raise InvalidValue("the outlet that add() is called for", self.key, "be an AssetAlias")
        one = assets.Asset(asset) if isinstance(asset, str) else asset
        self.added.append((one, extra or {}))

    def add_partitions(self, *keys: Any) -> None:
        """These partitions of the asset were updated: an event for each. Keys, or lists of keys."""
        for key in keys:
            several = [key] if isinstance(key, str) else list(key)
            for one in several:
                if not isinstance(one, str) or not one:
                    raise InvalidValue("a partition key", one, "be text that is not empty")
            self.partition_keys.extend(one for one in several if one not in self.partition_keys)


class OutletEvents(dict[Any, OutletEvent]):
    """By asset, alias or reference; text finds the outlet of that uri or name. Entries appear when they are
    asked for.
    """

    def __init__(self, outlets: Iterable[Any] = ()) -> None:
        super().__init__()
        self._outlets = list(outlets)

    def __getitem__(self, key: Any) -> OutletEvent:
        return super().__getitem__(self._meant(key) if isinstance(key, str) else key)

    def __missing__(self, key: Any) -> OutletEvent:
        event = self[key] = OutletEvent(key)
        return event

    def _meant(self, text: str) -> Any:
        uri = asset_uris.meant(text)
        for one in self._outlets:
            if text == getattr(one, "name", None) or uri == getattr(one, "uri", None):
                return one
        return assets.Asset(text)


def take_metadata(generator: GeneratorType[Any, Any, Any], outlet_events: OutletEvents) -> Any:
    """Run a task's generator to its end; what it yields as Metadata is said of its outlets. Its result."""
    while True:
        try:
            found = next(generator)
        except StopIteration as end:
            return end.value
        if isinstance(found, assets.Metadata):
            outlet_events[found.asset].extra.update(found.extra)
            if found.alias is not None:
                outlet_events[found.alias].add(found.asset, extra=found.extra)


def collect(outlets: list[Any], touched: OutletEvents | None) -> tuple[dict[str, Any], ...]:
    """One event for each outlet that is an asset, and for each asset that was added to aliases."""
    said = touched if touched is not None else OutletEvents()
    events: list[dict[str, Any]] = []
    for outlet in outlets:
        event = said.get(outlet) or OutletEvent(outlet)
        if isinstance(outlet, assets.AssetAlias):
            _by_alias(events, outlet, event)
        elif isinstance(outlet, assets.CONDITION):
            events.extend(_event(one, event) for one in _assets(outlet))
    return tuple(events)


def _assets(outlet: Any) -> list[Any]:
    return [outlet] if isinstance(outlet, (assets.Asset, assets.AssetRef)) else list(outlet.iter_assets())


def _event(outlet: Any, event: OutletEvent) -> dict[str, Any]:
    told = {**outlet.as_spec(), "extra": plain(event.extra)}
    return {**told, "partition_keys": list(event.partition_keys)} if event.partition_keys else told


def _by_alias(events: list[dict[str, Any]], alias: assets.AssetAlias, event: OutletEvent) -> None:
    """Assets of an alias; the same asset with the same extra under several aliases is one event."""
    for asset, extra in event.added:
        told = {**asset.as_spec(), "extra": plain(extra)}
        same = next((one for one in events if one.get("aliases") and _alike(one, told)), None)
        if same is not None:
            if alias.name not in same["aliases"]:
                same["aliases"].append(alias.name)
            continue
        keys = {"partition_keys": list(event.partition_keys)} if event.partition_keys else {}
        events.append({**told, **keys, "aliases": [alias.name]})


def _alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    same = (one.get("name"), one.get("uri")) == (other.get("name"), other.get("uri"))
    return same and json.dumps(one["extra"], sort_keys=True) == json.dumps(other["extra"], sort_keys=True)
