"""What a host must not forget: which processes it started, and which results nobody has acknowledged.

One append-only file of frames in ``run/journal/``. An entry is in the page cache before the process is given
its work, or the result is sent: that survives a kill -9 of the host. After a power cut the runs are decided
by the database alone, so nothing is synced to the disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from tradewind.domain.errors import ProtocolError
from tradewind.domain.events import Succeeded
from tradewind.domain.messages import wire
from tradewind.domain.messages.assignment import Assignment
from tradewind.domain.messages.lifecycle import Held
from tradewind.domain.messages.report import Finished

Key = tuple[str, int]
"""(attempt id, dispatch)."""

TIDY_WHEN_IDLE: Final = 256 * 1024
TIDY_ALWAYS: Final = 64 * 1024 * 1024


class Taken(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A process is about to be given this dispatch. ``started`` and ``boot`` make the pid unmistakable."""

    held: Held
    pid: int
    started: int
    boot: str
    log_path: str = ""


class Result(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A dispatch ended."""

    report: Finished


class Told(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A dispatch ended well; its process calls callbacks yet."""

    report: Finished


class Forgotten(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The scheduler has recorded these."""

    done: tuple[Key, ...]


Entry = Taken | Told | Result | Forgotten


def key_of(message: Held | Finished | Assignment) -> Key:
    """The (attempt id, dispatch) of anything that names one."""
    return message.attempt_id, message.dispatch


class Ledger:
    """The file and what it says: ``running`` was taken, ``unacknowledged`` has ended and is sent again.
    What is ``calling`` has ended well, and is still among those that run.
    """

    def __init__(self, path: Path) -> None:
        """Reads what an earlier host left. Raises OSError."""
        self.running: dict[Key, Taken] = {}
        self.unacknowledged: dict[Key, Finished] = {}
        self.calling: dict[Key, Finished] = {}
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = path
        for entry in _read(path):
            self._apply(entry)
        self._fd = -1
        self._size = 0
        self._tidy()

    def took(self, taken: Taken) -> None:
        """Before the process is given its work. Raises OSError (disk full): then it must not be given."""
        self._append(taken)

    def told(self, report: Finished) -> None:
        """As ``ended``, of a success whose process calls callbacks yet."""
        self._keep(Told(report=report))

    def ended(self, report: Finished) -> None:
        """Before the result is sent. Where the disk is full the result is kept in memory only."""
        self._keep(Result(report=report))

    def _keep(self, entry: Told | Result) -> None:
        try:
            self._append(entry)
        except OSError:
            self._apply(entry)

    def forget(self, done: Iterable[Key], called: Iterable[Key] = ()) -> None:
        """The scheduler acknowledged these; ``called``: that their callbacks have ended, too."""
        known = (*(key for key in done if not self._has_called(key)), *called)
        known = tuple(key for key in known if key in self.unacknowledged)
        if not known:
            return
        try:
            self._append(Forgotten(done=known))
        except OSError:
            self._apply(Forgotten(done=known))
        idle = not self.running and not self.unacknowledged
        if (idle and self._size > TIDY_WHEN_IDLE) or self._size > TIDY_ALWAYS:
            self._tidy()

    def _has_called(self, key: Key) -> bool:
        report = self.unacknowledged.get(key)
        return report is not None and isinstance(report.outcome, Succeeded) and report.outcome.called

    def knows(self, key: Key) -> bool:
        """Whether this dispatch was taken, or its result still waits."""
        return key in self.running or key in self.unacknowledged

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)

    def _append(self, entry: Entry) -> None:
        data = wire.frame(entry)
        written = os.write(self._fd, data)
        if written < len(data):
            os.ftruncate(self._fd, self._size)
            raise OSError(28, "no space left for the ledger", str(self._path))
        self._size += written
        self._apply(entry)

    def _apply(self, entry: Entry) -> None:
        match entry:
            case Taken():
                self.running[key_of(entry.held)] = entry
            case Told():
                self.calling[key_of(entry.report)] = entry.report
                self.unacknowledged[key_of(entry.report)] = entry.report
            case Result():
                self.running.pop(key_of(entry.report), None)
                self.calling.pop(key_of(entry.report), None)
                self.unacknowledged[key_of(entry.report)] = entry.report
            case Forgotten():
                for key in entry.done:
                    self.unacknowledged.pop(key, None)

    def _tidy(self) -> None:
        """Write what still counts to a new file that replaces the old one."""
        fresh = self._path.with_suffix(".new")
        fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        size = 0
        acknowledged = self.calling.keys() - self.unacknowledged.keys()
        entries: list[Entry] = [
            *self.running.values(),
            *(Told(report=report) for report in self.calling.values()),
            *(Result(report=r) for key, r in self.unacknowledged.items() if key not in self.calling),
        ]
        if acknowledged:
            entries.append(Forgotten(done=tuple(acknowledged)))
        for entry in entries:
            size += os.write(fd, wire.frame(entry))
        fresh.replace(self._path)
        if self._fd >= 0:
            os.close(self._fd)
        self._fd, self._size = fd, size


def _read(path: Path) -> Iterator[Entry]:
    """Entries up to the first that is torn or unreadable."""
    frames = wire.Frames(Entry)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    try:
        yield from frames.feed(content)
    except ProtocolError:
        return


def boot_id() -> str:
    """Names this boot of the machine: pids of another boot mean nothing."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
