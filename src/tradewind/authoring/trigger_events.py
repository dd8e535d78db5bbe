"""What a trigger yields, as it travels."""

from __future__ import annotations

import os
import traceback
from typing import Any, Final

import tradewind
from tradewind.authoring import serde
from tradewind.authoring.trigger import BaseTaskEndEvent
from tradewind.domain.messages.report import XComValue

_OURS: Final = os.path.dirname(tradewind.__file__) + os.sep  # noqa: PTH120 - compared as text


def trace(error: BaseException) -> str:
    """The traceback of a trigger that failed, without our own frames at its top."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename.startswith(_OURS):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip()


def described(event: Any) -> dict[str, Any]:
    """Fields of ``messages.deferral.TriggerEvent``. Raises CannotSerialize for a value that cannot travel."""
    if not isinstance(event, BaseTaskEndEvent):
        return {"payload": serde.encode(event.payload)}
    pushed = event.xcoms or {}
    return {
        "ends": event.state,
        "xcoms": tuple(XComValue(key=key, value=serde.encode(value)) for key, value in pushed.items()),
        "lengths": {
            key: length for key, value in pushed.items() if (length := serde.length(value)) is not None
        },
    }
