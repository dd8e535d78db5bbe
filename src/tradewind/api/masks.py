"""Which fields a PATCH changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from tradewind.domain import errors


def given(body: msgspec.Struct, mask: Sequence[str] | None, *, fixed: Collection[str] = ()) -> dict[str, Any]:
    """The fields of ``body`` to apply: those that were sent, narrowed to ``mask``.

    ``fixed`` names what a PATCH may repeat but not change. Raises BadRequest for names in the mask that are
    no fields, or fixed.
    """
    fields = [name for name in body.__struct_fields__ if name not in fixed]
    strange = [name for name in mask or () if name not in fields]
    if strange:
        raise errors.BadRequest(
            f"update_mask may hold {', '.join(sorted(fields))}; got {', '.join(map(repr, strange))}."
        )
    return {
        name: getattr(body, name)
        for name in fields
        if getattr(body, name) is not msgspec.UNSET and (mask is None or name in mask)
    }


def no_team(team_name: object) -> None:
    """Raises BadRequest for a thing that is to belong to a team."""
    if team_name is not None:
        raise errors.BadRequest(
            f"team_name {team_name!r}: leave it out, for pools, connections and variables have no team here."
        )
