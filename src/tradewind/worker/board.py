"""A page of memory that a parent shares with its task processes, so that silent tasks cost no messages.

A task writes there which log is its own; the parent writes there that raw output of that task is on its way
to the log. Neither wakes the other.
"""

from __future__ import annotations

import mmap
import os
from typing import Final

SLOT_SIZE: Final = 2048
SLOTS: Final = 512
_PENDING, _LENGTH, _PATH, _REST = 1, 2, 4, 1536
_REST_SIZE: Final = SLOT_SIZE - _REST - 2


class Board:
    """All slots of one parent, in a memory file that also reaches fresh interpreters."""

    def __init__(self, fd: int | None = None) -> None:
        """Make the memory, or map the one that was inherited as ``fd``."""
        if fd is None:
            fd = os.memfd_create("tradewind-board", os.MFD_CLOEXEC)
            os.ftruncate(fd, SLOT_SIZE * SLOTS)
        self.fd = fd
        self._memory = mmap.mmap(fd, SLOT_SIZE * SLOTS, mmap.MAP_SHARED)
        self._free = list(range(SLOTS - 1, -1, -1))

    def lend(self) -> Slot:
        """A clean slot for one process. Raises IndexError when all are lent."""
        slot = self.slot(self._free.pop())
        slot.begin("")
        slot.pending = False
        slot.unfinished = b""
        return slot

    def give_back(self, slot: Slot) -> None:
        """The process of that slot is gone."""
        self._free.append(slot.index)

    def slot(self, index: int) -> Slot:
        """The slot of that number."""
        return Slot(self._memory, index)


class Slot:
    """One process's part of the board."""

    __slots__ = ("_at", "_memory", "index")

    def __init__(self, memory: mmap.mmap, index: int) -> None:
        self._memory, self.index, self._at = memory, index, index * SLOT_SIZE

    def begin(self, log_path: str) -> None:
        """An attempt has begun; its log is ``log_path``, relative to the log folder."""
        path = log_path.encode()[: _REST - _PATH]
        at = self._at
        self._memory[at + _PATH : at + _PATH + len(path)] = path
        self._memory[at + _LENGTH : at + _PATH] = len(path).to_bytes(2, "little")

    @property
    def log_path(self) -> str:
        """The log of the current or last attempt; empty when there was none."""
        at = self._at
        length = int.from_bytes(self._memory[at + _LENGTH : at + _PATH], "little")
        return self._memory[at + _PATH : at + _PATH + length].decode()

    @property
    def pending(self) -> bool:
        """Whether the parent has read raw output that is not in the log yet."""
        return self._memory[self._at + _PENDING] == 1

    @pending.setter
    def pending(self, value: bool) -> None:
        self._memory[self._at + _PENDING] = int(value)

    @property
    def unfinished(self) -> bytes:
        """The end of a line that was printed and flushed, but not ended, yet."""
        at = self._at + _REST
        size = int.from_bytes(self._memory[at : at + 2], "little")
        return self._memory[at + 2 : at + 2 + size]

    @unfinished.setter
    def unfinished(self, text: bytes) -> None:
        text, at = text[-_REST_SIZE:], self._at + _REST
        self._memory[at + 2 : at + 2 + len(text)] = text
        self._memory[at : at + 2] = len(text).to_bytes(2, "little")
