"""How a dispatch went, from the process that ran it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from tradewind.domain.events import AnyOutcome


class XComValue(msgspec.Struct, frozen=True, kw_only=True):
    """One XCom; ``value`` is JSON text."""

    key: str
    value: str


class Started(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """User code is about to run."""

    attempt_id: str
    dispatch: int
    dag_id: str
    run_id: str
    at: datetime
    pid: int
    hostname: str
    unixname: str = ""


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A dispatch ended. All of it is recorded in one transaction, or none.

    Sent again until acknowledged; harmless the second time. ``started_at``, ``pid`` and ``hostname`` repeat
    what Started said, in case that was lost.
    """

    attempt_id: str
    dispatch: int
    dag_id: str
    run_id: str
    started_at: datetime | None
    at: datetime
    outcome: AnyOutcome
    pid: int = 0
    hostname: str = ""
    unixname: str = ""
    xcoms: tuple[XComValue, ...] = ()
    rendered_fields: str | None = None
    """JSON object: template field to its rendered, masked value."""
    rendered_map_index: str | None = None
    asset_events: tuple[dict[str, Any], ...] = ()
    note: str | None = None
