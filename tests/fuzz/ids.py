"""Ids of things that are there, for requests that get past "not found"."""

from __future__ import annotations

import json
from typing import Any

SIDES = 30
"""Requests delete things: there must be more of them."""


def dump(ids: list[dict[str, Any]]) -> str:
    """For the process that makes the requests."""
    return json.dumps(ids)


def load(text: str) -> list[dict[str, Any]]:
    """What ``dump`` made."""
    found: list[dict[str, Any]] = json.loads(text)
    return found
