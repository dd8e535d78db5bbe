"""Types that several nouns share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tradewind.domain import bounds

Aware = Annotated[datetime, Meta(tz=True)]
"""A time with its zone."""
Note = Annotated[str, Meta(max_length=bounds.NOTE)]
Description = Annotated[str, Meta(max_length=bounds.DESCRIPTION)]
PartitionKey = Annotated[str, Meta(max_length=bounds.PARTITION_KEY)]
JsonObject = dict[str, Any]
TeamName = Annotated[str, Meta(max_length=50)]


class Answer(msgspec.Struct, kw_only=True):
    """Base of what we send."""


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of what we accept; an unknown field is an error, so that a typo does not pass silently."""


class Ranges(msgspec.Struct, kw_only=True):
    """Base of queries; each range has the four ends ``_gte``, ``_gt``, ``_lte`` and ``_lt``."""


class MaskQuery(msgspec.Struct, kw_only=True):
    """Which fields of a PATCH's body to apply."""

    update_mask: list[str] | None = None


class Problem(Answer, kw_only=True):
    """What RFC 9457 says of every problem."""

    type: str
    title: str
    status: int


class HTTPExceptionResponse(Problem, kw_only=True):
    """Why a request failed."""

    detail: str | JsonObject


class ValidationError(Answer, kw_only=True, omit_defaults=True):
    """One thing wrong with the input."""

    loc: list[str | int]
    msg: str
    type: str
    input: Any = None
    ctx: JsonObject = {}


class HTTPValidationError(Problem, kw_only=True):
    """Everything wrong with the input."""

    detail: list[ValidationError] = []


def raw(text: str | None) -> Any:
    """JSON text that is sent as it is, without being decoded on the way; None stays None."""
    return None if text is None else msgspec.Raw(text.encode())
