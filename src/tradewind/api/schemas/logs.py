"""Task logs."""

from __future__ import annotations

from typing import Any

import msgspec

from tradewind.api.schemas.common import Answer


class StructuredLogMessage(Answer, kw_only=True, omit_defaults=True):
    """One line; further fields (level, logger, …) stand beside these two."""

    event: str
    timestamp: str = ""


class TaskInstancesLogResponse(Answer, kw_only=True):
    """A piece of a log; ``continuation_token`` asks for the next, None at the end."""

    content: list[Any]
    continuation_token: str | None


class LogQuery(msgspec.Struct, kw_only=True):
    """Which piece of the log."""

    full_content: bool = False
    map_index: int = -1
    token: str | None = None


class ExternalLogUrlResponse(Answer, kw_only=True):
    """Where a log is shown."""

    url: str


class ExternalLogQuery(msgspec.Struct, kw_only=True):
    """Of which instance of a mapped task."""

    map_index: int = -1
