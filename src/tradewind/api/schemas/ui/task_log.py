"""The log of a try, as bytes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class UITaskLogQuery(msgspec.Struct, kw_only=True):
    """Which part of which log. ``start``: the first byte, from the end where negative; ``end``: what is no
    longer sent. Both are moved to the next ends of lines. ``follow``: what is written from now on, too, until
    the try is over. ``text``: for people, to be kept as a file.
    """

    map_index: int = -1
    start: int = 0
    end: Annotated[int, Meta(ge=0)] | None = None
    follow: bool = False
    text: bool = False
