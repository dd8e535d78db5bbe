"""Between the triggerer and its runners."""

from __future__ import annotations

import msgspec

from tradewind.domain.messages.deferral import TriggerEvent, Wait
from tradewind.domain.messages.runner import TaskSettings


class Begin(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Run these triggers; ``settings`` come first, once."""

    triggers: tuple[Wait, ...] = ()
    settings: TaskSettings | None = None


class Cancel(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End these. ``killed``: their tasks were cleared or marked; else they go on elsewhere."""

    trigger_ids: tuple[int, ...]
    killed: bool = False


class Heard(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """That event is recorded: the trigger may go on behind its ``yield``."""

    trigger_id: int
    begun: str
    number: int


ToRunner = Begin | Cancel | Heard
FromRunner = TriggerEvent
