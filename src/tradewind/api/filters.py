"""From query parameters to conditions, by the naming rules that all of Airflow's lists follow.

``x_gte``, ``x_gt``, ``x_lte``, ``x_lt`` bound field ``x``; ``x_pattern`` and ``x_prefix_pattern`` match
it; a list asks for one of several values; anything else must be equal. A parameter that was not given is
no condition.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tradewind.store.queries.browse.listing import Where

_ENDINGS: Final = (
    ("_prefix_pattern", "prefix"),
    ("_pattern", "pattern"),
    ("_gte", "gte"),
    ("_lte", "lte"),
    ("_gt", "gt"),
    ("_lt", "lt"),
)
PAGING: Final = frozenset(
    {"limit", "offset", "order_by", "cursor", "page_limit", "page_offset", "update_mask"}
)


def conditions(
    query: msgspec.Struct, *, rename: Mapping[str, str] | None = None, apart: Collection[str] = ()
) -> list[Where]:
    """The conditions that ``query`` states. ``apart`` names parameters that the caller handles itself."""
    return list(_conditions(query, rename or {}, PAGING.union(apart)))


def _conditions(query: msgspec.Struct, rename: Mapping[str, str], apart: Collection[str]) -> Iterator[Where]:
    for name in query.__struct_fields__:
        value = getattr(query, name)
        if name in apart or value is None or value == ():
            continue
        if isinstance(value, list | tuple):
            yield Where(rename.get(name, name), "in", [_state(part) for part in value])
            continue
        field, op = _split(name)
        yield Where(rename.get(field, field), op, _utc(value))


def _split(name: str) -> tuple[str, str]:
    for ending, op in _ENDINGS:
        if name.endswith(ending):
            return name.removesuffix(ending), op
    return name, "eq"


def _state(value: Any) -> Any:
    """Clients write "no state" as ``none``; the database has NULL."""
    return None if value in {"none", "no_status"} else value


def _utc(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
