"""Tracebacks for people: what their own files did, without our frames."""

from __future__ import annotations

import re
from pathlib import Path

import tradewind

_OURS = str(Path(tradewind.__file__).parent)
_FRAME = re.compile(r'(  File "([^"]*)", line \d+.*\n(?:    .*\n)*)')
_BLOCK = re.compile(r"^(?=Traceback \(most recent call last\):$)", re.MULTILINE)


def condensed(text: str) -> str:
    """The message and the last traceback without the frames of this package. Nothing else is changed."""
    message, *blocks = _BLOCK.split(text)
    if not blocks:
        return text
    return message + _FRAME.sub(lambda found: "" if _is_ours(found[2]) else found[1], blocks[-1])


def _is_ours(path: str) -> bool:
    ours = path.startswith((f"{_OURS}/", "<frozen importlib")) or "/site-packages/tradewind/" in path
    return ours and "/example_dags/" not in path
