"""Moments at which something becomes due, in one heap."""

from __future__ import annotations

import heapq
from collections.abc import Hashable
from datetime import datetime


class Timers:
    """A key has at most one due time: setting it again replaces it. Setting is O(log n), as is taking."""

    def __init__(self) -> None:
        self._due: dict[Hashable, datetime] = {}
        self._heap: list[tuple[datetime, int, Hashable]] = []
        self._order = 0

    def set(self, key: Hashable, due: datetime | None) -> None:
        """Make ``key`` due then; None forgets it."""
        if due is None:
            self._due.pop(key, None)
            return
        if self._due.get(key) == due:
            return
        self._due[key] = due
        self._order += 1
        heapq.heappush(self._heap, (due, self._order, key))

    def next(self) -> datetime | None:
        """The earliest due time, or None."""
        while self._heap:
            due, _, key = self._heap[0]
            if self._due.get(key) == due:
                return due
            heapq.heappop(self._heap)
        return None

    def take_due(self, now: datetime) -> list[Hashable]:
        """Every key that is due, earliest first; they are forgotten."""
        keys = []
        while (due := self.next()) is not None and due <= now:
            key = heapq.heappop(self._heap)[2]
            del self._due[key]
            keys.append(key)
        return keys

    def __len__(self) -> int:
        return len(self._due)
