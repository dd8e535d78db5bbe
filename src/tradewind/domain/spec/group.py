"""Task groups, for drawing and for mapping."""

from __future__ import annotations

import msgspec

from tradewind.domain.spec.mapping import MappingSpec


class GroupSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One task group. ``parent`` is None for groups that lie directly in the DAG."""

    group_id: str
    parent: str | None = None
    display_name: str = ""
    tooltip: str = ""
    doc_md: str | None = None
    ui_color: str = "CornflowerBlue"
    ui_fgcolor: str = "#000"
    upstream: tuple[str, ...] = ()
    """Ids of groups and tasks that the group as a whole depends on (drawing only; tasks carry the edges)."""
    mapping: MappingSpec | None = None
