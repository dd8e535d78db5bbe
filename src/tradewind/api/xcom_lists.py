"""Long lists that tasks are mapped over, taken apart once: each instance asks for its own element only."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime
from typing import Final

import msgspec

Key = tuple[str, str, str, str, int]
"""DAG, run, task, key, map index."""
BYTES_KEPT: Final = 64 << 20
LONGEST_KEPT: Final = 32 << 20
"""A longer text is taken apart each time, rather than pushing out all others."""
_ELEMENT: Final = 64
"""What an element takes besides its text."""

_decode = msgspec.json.Decoder(list[msgspec.Raw]).decode


class XComLists:
    """Lists by where they were pushed; the ones used last are kept. For several threads."""

    def __init__(self) -> None:
        self._lists: OrderedDict[Key, tuple[datetime, int, list[msgspec.Raw]]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Key, pushed_at: datetime) -> list[msgspec.Raw] | None:
        """The elements as JSON, if what is kept is from that push."""
        with self._lock:
            found = self._lists.get(key)
            if found is None or found[0] != pushed_at:
                return None
            self._lists.move_to_end(key)
            return found[2]

    def take_apart(self, key: Key, pushed_at: datetime, text: str) -> list[msgspec.Raw] | None:
        """The elements of a JSON list, kept for those who ask next; None where the text is no list."""
        try:
            elements = _decode(text)
        except msgspec.DecodeError:
            return None
        size = len(text) + _ELEMENT * len(elements)
        if size <= LONGEST_KEPT:
            with self._lock:
                self._forget(key)
                self._lists[key] = (pushed_at, size, elements)
                self._bytes += size
                while self._bytes > BYTES_KEPT:
                    self._forget(next(iter(self._lists)))
        return elements

    def _forget(self, key: Key) -> None:
        old = self._lists.pop(key, None)
        if old is not None:
            self._bytes -= old[1]
