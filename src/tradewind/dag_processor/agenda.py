"""Which file is read next. Pure: told what files there are and what reading them gave, it answers.

A file is read when it is new or has changed, when a module or file that it read has changed, and again after
a while even so, because its DAGs may depend on things that no stamp shows (the date, a database):

* each ``interval`` ([dag_processor] min_file_process_interval), where reading it asked something outside:
  the network, another process, variables;
* otherwise after ``interval``, then twice as long each time it gave the same again, up to ten minutes.

Reading again has a budget besides: after one that took s seconds the next begins no sooner than 20 s later,
so that five hundred files cost a twentieth of a core. New and changed files go before, and have no budget.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from tradewind.dag_processor.discovery import Stamp

LONGEST: Final = 600.0
"""Seconds after which every file is read again."""
_REST: Final = 20.0
_CHANGED, _NEW = 0, 1


class Entry(msgspec.Struct, kw_only=True):
    """What is known of one file."""

    path: str
    stamp: Stamp
    read: dict[str, Stamp | None] = {}
    """Other files it read, with their stamps at that time."""
    outside: bool = False
    broken: bool = False
    result: str = ""
    """Hash of what it gave last."""
    same: int = 0
    """How often in a row it gave that again."""
    last: float | None = None
    """When it was read last (monotonic seconds)."""
    busy: bool = False
    waiting: int | None = None
    """Its class in the queue: changed, or new."""


class Agenda:
    """The files and the order in which they are read. Times are monotonic seconds."""

    def __init__(self, *, interval: float, order: str = "modified_time") -> None:
        self._interval, self._order = interval, order
        self.entries: dict[str, Entry] = {}
        self._rest_until = 0.0
        self._heap: list[tuple[tuple[int, float, str], str]] = []

    def seen(self, files: Mapping[str, Stamp], now: float) -> list[str]:
        """A full listing: queues new and changed files; the paths that are gone."""
        gone = [path for path in self.entries if path not in files]
        for path in gone:
            del self.entries[path]
        fresh = False
        for path, stamp in files.items():
            entry = self.entries.get(path)
            if entry is None:
                entry = self.entries[path] = Entry(path=path, stamp=stamp)
                self._queue(entry, now)
                fresh = True
            elif entry.stamp != stamp:
                entry.stamp = stamp
                self._queue(entry, now)
        if fresh or gone:
            self._retry_broken(now)
        return gone

    def moved(self, stamps: Mapping[str, Stamp | None], now: float) -> None:
        """The present stamps of files that were read besides: queues whoever read one that has changed."""
        for entry in self.entries.values():
            if any(path in stamps and stamps[path] != was for path, was in entry.read.items()):
                entry.read = {path: stamps.get(path, was) for path, was in entry.read.items()}
                self._queue(entry, now)

    def besides(self) -> set[str]:
        """Every file that some DAG file read besides itself."""
        return {path for entry in self.entries.values() for path in entry.read}

    def ask(self, paths: Iterable[str], now: float) -> None:
        """Read these again, whatever their stamps say."""
        for path in paths:
            if path in self.entries:
                self._queue(self.entries[path], now)

    def next(self, now: float) -> Entry | None:
        """The file to read now, marked as busy; None where nothing is due."""
        entry = self._first_waiting() or self._due_again(now)
        if entry is not None:
            entry.busy, entry.waiting = True, None
        return entry

    def done(
        self,
        path: str,
        now: float,
        *,
        seconds: float,
        result: str,
        read: Mapping[str, Stamp | None],
        outside: bool,
        broken: bool,
    ) -> bool:
        """What reading a file gave; True where that is new. Files deleted meanwhile are forgotten."""
        entry = self.entries.get(path)
        if entry is None:
            return False
        again = entry.last is not None
        changed = entry.result != result
        entry.busy, entry.last, entry.result = False, now, result
        entry.outside, entry.broken = outside, broken
        entry.read = dict(read) if read or not broken else entry.read
        entry.same = 0 if changed else entry.same + 1
        if again and not changed:
            self._rest_until = now + _REST * seconds
        return changed

    def failed(self, path: str, now: float) -> None:
        """Reading it came to nothing (the importer died, the result was not stored): read it once more."""
        entry = self.entries.get(path)
        if entry is not None:
            entry.busy, entry.result = False, ""
            self._queue(entry, now)

    def due(self, now: float) -> float | None:
        """Seconds until something is to be read; None where there are no files."""
        if self._first_waiting() is not None:
            return 0.0
        times = [self._again_at(entry) for entry in self.entries.values() if not entry.busy]
        return max(0.0, min(times) - now, self._rest_until - now) if times else None

    @property
    def idle(self) -> bool:
        """Nothing is being read or waits for it."""
        return not any(entry.busy or entry.waiting is not None for entry in self.entries.values())

    def _queue(self, entry: Entry, now: float) -> None:
        if entry.waiting is None:
            entry.waiting = _NEW if entry.last is None else _CHANGED
            heapq.heappush(self._heap, (self._rank(entry, now), entry.path))
        entry.same = 0

    def _retry_broken(self, now: float) -> None:
        """A file that could not be imported may have waited for the file that is there now."""
        for entry in self.entries.values():
            if entry.broken:
                self._queue(entry, now)

    def _first_waiting(self) -> Entry | None:
        put_off = []
        found = None
        while self._heap and found is None:
            item = heapq.heappop(self._heap)
            entry = self.entries.get(item[1])
            if entry is None or entry.waiting is None:
                continue  # deleted, or read meanwhile
            put_off.append(item)
            found = None if entry.busy else entry
        for item in put_off:
            heapq.heappush(self._heap, item)
        return found

    def _rank(self, entry: Entry, now: float) -> tuple[int, float, str]:
        """Changed files first, the one saved last before all; then new ones in the configured order."""
        if entry.waiting == _CHANGED:
            return (_CHANGED, -now, entry.path)
        newest_first = float(-entry.stamp.modified_ns) if self._order == "modified_time" else 0.0
        return (_NEW, newest_first, entry.path)

    def _due_again(self, now: float) -> Entry | None:
        if now < self._rest_until:
            return None
        due = [entry for entry in self.entries.values() if not entry.busy and self._again_at(entry) <= now]
        return min(due, key=self._again_at, default=None)

    def _again_at(self, entry: Entry) -> float:
        if entry.last is None:
            return float("inf")
        factor = 1 if entry.outside else 2 ** min(entry.same, 10)
        return entry.last + (max(self._interval, min(self._interval * factor, LONGEST)))
