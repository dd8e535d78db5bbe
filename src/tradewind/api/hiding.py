"""What of a stored secret is shown, and how a client's copy of what was shown is told from a new value."""

from __future__ import annotations

import json
import re
from typing import Any

from tradewind.telemetry.masking import MASK, MASKER

_PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s/?#@:]*):([^\s/?#@]+)@")


def shown(text: str | None, name: str | None = None) -> str | None:
    """A stored text without its secrets: all of it under a telling ``name``; of JSON what stands under such
    keys; passwords in URLs; and every value that this process knows to be secret.
    """
    if not text:
        return text
    if MASKER.is_sensitive(name):
        return MASK
    value = _container(text)
    if value is None:
        return _hide(text)
    hidden = _walk(MASKER.redact(value))
    return text if hidden == value else json.dumps(hidden, ensure_ascii=False)


def meant(given: str | None, stored: str | None) -> str | None:
    """What a client that sends ``given`` wants stored: where it repeats what it was shown, what is there."""
    if given == MASK:
        return stored
    if given and stored and given == _hide(stored):
        return stored
    new, old = _container(given or ""), _container(stored or "")
    if new is None or old is None:
        return given
    merged = _merge(new, old)
    return given if merged == new else json.dumps(merged, ensure_ascii=False)


def is_json(text: str) -> bool:
    """Whether it is a JSON object or list."""
    return _container(text) is not None


def _container(text: str) -> Any:
    """A JSON object or list, or None for any other text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def _walk(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _walk(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item) for item in value]
    return _hide(value) if isinstance(value, str) else value


def _hide(text: str) -> str:
    return _PASSWORD_IN_URL.sub(rf"\1:{MASK}@", MASKER.mask(text))


def _merge(new: Any, old: Any) -> Any:
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: _merge(item, old.get(key)) for key, item in new.items()}
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [_merge(*pair) for pair in zip(new, old, strict=True)]
    if isinstance(new, str) and isinstance(old, str) and MASK in new and new == _hide(old):
        return old
    return old if new == MASK and old is not None else new
