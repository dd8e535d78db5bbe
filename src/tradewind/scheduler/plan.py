"""What a turn decided, before it is written."""

from __future__ import annotations

import msgspec

from tradewind.engine.decisions import Decisions, Queue, Ready
from tradewind.scheduler.active_runs import CachedRun
from tradewind.scheduler.inbox import Incoming, RunKey


class Plan(msgspec.Struct, kw_only=True):
    """What a turn decided, before it is written."""

    decisions: dict[RunKey, Decisions] = {}
    accepted: list[Incoming] = []
    refused: list[Incoming] = []
    spoiled: dict[RunKey, str] = {}
    """Runs about which nothing can be decided, as something in them is not as it may be; with the reason."""
    grants: list[tuple[CachedRun, Ready, Queue, str]] = []
