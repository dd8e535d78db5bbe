"""Assets and their events, as running tasks ask for them."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.api.routes.execution.desk import Asked, answers
from tradewind.domain.messages import data
from tradewind.store.queries import assets
from tradewind.store.queries.assets import EventRecord


@answers(data.GetTriggeringEvents)
def get_triggering_events(asked: Asked, _: data.GetTriggeringEvents) -> list[dict[str, Any]]:
    """The events that made the run of the task that asks, oldest first."""
    return _told(asked, assets.events_of_run(asked.tx, asked.attempt.dag_id, asked.attempt.run_id))


@answers(data.GetAssetEvents)
def get_asset_events(asked: Asked, request: data.GetAssetEvents) -> list[dict[str, Any]]:
    """Events of an asset, or of an alias."""
    return _told(asked, assets.events_of(asked.tx, **msgspec.structs.asdict(request)))


@answers(data.GetAsset)
def get_asset(asked: Asked, request: data.GetAsset) -> dict[str, Any] | None:
    """The asset of that name or uri, or None."""
    found = assets.by_name(asked.tx, name=request.name, uri=request.uri)
    return None if found is None else msgspec.structs.asdict(found)


def _told(asked: Asked, events: list[EventRecord]) -> list[dict[str, Any]]:
    aliases = assets.event_aliases(asked.tx, [event.id for event in events])
    return [{**msgspec.structs.asdict(event), "aliases": aliases.get(event.id, ())} for event in events]
