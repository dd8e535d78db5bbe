"""When a schedule of assets is satisfied.

A condition is the JSON that a timetable spec carries: ``{"asset": {"name", "uri"}}``,
``{"alias": {"name"}}``, ``{"asset_ref": {"name"}}`` or ``{"asset_ref": {"uri"}}``, joined by ``{"all": […]}``
and ``{"any": […]}``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec

Condition = dict[str, Any]


class Updated(msgspec.Struct, frozen=True, kw_only=True):
    """An asset that was updated since the last run; ``aliases`` are those that ever named it."""

    name: str
    uri: str
    aliases: tuple[str, ...] = ()


def holds(condition: Condition, updated: Collection[Updated]) -> bool:
    """Whether the updates satisfy the condition. An empty ``all`` or ``any`` never does."""
    kind, value = _only(condition)
    if kind == "all":
        return bool(value) and all(holds(part, updated) for part in value)
    if kind == "any":
        return any(holds(part, updated) for part in value)
    return any(is_meant(condition, asset) for asset in updated)


def is_meant(leaf: Condition, asset: Updated) -> bool:
    """Whether a leaf of a condition names that asset."""
    kind, value = _only(leaf)
    if kind == "asset":
        return bool(asset.name == value["name"] and asset.uri == value["uri"])
    if kind == "alias":
        return value["name"] in asset.aliases
    if "name" in value:
        return bool(asset.name == value["name"])
    return bool(asset.uri == value["uri"])


def leaves(condition: Condition) -> Iterator[Condition]:
    """What the condition is about, in order, with repetitions."""
    kind, value = _only(condition)
    if kind in ("all", "any"):
        for part in value:
            yield from leaves(part)
    else:
        yield condition


def _only(condition: Condition) -> tuple[str, Any]:
    ((kind, value),) = condition.items()
    return kind, value
